import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:dgram';
import { afterEach, describe, expect, it } from 'vitest';
import { faultySocket } from '../../src/quic/faulty-socket.js';
import type { Connection } from '../../src/transport/seam.js';
import { ALPN, acceptOne, bind, captureInitials, closeAll, pattern, serve, udp, until, where } from './helpers.js';
import * as frames from './hostile/frames.js';
import { HostileClient } from './hostile/hostile-client.js';

/**
 * Hostile datagrams and frames by the hundred thousand, beside an honest peer that must not notice.
 *
 * `HOSTILE_COUNT=1000000 npm run test:slow -- packages/net/test/quic/hostile-million` sends a million of each; the slow tier a
 * fiftieth. It prints what was sent, and what became of it.
 */
const COUNT = Number(process.env.HOSTILE_COUNT ?? 20_000);
const TIMEOUT = 60_000 + COUNT * 2;
/** An honest message there and back takes no longer than this, in milliseconds, on a machine that does other things, too. */
const PATIENCE_MS = 5_000;

afterEach(closeAll);

/** The same numbers every time. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** An honest pair that goes on talking; the datagrams of both are recorded, as somebody on the wire would. */
async function honestPair() {
  const captured: Uint8Array[] = [];
  const socket = () => {
    const tap = faultySocket({ seed: 1 });
    tap.onSend = (datagram) => {
      if (captured.length < 500) captured.push(Uint8Array.from(datagram));
    };
    return tap;
  };
  const [client, server] = await Promise.all([bind({ socket }), bind({ socket })]);
  const [dialed, accepted] = await Promise.all([client.connect(server.addr(), ALPN), acceptOne(server)]);
  serveEcho(accepted);
  serve(server);
  const times: number[] = [];
  const talk = async () => {
    const before = performance.now();
    const { send, recv } = await dialed.openBi();
    send.write(Uint8Array.of(1, 2, 3));
    send.finish();
    expect(await recv.read()).toEqual(Uint8Array.of(1, 2, 3));
    times.push(performance.now() - before);
  };
  for (let i = 0; i < 30; i++) await talk();
  times.length = 0;
  return { server, captured, talk, times };
}

function serveEcho(connection: Connection): void {
  void (async () => {
    for await (const { send, recv } of connection.acceptBi()) {
      void (async () => {
        send.write((await recv.read()) ?? new Uint8Array());
        send.finish();
      })().catch(() => {}); // a hostile stream may be reset
    }
  })();
}

const put = (socket: Socket, datagram: Uint8Array, port: number) => socket.send(datagram, port, '127.0.0.1');

/** So that the server reads what was sent, and the operating system drops little. */
async function turn(socket: Socket): Promise<void> {
  while (socket.getSendQueueCount() > 0) await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
}

function report(what: string, counts: Readonly<Record<string, number>>): void {
  console.log(`${what}: ${JSON.stringify(counts)}`);
}

describe('hostile datagrams', () => {
  it(`${COUNT} of them crash nothing and stop nobody`, { timeout: TIMEOUT }, async () => {
    const { server, captured, talk, times } = await honestPair();
    captured.push(...(await captureInitials(20)));
    const below = numbers(11);
    const genuine = () => captured[below(captured.length)] as Uint8Array;
    const noise = pattern(70_000, 3);
    const kinds: Readonly<Record<string, () => Uint8Array>> = {
      random: () => noise.subarray(below(60_000)).subarray(0, 1 + below(1_500)),
      truncated: () => genuine().subarray(0, below(genuine().length)),
      flipped: () => {
        const datagram = Uint8Array.from(genuine());
        const at = below(datagram.length);
        datagram[at] = (datagram[at] as number) ^ (1 << below(8));
        return datagram;
      },
      replayed: genuine,
      extended: () => Buffer.concat([genuine(), noise.subarray(0, below(400))]),
      extremeHeader: () => {
        const datagram = Buffer.from(noise.subarray(below(60_000)).subarray(0, 1_200));
        datagram[0] = 0xc0 | below(64);
        datagram.writeUInt32BE([1, 0, 0xffffffff, 0x1a2a3a4a][below(4)] as number, 1);
        datagram[5] = [0, 8, 16, 20, 21, 255][below(6)] as number;
        return datagram;
      },
      coalesced: () => Buffer.concat([genuine(), genuine(), genuine()]).subarray(0, 9_000),
      tiny: () => noise.subarray(below(60_000)).subarray(0, below(8)),
    };
    const names = Object.keys(kinds);
    const sent: Record<string, number> = Object.fromEntries(names.map((name) => [name, 0]));
    const sockets = await Promise.all(['127.0.0.1', '127.0.0.3', '127.0.0.4'].map((host) => udp(host)));
    const { port } = where(server);
    for (let i = 0; i < COUNT; i++) {
      const name = names[i % names.length] as string;
      const socket = sockets[i % sockets.length] as Socket;
      put(socket, (kinds[name] as () => Uint8Array)(), port);
      sent[name] = (sent[name] as number) + 1;
      if (i % 32 === 31) await turn(socket);
      if (i % 2_000 === 1_999) await talk();
    }
    await talk();
    const { datagramsReceived, undecodable, droppedBusy, retriesSent, resetsSent, versionNegotiationsSent } =
      server.stats();
    report(`${COUNT} hostile datagrams`, sent);
    report('of which the server', {
      received: datagramsReceived,
      undecodable,
      droppedBusy,
      retriesSent,
      resetsSent,
      versionNegotiationsSent,
      slowestHonestMs: Math.round(Math.max(...times)),
    });
    expect(datagramsReceived).toBeGreaterThan(COUNT / 2);
    expect(Math.max(...times)).toBeLessThan(PATIENCE_MS);
  });
});

describe('hostile frames', () => {
  it(`${COUNT} of them crash nothing and stop nobody`, { timeout: TIMEOUT }, async () => {
    const { server, talk, times } = await honestPair();
    const below = numbers(12);
    const any = () =>
      [below(64), below(16_384), below(2 ** 30), Number.MAX_SAFE_INTEGER - 1, frames.MAX_VARINT][below(5)] as number;
    const uni = () => 2 + 4 * below(50);
    /** What a connection survives, mostly. */
    const mild: Readonly<Record<string, () => Uint8Array>> = {
      ping: () => frames.ping(),
      padding: () => frames.padding(1 + below(20)),
      ack: () => frames.ack(below(5_000), below(200)),
      ackRanges: () => frames.ack(9_000, 1, ...Array.from({ length: below(40) }, () => [below(9), below(9)] as const)),
      maxData: () => frames.maxData(any()),
      maxStreams: () => frames.maxStreams(below(2 ** 30), below(2) ? 'uni' : 'bi'),
      dataBlocked: () => frames.dataBlocked(any()),
      streamDataBlocked: () => frames.streamDataBlocked(below(400), any()),
      newToken: () => frames.newToken(randomBytes(1 + below(30))),
      pathChallenge: () => frames.pathChallenge(randomBytes(8)),
      pathResponse: () => frames.pathResponse(randomBytes(8)),
      streamByte: () => frames.stream(uni(), below(100), Buffer.of(below(256))), // headers byte by byte, out of order
      streamEnd: () => frames.stream(uni(), 100, new Uint8Array(), true),
      crypto: () => frames.crypto(1_000 + below(1e6), randomBytes(1 + below(9))),
      stopSending: () => frames.stopSending(4 * below(50), below(99)),
    };
    /** What ends a connection, mostly. */
    const wild: Readonly<Record<string, () => Uint8Array>> = {
      random: () => randomBytes(1 + below(60)),
      truncated: () => frames.stream(uni(), 0, randomBytes(50)).subarray(0, 1 + below(20)),
      extremeStream: () => frames.stream(uni(), any(), Buffer.of(1)),
      extremeReset: () => frames.resetStream(uni(), 1, any()),
      extremeStreams: () => frames.maxStreams(any(), 'uni'),
      extremeAck: () => frames.ack(any(), any()),
      handshakeDone: () => frames.handshakeDone(),
      datagram: () => frames.datagram(randomBytes(20)),
      newConnectionId: () => frames.newConnectionId(any(), any(), randomBytes(below(21))),
      retireConnectionId: () => frames.retireConnectionId(any()),
      foreignStream: () => frames.stream(below(1_000), below(9), randomBytes(4)),
      maxStreamData: () => frames.maxStreamData(below(400), any()),
    };
    const [milds, wilds] = [Object.keys(mild), Object.keys(wild)];
    const sent: Record<string, number> = Object.fromEntries([...milds, ...wilds].map((name) => [name, 0]));
    let connections = 0;
    for (let i = 0; i < COUNT; ) {
      const host = `127.9.${connections >> 8}.${connections & 255}`; // who floods is shut out for a while
      const hostile = await HostileClient.connect(where(server), { alpn: ALPN, host });
      connections++;
      let [bytes, wildAt] = [0, below(300)];
      while (hostile.closeCode === undefined && i < COUNT && bytes < 2e6 && wildAt > -50) {
        const chosen: Uint8Array[] = [];
        for (let k = 1 + below(12); k > 0 && i < COUNT; k--, i++, wildAt--) {
          const name = (wildAt < 0 ? wilds[below(wilds.length)] : milds[below(milds.length)]) as string;
          chosen.push(((wildAt < 0 ? wild : mild)[name] as () => Uint8Array)());
          sent[name] = (sent[name] as number) + 1;
        }
        hostile.send(...chosen);
        bytes = hostile.sent;
        if (hostile.nextNumber % 16 === 0 || wildAt < 0) await hostile.flushed();
      }
      await hostile[Symbol.asyncDispose]();
      if (connections % 10 === 0) await talk();
    }
    await talk();
    report(`${COUNT} hostile frames over ${connections} connections`, sent);
    const { floods, datagramsReceived } = server.stats();
    report('of which the server', {
      received: datagramsReceived,
      floods,
      slowestHonestMs: Math.round(Math.max(...times)),
    });
    expect(Math.max(...times)).toBeLessThan(PATIENCE_MS);
    await until(() => server.stats().halfOpen === 0);
  });
});

import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:dgram';
import { afterEach, describe, expect, it } from 'vitest';
import { faultySocket } from '../../src/quic/faulty-socket.js';
import type { Connection } from '../../src/transport/seam.js';
import {
  ALPN,
  acceptOne,
  bind,
  captureInitials,
  closeAll,
  sendUdp,
  serve,
  track,
  udp,
  until,
  where,
} from './helpers.js';
import { ping } from './hostile/frames.js';
import { HostileClient } from './hostile/hostile-client.js';

afterEach(closeAll);

/** RFC 9000, section 8.1. */
const LIMIT = 3;

/** Waits until nothing can come any more: time itself is what is tested. */
const silence = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Somebody who only counts what arrives. */
async function bystander(): Promise<{ readonly socket: Socket; bytes: number }> {
  const socket = await udp('127.0.0.2');
  const counted = { socket, bytes: 0 };
  socket.on('message', ({ length }) => {
    counted.bytes += length;
  });
  return counted;
}

/** A hostile client of a server that would send it without end. */
async function greedy() {
  const server = await bind();
  const [hostile, accepted] = await Promise.all([
    HostileClient.connect(where(server), { alpn: ALPN }),
    acceptOne(server),
  ]);
  const stream = await accepted.openUni();
  stream.write(new Uint8Array(1 << 20));
  return { server, hostile: track(hostile), accepted };
}

describe('an address that a connected peer claims to have moved to', () => {
  it('gets at most three times what authentic packets brought from there, whatever else comes', async () => {
    const { server, hostile } = await greedy();
    const victim = await bystander();
    let authentic = 0;
    for (let round = 0; round < 40; round++) {
      const genuine = hostile.packet(ping());
      authentic += genuine.length;
      hostile.sendRaw(genuine, victim.socket);
      const rubbish = Buffer.concat([genuine.subarray(0, 17), randomBytes(8 + round * 20)]);
      const replay = genuine;
      for (const datagram of [rubbish, replay]) hostile.sendRaw(datagram, victim.socket);
    }
    await until(() => server.stats().datagramsReceived > 120);
    await silence(1_000); // challenges are repeated until there is no credit, or every 1.6 s
    expect(victim.bytes).toBeGreaterThan(0);
    expect(victim.bytes).toBeLessThanOrEqual(LIMIT * authentic);
  });

  it('that the peer leaves again gets nothing more, and the proven one at once', async () => {
    const { hostile } = await greedy();
    const victim = await bystander();
    const genuine = hostile.packet(ping());
    hostile.sendRaw(genuine, victim.socket);
    await until(() => victim.bytes > 0);
    const before = hostile.received;
    const { bytes } = victim;
    hostile.send(ping());
    await until(() => hostile.received > before);
    await silence(300);
    expect(victim.bytes).toBe(bytes);
  });

  it('is not where the connection says that the peer is, before its owner has answered', async () => {
    const { hostile, accepted } = await greedy();
    const before = accepted.remoteAddr();
    const victim = await bystander();
    hostile.sendRaw(hostile.packet(ping()), victim.socket);
    await until(() => victim.bytes > 0); // it is challenged
    expect(accepted.remoteAddr()).toEqual(before);
  });

  it('whose owner answers no challenge is given up, with less than it sent', async () => {
    const { server, hostile, accepted } = await greedy();
    const victim = await bystander();
    let authentic = 0;
    let isOver = false;
    void accepted.closed.then(() => {
      isOver = true;
    });
    while (!isOver) {
      const genuine = hostile.packet(ping());
      authentic += genuine.length;
      hostile.sendRaw(genuine, victim.socket);
      await silence(100);
    }
    await silence(50);
    expect(await accepted.closed).toMatchObject({ type: 'error', message: expect.stringContaining('moved') });
    expect(server.stats()).toMatchObject({ resetsSent: 1, connections: 0 });
    expect(victim.bytes).toBeLessThanOrEqual(LIMIT * authentic);
  });

  it('gets no close packet, whoever asks for one', async () => {
    const { server, hostile, accepted } = await greedy();
    accepted.close(7);
    await until(() => hostile.closeCode !== undefined);
    const before = server.stats().datagramsReceived;
    const victim = await bystander();
    for (let i = 0; i < 20; i++) hostile.sendRaw(hostile.packet(ping()), victim.socket);
    await until(() => server.stats().datagramsReceived >= before + 20);
    await silence(50);
    expect(victim.bytes).toBe(0);
  });
});

describe('a client that sends its first flight and nothing else', () => {
  it.each([1, 2])('gets at most three times as much, to the last retransmission (%i datagrams)', async (count) => {
    const server = await bind({ handshakeTimeoutMs: 2_500 });
    serve(server);
    const client = await bystander();
    const [initial] = await captureInitials(1);
    for (let i = 0; i < count; i++) {
      await sendUdp(client.socket, initial as Uint8Array, where(server));
      if (i + 1 < count) await silence(700); // late enough for a repetition
    }
    await until(() => server.stats().connections === 1);
    await until(() => server.stats().connections === 0); // through quiche's second retransmission, and our own close packet
    await silence(50);
    expect(client.bytes).toBeGreaterThan(1_000);
    expect(client.bytes).toBeLessThanOrEqual(LIMIT * count * (initial as Uint8Array).length);
  });
});

describe('what is answered without any state', () => {
  it('is answered with less', async () => {
    const server = await bind({ retryThreshold: 0 });
    serve(server);
    const [initial] = (await captureInitials(1)) as [Uint8Array];
    const otherVersion = initial.slice();
    otherVersion.set([0x1a, 0x2a, 0x3a, 0x4a], 1);
    for (const question of [initial, otherVersion]) {
      const client = await bystander();
      await sendUdp(client.socket, question, where(server));
      await until(() => client.bytes > 0);
      expect(client.bytes).toBeLessThan(question.length / 2);
    }
    expect(server.stats()).toMatchObject({ retriesSent: 1, versionNegotiationsSent: 1, halfOpen: 0 });
  });

  it('by two endpoints that know nothing of each other ends with the first answer', async () => {
    const [one, other] = await Promise.all([bind({ retryThreshold: 0 }), bind({ retryThreshold: 0 })]);
    const mirror = await udp();
    let forwarded = 0;
    // Each answer is passed to the other endpoint, as if its source were spoofed: does that start a loop?
    mirror.on('message', (datagram, { port }) => {
      forwarded++;
      void sendUdp(mirror, datagram, port === where(one).port ? where(other) : where(one));
    });
    const [initial] = (await captureInitials(1)) as [Uint8Array];
    await sendUdp(mirror, initial, where(one));
    for (const cid of [randomBytes(16), randomBytes(16)])
      await sendUdp(mirror, Buffer.concat([Buffer.of(0x41), cid, randomBytes(60)]), where(one));
    await until(() => one.stats().datagramsReceived >= 3 && forwarded >= 1);
    await silence(100);
    expect(forwarded).toBe(1);
  });
});

describe('a dialer whose NAT forgets it', () => {
  it('is heard and answered again within a second', async () => {
    const [client, server] = await Promise.all([
      bind({ socket: () => faultySocket({ seed: 1, delayMs: 20 }) }),
      bind(),
    ]);
    const front = await udp();
    let back = await udp();
    let clientAt: { host: string; port: number } | undefined;
    const toClient = (datagram: Uint8Array) => clientAt && void sendUdp(front, datagram, clientAt);
    back.on('message', toClient);
    front.on('message', (datagram, { address, port }) => {
      clientAt = { host: address, port };
      void sendUdp(back, datagram, where(server));
    });
    const via = {
      id: server.id,
      addrs: [{ type: 'ip' as const, addr: { host: '127.0.0.1', port: front.address().port } }],
    };
    const [dialed, accepted] = await Promise.all([client.connect(via, ALPN), acceptOne(server)]);
    const echo = async (connection: Connection) => {
      for await (const { send, recv } of connection.acceptBi()) {
        send.write((await recv.read()) ?? new Uint8Array());
        send.finish();
      }
    };
    void echo(accepted);
    for (let i = 0; i < 5; i++) {
      back.removeAllListeners('message');
      back = await udp();
      back.on('message', toClient);
      const before = performance.now();
      const { send, recv } = await dialed.openBi();
      send.write(Uint8Array.of(i));
      expect(await recv.read()).toEqual(Uint8Array.of(i));
      expect(performance.now() - before).toBeLessThan(1_000);
      expect(accepted.remoteAddr()).toMatchObject({ addr: { port: back.address().port } });
    }
  });
});

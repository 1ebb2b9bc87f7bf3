import type { Socket } from 'node:dgram';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { SocketAddr } from '../../src/address/socket-addr.js';
import { type FaultySocket, faultySocket } from '../../src/quic/faulty-socket.js';
import {
  ALPN,
  acceptOne,
  at,
  bind,
  bytes,
  closeAll,
  first,
  pair,
  pattern,
  readAll,
  roundTrip,
  sendUdp,
  text,
  udp,
  until,
  where,
} from './helpers.js';

afterEach(closeAll);

/** Stands in front of a server like a NAT that can forget its client's port. */
async function nat(server: SocketAddr): Promise<{ readonly address: SocketAddr; rebind(): Promise<number> }> {
  const front = await udp();
  let client: SocketAddr | undefined;
  let back: Socket;
  const rebind = async () => {
    back?.removeAllListeners('message');
    back = await udp();
    back.on('message', (datagram) => {
      if (client) void sendUdp(front, datagram, client);
    });
    return back.address().port;
  };
  await rebind();
  front.on('message', (datagram, { address, port }) => {
    client = { host: address, port };
    void sendUdp(back, datagram, server);
  });
  return { address: { host: '127.0.0.1', port: front.address().port }, rebind };
}

describe('a changing path', () => {
  it('keeps the connection when a NAT rebinds, again and again', async () => {
    const [client, server] = await Promise.all([bind(), bind()]);
    const middle = await nat(where(server));
    const [dialed, accepted] = await Promise.all([client.connect(at(server, middle.address), ALPN), acceptOne(server)]);
    for (let i = 0; i < 20; i++) {
      const port = await middle.rebind();
      await roundTrip(dialed, accepted, `after ${i} changes`);
      await roundTrip(accepted, dialed, `back after ${i} changes`);
      expect(accepted.remoteAddr()).toEqual({ type: 'ip', addr: { host: '127.0.0.1', port } });
    }
  });

  it('in the middle of a transfer loses nothing', async () => {
    const [client, server] = await Promise.all([bind(), bind()]);
    const middle = await nat(where(server));
    const [dialed, accepted] = await Promise.all([client.connect(at(server, middle.address), ALPN), acceptOne(server)]);
    const data = pattern(3_000_000);
    const send = await dialed.openUni();
    send.write(data);
    send.finish();
    const recv = await first(accepted.acceptUni());
    const got: Uint8Array[] = [];
    for (let chunk = await recv.read(), n = 0; chunk; chunk = await recv.read(), n++) {
      got.push(chunk);
      if (n % 20 === 5) await middle.rebind();
    }
    expect(Buffer.compare(Buffer.concat(got), data)).toBe(0);
  });
});

describe('a peer that vanishes', () => {
  it('without a word ends the connection as timeout, on either side', async () => {
    let silent: FaultySocket | undefined;
    const socket = () => {
      silent = faultySocket({ seed: 1 });
      return silent;
    };
    const options = { idleTimeoutMs: 300, keepAliveMs: 50 };
    const { dialed, accepted } = await pair({ ...options, socket }, options);
    const reading = dialed.openBi().then((bi) => bi.recv.read());
    const failed = reading.catch((error: unknown) => error);
    silent?.setFaults({ loss: 1 });
    expect(await accepted.closed).toEqual({ type: 'timeout' });
    silent?.setFaults({});
    expect((await dialed.closed).type).toMatch(/^(timeout|peer|error|reset)$/);
    expect(String(await failed)).toContain('connection closed');
  });

  it('a silent but living connection is kept by probes', async () => {
    const options = { idleTimeoutMs: 300 };
    const { dialed, accepted } = await pair(options, options);
    await new Promise((resolve) => setTimeout(resolve, 900)); // three times the idle time-out: time itself is what is tested
    await roundTrip(dialed, accepted);
  });

  it('and misses our close packet is told again when it sends', async () => {
    let deaf: FaultySocket | undefined;
    const socket = () => {
      deaf = faultySocket({ seed: 1 });
      return deaf;
    };
    const { dialed, accepted } = await pair({}, { socket });
    deaf?.setFaults({ loss: 1 });
    accepted.close(9, 'lost on the way');
    deaf?.setFaults({});
    (await dialed.openUni()).write(bytes('are you there?'));
    expect(await dialed.closed).toEqual({ type: 'peer', code: 9, reason: 'lost on the way' });
  });

  it('and misses it three times learns the reason all the same, and is not reset', async () => {
    let deaf: FaultySocket | undefined;
    const socket = () => {
      deaf = faultySocket({ seed: 1 });
      return deaf;
    };
    const { dialed, accepted, server } = await pair({}, { socket });
    deaf?.setFaults({ loss: 1 });
    const before = server.stats().datagramsReceived;
    accepted.close(9, 'lost on the way');
    const stream = await dialed.openUni();
    for (let sent = 1; sent <= 3; sent++) {
      stream.write(bytes('are you there?'));
      if (sent === 3) deaf?.setFaults({}); // the third is not answered: answers become rare
      await vi.waitFor(() => expect(server.stats().datagramsReceived).toBeGreaterThanOrEqual(before + sent));
    }
    expect(await dialed.closed).toEqual({ type: 'peer', code: 9, reason: 'lost on the way' });
  });
});

describe('a bad network', () => {
  const faults = { loss: 0.1, duplicate: 0.05, reorder: 0.1 };
  const lossy = (seed: number) => () => faultySocket({ seed, ...faults });

  it('10 % lost, doubled, reordered: bulk arrives intact', async () => {
    const { dialed, accepted } = await pair({ socket: lossy(1) }, { socket: lossy(2) });
    const data = pattern(2_000_000);
    const send = await dialed.openUni();
    send.write(data);
    send.finish();
    expect(Buffer.compare(await readAll(await first(accepted.acceptUni())), data)).toBe(0);
    expect(await send.stopped).toBeUndefined();
    expect(dialed.stats().lostPackets).toBeGreaterThan(0);
  });

  it('10 % lost, doubled, reordered: hundreds of small streams arrive intact', async () => {
    const { dialed, accepted } = await pair({ socket: lossy(3) }, { socket: lossy(4) });
    const got = new Set<string>();
    for (let i = 0; i < 300; i++) {
      const send = await dialed.openUni();
      send.write(bytes(`message ${i}`));
      send.finish();
    }
    for await (const stream of accepted.acceptUni()) {
      got.add(text(await readAll(stream)));
      if (got.size === 300) break;
    }
    expect(got.size).toBe(300);
  });

  it('with 5 % damaged as well and 5 ms of delay: nothing crashes and the data flow', async () => {
    const bad = (seed: number) => () => faultySocket({ seed, ...faults, corrupt: 0.05, delayMs: 5 });
    const { dialed, accepted } = await pair({ socket: bad(5) }, { socket: bad(6) });
    const data = pattern(100_000);
    const send = await dialed.openUni();
    send.write(data);
    send.finish();
    expect(Buffer.compare(await readAll(await first(accepted.acceptUni())), data)).toBe(0);
  });

  it('handshakes succeed through it', async () => {
    const [client, server] = await Promise.all([bind({ socket: lossy(7) }), bind({ socket: lossy(8) })]);
    const accepting = (async () => {
      for await (const incoming of server.accept()) void incoming.accept().catch(() => {});
    })();
    const dialed = await Promise.all(Array.from({ length: 10 }, () => client.connect(server.addr(), ALPN)));
    expect(new Set(dialed.map(({ stableId }) => stableId)).size).toBe(10);
    await server.close();
    await accepting;
  });

  it('30 % lost: handshakes still succeed in time, and messages arrive', async () => {
    const worse = (seed: number) => ({
      socket: () => faultySocket({ seed, loss: 0.3, delayMs: 2 }),
      handshakeTimeoutMs: 40_000, // one in some hundred takes longer than the ten seconds of the default
    });
    await Promise.all(
      Array.from({ length: 8 }, async (_, i) => {
        const { dialed, accepted } = await pair(worse(2 * i + 100), worse(2 * i + 101));
        await roundTrip(dialed, accepted, 'x'.repeat(5_000));
      }),
    );
    // The slowest meets several losses in a row, and pauses double: up to half a minute.
  }, 60_000);

  it('is the same bad network for the same seed', async () => {
    const counts = await Promise.all(
      [9, 9, 10].map(async (seed) => {
        const socket = faultySocket({ seed, ...faults, corrupt: 0.1 });
        await socket.bind({ host: '127.0.0.1', port: 0 });
        for (let i = 0; i < 500; i++) socket.send(Uint8Array.of(i), '127.0.0.1', 9);
        await socket.close();
        return JSON.stringify(socket.counts);
      }),
    );
    expect(counts[0]).toBe(counts[1]);
    expect(counts[0]).not.toBe(counts[2]);
  });
});

describe('IPv6', () => {
  it('loopback works', async () => {
    const { dialed, accepted, server } = await pair({ address: '[::1]:0' }, { address: '[::1]:0' });
    expect(where(server).host).toBe('::1');
    await roundTrip(dialed, accepted);
  });

  it('a dual-stack socket reaches IPv4 and is reached by it', async () => {
    const [both, four] = await Promise.all([bind({ address: '[::]:0' }), bind()]);
    const [dialed, accepted] = await Promise.all([both.connect(four.addr(), ALPN), acceptOne(four)]);
    expect(dialed.remoteAddr()).toEqual(four.addr().addrs[0]);
    await roundTrip(dialed, accepted);
    const { port } = where(both);
    const [back] = await Promise.all([four.connect(at(both, { host: '127.0.0.1', port }), ALPN), acceptOne(both)]);
    expect(back.remoteId).toBe(both.id);
  });
});

describe('two hundred connections on one socket', () => {
  it('all work, and leave nothing behind', async () => {
    const server = await bind();
    const clients = await Promise.all(Array.from({ length: 20 }, () => bind()));
    const serving = (async () => {
      for await (const incoming of server.accept()) {
        void incoming.accept().then(async (connection) => {
          for await (const { send, recv } of connection.acceptBi()) {
            send.write(await readAll(recv));
            send.finish();
          }
        });
      }
    })();
    const connections = await Promise.all(
      clients.flatMap((client) => Array.from({ length: 10 }, () => client.connect(server.addr(), ALPN))),
    );
    expect(server.stats().connections).toBe(200);
    const answers = await Promise.all(
      connections.map(async (connection, i) => {
        const { send, recv } = await connection.openBi();
        send.write(bytes(`${i}`));
        send.finish();
        return text(await readAll(recv));
      }),
    );
    expect(answers).toEqual(Array.from({ length: 200 }, (_, i) => `${i}`));
    for (const connection of connections) connection.close(0);
    await until(() => server.stats().connections === 0);
    expect(server.stats()).toMatchObject({ routes: 0, halfOpen: 0 });
    await server.close();
    await serving;
  });
});

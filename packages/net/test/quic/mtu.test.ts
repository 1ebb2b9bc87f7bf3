import { afterEach, describe, expect, it } from 'vitest';
import { type Faults, type FaultySocket, faultySocket } from '../../src/quic/faulty-socket.js';
import type { Connection } from '../../src/transport/seam.js';
import { ALPN, bind, closeAll, first, type Pair, pair, pattern, readAll, until } from './helpers.js';

afterEach(closeAll);

/** Two endpoints on a path with faults in both directions, and the two sockets. */
async function pathPair(faults: Omit<Faults, 'seed'>, maxDatagramSize?: number) {
  const sockets: FaultySocket[] = [];
  const options = () => ({
    ...(maxDatagramSize !== undefined && { maxDatagramSize }),
    socket: () => {
      const socket = faultySocket({ seed: sockets.length + 1, ...faults });
      sockets.push(socket);
      return socket;
    },
  });
  const made: Pair = await pair(options(), options());
  const setFaults = (changed: Omit<Faults, 'seed'>) => {
    for (const socket of sockets) socket.setFaults(changed);
  };
  return { ...made, sockets, setFaults };
}

/** Sends some bytes and waits until all was acknowledged. @returns how long it took, in milliseconds */
async function transfer(from: Connection, to: Connection, length: number): Promise<number> {
  const since = performance.now();
  const data = pattern(length);
  const send = await from.openUni();
  send.write(data);
  send.finish();
  const received = await readAll(await first(to.acceptUni()));
  expect(Buffer.compare(received, data)).toBe(0);
  await send.stopped;
  return performance.now() - since;
}

describe('the datagram size', () => {
  it('on loopback becomes 16,383 with the first bulk, each direction for itself', async () => {
    const { dialed, accepted } = await pathPair({});
    expect([dialed.stats().datagramSize, accepted.stats().datagramSize]).toEqual([1200, 1200]);
    await transfer(dialed, accepted, 1_000_000);
    expect([dialed.stats().datagramSize, accepted.stats().datagramSize]).toEqual([16_383, 1200]);
    await transfer(accepted, dialed, 1_000_000);
    expect(accepted.stats().datagramSize).toBe(16_383);
  });

  it('is never above the option', async () => {
    const { dialed, accepted, sockets } = await pathPair({}, 1_350);
    let largest = 0;
    for (const socket of sockets) socket.onSend = ({ length }) => (largest = Math.max(largest, length));
    await transfer(dialed, accepted, 1_000_000);
    expect([dialed.stats().datagramSize, largest]).toEqual([1_350, 1_350]);
  });

  it('stays 1,200, and nothing is probed, while only small messages flow', async () => {
    const { dialed, accepted, sockets } = await pathPair({});
    let largest = 0;
    for (const socket of sockets) socket.onSend = ({ length }) => (largest = Math.max(largest, length));
    for (let i = 0; i < 50; i++) await transfer(dialed, accepted, 500);
    expect([dialed.stats().datagramSize, largest <= 1200]).toEqual([1200, true]);
  });

  it.each([1_252, 1_200])('on a path that carries %i, large messages pass at once', async (carries) => {
    const { dialed, accepted } = await pathPair({ carries });
    for (const [from, to] of [
      [dialed, accepted],
      [accepted, dialed],
    ] as const) {
      expect(await transfer(from, to, 4_000)).toBeLessThan(1_000);
      expect(await transfer(from, to, 500_000)).toBeLessThan(5_000);
      await until(() => from.stats().datagramSize === carries);
      expect(from.stats().blackHoles).toBe(0);
    }
  });

  it('a path below 1,200 fails the dial with a reason that says so', async () => {
    const narrow = () => ({ handshakeTimeoutMs: 300, socket: () => faultySocket({ seed: 1, carries: 1_199 }) });
    const [client, server] = await Promise.all([bind(narrow()), bind(narrow())]);
    await expect(client.connect(server.addr(), ALPN)).rejects.toThrow(/no answer.*1,200/);
  });

  it('that is carried no longer is given up within a second, in a bulk transfer', async () => {
    const { dialed, accepted, setFaults } = await pathPair({});
    await transfer(dialed, accepted, 1_000_000);
    setFaults({ carries: 1_252 });
    expect(await transfer(dialed, accepted, 300_000)).toBeLessThan(2_000);
    await until(() => dialed.stats().datagramSize === 1_252 && dialed.stats().blackHoles === 1);
    expect(await transfer(dialed, accepted, 300_000)).toBeLessThan(2_000);
    expect(dialed.stats().blackHoles).toBe(1);
  });

  it('is given up also while small messages keep passing beside a large one', async () => {
    const { dialed, accepted, setFaults } = await pathPair({ delayMs: 5 });
    await transfer(dialed, accepted, 1_000_000);
    setFaults({ carries: 1_300, delayMs: 5 });
    const small = await dialed.openUni();
    const ticking = setInterval(() => small.write(pattern(20)), 5);
    void (async () => {
      for (const stream = await first(accepted.acceptUni()); await stream.read().catch(() => {}); );
    })();
    small.write(pattern(20));
    await new Promise((resolve) => setImmediate(resolve));
    const arrived = accepted.acceptUni()[Symbol.asyncIterator]();
    const since = performance.now();
    const large = await dialed.openUni();
    large.write(pattern(40_000));
    large.finish();
    const { value: received } = await arrived.next();
    expect((await readAll(received as never)).length).toBe(40_000);
    clearInterval(ticking);
    expect(performance.now() - since).toBeLessThan(2_000);
  });

  it('survives 10 % of loss: the transfer is whole, and the path is not given up for good', async () => {
    const { dialed, accepted } = await pathPair({ loss: 0.1 }, 1_452);
    await transfer(dialed, accepted, 500_000);
    await until(() => dialed.stats().datagramSize > 1200);
  });

  it('when the path becomes narrower than 1,200 the connection says so and ends', async () => {
    const { dialed, accepted, setFaults } = await pathPair({});
    await transfer(dialed, accepted, 100_000);
    setFaults({ carries: 1_000 });
    const stream = await dialed.openUni();
    stream.write(pattern(50_000));
    const reason = await dialed.closed;
    expect(reason).toMatchObject({ type: 'error', message: expect.stringContaining('1,200') });
  });
});

import { afterEach, expect, test } from 'vitest';
import { faultySocket } from '../../src/quic/faulty-socket.js';
import { ALPN, acceptOne, bind, closeAll, first, pattern, readAll } from './helpers.js';

/** Row L5 of docs/reliability.md, one connection at a time: how long handshakes and transfers take with 30 % of the datagrams lost. */

afterEach(closeAll);

const ROUNDS = 100;
const AT_ONCE = 20;
const SIZE = 100_000;
/** 10 ms there and back. */
const lossy = (seed: number) => ({
  socket: () => faultySocket({ seed, loss: 0.3, delayMs: 5 }),
  handshakeTimeoutMs: 30_000,
});

function quantiles(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => `${((sorted[Math.ceil(share * sorted.length) - 1] ?? 0) / 1000).toFixed(2)} s`;
  return `half ${at(0.5)}, nine tenths ${at(0.9)}, slowest ${at(1)}`;
}

test('30 % of the datagrams are lost: every handshake and every transfer ends well', { timeout: 240_000 }, async () => {
  const handshakes: number[] = [];
  const transfers: number[] = [];
  const round = async (i: number) => {
    const [client, server] = await Promise.all([bind(lossy(2 * i)), bind(lossy(2 * i + 1))]);
    const began = performance.now();
    const [dialed, accepted] = await Promise.all([client.connect(server.addr(), ALPN), acceptOne(server)]);
    handshakes.push(performance.now() - began);
    const data = pattern(SIZE, i);
    const send = await dialed.openUni();
    const start = performance.now();
    send.write(data);
    send.finish();
    expect(Buffer.compare(await readAll(await first(accepted.acceptUni())), data)).toBe(0);
    transfers.push(performance.now() - start);
    await Promise.all([client.close(), server.close()]);
  };
  for (let i = 0; i < ROUNDS; i += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, k) => round(i + k)));
  }
  console.log(
    `30 % lost, ${ROUNDS} times: handshake ${quantiles(handshakes)}; 100 kB on one stream ${quantiles(transfers)}`,
  );
  expect(handshakes).toHaveLength(ROUNDS);
});

import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { DatagramTurns } from '../../src/quic/datagram-turns.js';

const FLOODER = '192.0.2.9';
const HONEST = '192.0.2.1';

/**
 * What was taken in, as `host number`, in order.
 *
 * @param costMs - how long it takes to take one in; the clock stands still otherwise
 * @param isKnown - whether a connection has proven that it is there
 */
function recorder(costMs = 0, isKnown: (host: string) => boolean = () => true) {
  const taken: string[] = [];
  let now = 0;
  const turns = new DatagramTurns(
    {
      take(datagram, host) {
        taken.push(`${host} ${new DataView(datagram.buffer).getUint32(0)}`);
        now += costMs;
      },
      isKnown: (_, host) => isKnown(host),
    },
    () => now,
  );
  const counts = new Map<string, number>();
  const send = (host: string, length = 4) => {
    const number = counts.get(host) ?? 0;
    counts.set(host, number + 1);
    const datagram = new Uint8Array(length);
    new DataView(datagram.buffer).setUint32(0, number);
    turns.add(datagram, host, 1);
  };
  const of = (host: string) => taken.filter((entry) => entry.startsWith(`${host} `));
  return { turns, taken, send, of };
}

async function untilNothingWaits(turns: DatagramTurns): Promise<void> {
  while (turns.waitingBytes > 0) await turn();
}

function inOrder(host: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${host} ${i}`);
}

test('a source that is alone has no share', () => {
  const { turns, send, of } = recorder();
  for (let i = 0; i < 1_000; i++) send(HONEST);
  expect(of(HONEST)).toEqual(inOrder(HONEST, 1_000));
  expect(turns.waitingBytes).toBe(0);
  turns.stop();
});

test('who sends little is heard at once, whatever somebody else sends, and nothing is lost or overtaken', async () => {
  const { turns, send, of } = recorder();
  send(HONEST);
  for (let round = 1; round <= 20; round++) {
    for (let i = 0; i < 31; i++) send(FLOODER);
    send(HONEST);
    expect(of(HONEST)).toHaveLength(round + 1);
    const before = of(FLOODER).length;
    await turn();
    expect(of(FLOODER).length - before).toBeLessThanOrEqual(8); // with a whole batch, more are in the system's buffer
  }
  expect(of(FLOODER).length).toBeLessThan(400);
  await untilNothingWaits(turns);
  expect(of(FLOODER)).toEqual(inOrder(FLOODER, 620));
  expect(turns.dropped).toBe(0);
});

test('sources that wait are heard in turns', async () => {
  const { turns, taken, send } = recorder();
  const [one, two, three] = ['192.0.2.11', '192.0.2.12', '192.0.2.13'];
  for (const host of [one, two, three]) send(host);
  for (let i = 0; i < 100; i++) for (const host of [one, two, three]) send(host);
  const before = taken.length;
  await untilNothingWaits(turns);
  const first = taken.slice(before, before + 24).map((entry) => entry.split(' ')[0]);
  for (const host of [one, two, three]) expect(first.filter((other) => other === host)).toHaveLength(8);
});

test('what takes long is spread over turns, of all sources a little, and nothing is lost or overtaken', async () => {
  const { turns, send, of } = recorder(0.8);
  for (let i = 0; i < 32; i++) for (const host of [HONEST, FLOODER]) send(host);
  let before = of(HONEST).length + of(FLOODER).length;
  expect(before).toBe(1 + 5); // 4 ms, since there are two
  while (turns.waitingBytes > 0) {
    await turn();
    const after = of(HONEST).length + of(FLOODER).length;
    expect(after - before).toBeLessThanOrEqual(7); // 4 ms, and the last source's two
    if (of(HONEST).length < 32 && after > before)
      expect(of(HONEST).length).toBeGreaterThanOrEqual(of(FLOODER).length - 2);
    before = after;
  }
  for (const host of [HONEST, FLOODER]) expect(of(host)).toEqual(inOrder(host, 32));
});

test('addresses of one network are one source', () => {
  const { turns, taken, send } = recorder();
  send(HONEST);
  for (let i = 0; i < 32; i++) send(`2001:db8:1:${i.toString(16)}::1`);
  expect(taken).toHaveLength(1 + 8);
  turns.stop();
});

/** An address that somebody invents. */
function invented(i: number): string {
  return `198.18.${i >> 8}.${i & 255}`;
}

test('invented addresses delay nobody who is known, while a neighbor floods as well', async () => {
  const { turns, send, of } = recorder(0.7, (host) => host === HONEST || host === FLOODER);
  send(HONEST);
  let strangers = 0;
  for (let round = 1; round <= 200; round++) {
    for (let i = 0; i < 6; i++) send(FLOODER, 1_200);
    for (let i = 0; i < 26; i++) send(invented(strangers++), 70);
    send(HONEST, 70);
    for (let turns = 0; turns < 3; turns++) await turn();
    expect(of(HONEST)).toHaveLength(round + 1);
  }
  expect(turns.dropped).toBeGreaterThan(0);
  expect(turns.waitingBytes).toBeLessThan(2 << 20);
  turns.stop();
});

test('strangers are heard beside a neighbor that floods, one by one', async () => {
  const { turns, send, taken } = recorder(0.7, (host) => host === FLOODER);
  send(FLOODER);
  for (let i = 0; i < 32; i++) send(FLOODER);
  for (let i = 0; i < 10; i++) send(invented(i));
  for (let turns = 0; turns < 4; turns++) await turn();
  expect(new Set(taken.filter((entry) => !entry.startsWith(FLOODER))).size).toBe(10);
  turns.stop();
});

test('what waits of strangers is bounded, and takes no room of those who are known', async () => {
  const { turns, send, of } = recorder(0.7, (host) => host === HONEST);
  send(HONEST);
  for (let i = 0; i < 10_000; i++) send(invented(i), 1_200);
  expect(turns.waitingBytes).toBeLessThanOrEqual(512 << 10);
  const { dropped } = turns;
  for (let i = 0; i < 1_000; i++) send(HONEST, 1_200);
  expect(turns.dropped).toBe(dropped);
  while (of(HONEST).length < 1_001) await turn();
  turns.stop();
});

test('whoever proves to be there is known from its next datagram on, and nothing of it is overtaken', async () => {
  let isProven = false;
  const { turns, send, of } = recorder(0.7, (host) => host === FLOODER || isProven);
  send(FLOODER);
  for (let i = 0; i < 20; i++) send(HONEST, 1_200);
  const strangers = turns.waitingBytes;
  isProven = true;
  for (let i = 0; i < 400; i++) send(HONEST, 1_200);
  expect(strangers).toBeGreaterThan(0);
  expect(turns.dropped).toBe(0);
  await untilNothingWaits(turns);
  expect(of(HONEST)).toEqual(inOrder(HONEST, 420));
});

test('a stream that fills its window beside another source loses nothing', async () => {
  const { turns, send, of } = recorder();
  send(FLOODER);
  const count = Math.ceil((2 << 20) / 1_200);
  for (let i = 0; i < count; i++) send(HONEST, 1_200);
  expect(turns.dropped).toBe(0);
  await untilNothingWaits(turns);
  expect(of(HONEST)).toEqual(inOrder(HONEST, count));
});

test('what waits is bounded for each source and for all, and what is lost is counted', () => {
  const { turns, send } = recorder();
  send(HONEST);
  for (let i = 0; i < 4_000; i++) send(FLOODER, 1_200);
  expect(turns.waitingBytes).toBeLessThanOrEqual(4 << 20);
  expect(turns.dropped).toBe(4_000 - 8 - Math.floor((4 << 20) / (1_200 + 256)));
  for (let host = 20; host < 40; host++) for (let i = 0; i < 1_000; i++) send(`192.0.2.${host}`, 1_200);
  expect(turns.waitingBytes).toBeLessThanOrEqual(16 << 20);
  turns.stop();
  expect(turns.waitingBytes).toBe(0);
});

test('whoever was alone for a second has no share any more', async () => {
  let now = 0;
  const taken: string[] = [];
  const turns = new DatagramTurns({ take: (_, host) => taken.push(host), isKnown: () => true }, () => now);
  const send = (host: string, count: number) => {
    for (let i = 0; i < count; i++) turns.add(new Uint8Array(1), host, 1);
  };
  send(HONEST, 1);
  send(FLOODER, 9);
  expect(taken).toHaveLength(1 + 8);
  await turn();
  now = 1_001;
  send(FLOODER, 1);
  await turn();
  taken.length = 0;
  send(FLOODER, 100);
  expect(taken).toHaveLength(100);
  turns.stop();
});

test('nothing is taken in after a stop, also where it comes from the inside', async () => {
  const taken: string[] = [];
  const turns = new DatagramTurns({
    take(_, host) {
      taken.push(host);
      if (taken.length === 12) turns.stop();
    },
    isKnown: () => true,
  });
  turns.add(new Uint8Array(1), HONEST, 1);
  for (let i = 0; i < 100; i++) turns.add(new Uint8Array(1), FLOODER, 1);
  await turn();
  await turn();
  turns.add(new Uint8Array(1), HONEST, 1);
  expect(taken).toHaveLength(12);
});

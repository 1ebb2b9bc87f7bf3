import { describe, expect, test } from 'vitest';
import { EventQueue } from '../../src/gossip/event-queue.js';
import type { GossipEvent } from '../../src/gossip/service.js';
import { SharedBudget } from '../../src/gossip/shared-budget.js';
import { SecretKey } from '../../src/identity/secret-key.js';

const [a, b] = [1, 2].map((seed) => SecretKey.fromBytes(new Uint8Array(32).fill(seed)).id);
if (!a || !b) throw new Error('two ids');

const message = (number: number, size = 4): GossipEvent => {
  const content = Buffer.alloc(size);
  content.writeUInt32LE(number);
  return { type: 'received', content, deliveredFrom: a, scope: { type: 'neighbors' } };
};
const up = (peer = a): GossipEvent => ({ type: 'neighborUp', peer });
const down = (peer = a): GossipEvent => ({ type: 'neighborDown', peer, reason: 'closed' });
const lost = (missed: number): GossipEvent => ({ type: 'lagged', missed, reason: 'abandoned' });

function queueOf(capacity: number, budget = new SharedBudget(1e6)) {
  let missed = 0;
  const queue = new EventQueue({ capacity, budget, onMissed: () => missed++ });
  return { queue, missed: () => missed };
}

/** Everything that can be read now, in short: numbers of messages, `-n` for messages told lost, changes of neighbors. */
async function readAll(queue: EventQueue): Promise<(number | string)[]> {
  queue.end();
  const read: (number | string)[] = [];
  for (let next = await queue.next(); !next.done; next = await queue.next()) {
    const event = next.value;
    switch (event.type) {
      case 'received':
        read.push(Buffer.from(event.content).readUInt32LE());
        break;
      case 'lagged':
        read.push(`-${event.missed} ${event.reason}`);
        break;
      case 'neighborUp':
      case 'neighborDown':
        read.push(`${event.type} ${event.peer === a ? 'a' : 'b'}`);
        break;
    }
  }
  return read;
}

describe('a slow reader', () => {
  test('is told how many messages it lost, at the place where they were', async () => {
    const { queue, missed } = queueOf(3);
    for (let i = 0; i < 3; i++) queue.push(message(i));
    expect(await queue.next()).toMatchObject({ value: { content: Uint8Array.of(0, 0, 0, 0) } });
    for (let i = 3; i < 8; i++) queue.push(message(i));
    expect(missed()).toBe(4);
    expect(await readAll(queue)).toEqual(['-4 slow-reader', 5, 6, 7]);
  });

  test('loses no change of neighbors: after the gap it hears what has become of them', async () => {
    const { queue, missed } = queueOf(2);
    queue.push(up(a));
    for (let i = 0; i < 100; i++) {
      queue.push(up(b));
      queue.push(message(i));
      queue.push(down(b));
    }
    queue.push(message(100));
    queue.push(message(101));
    expect(await readAll(queue)).toEqual(['-100 slow-reader', 'neighborUp a', 100, 101]);
    expect(missed()).toBe(100);
  });

  test('hears of losses for other reasons apart, each in its number', async () => {
    const { queue, missed } = queueOf(2);
    for (const event of [message(0), lost(3), message(1), lost(4), message(2), message(3)]) queue.push(event);
    expect(await readAll(queue)).toEqual(['-2 slow-reader', '-7 abandoned', 2, 3]);
    expect(missed()).toBe(2);
  });

  test('hears of losses in a row as one', async () => {
    const { queue } = queueOf(2);
    for (const event of [message(0), lost(3), lost(4), lost(5)]) queue.push(event);
    expect(await readAll(queue)).toEqual([0, '-12 abandoned']);
  });

  test('finds that read and told is all that was pushed, however reading and pushing mix', async () => {
    const { queue, missed } = queueOf(7);
    let told = 0;
    let read = 0;
    const take = (event: GossipEvent | undefined) => {
      if (event?.type === 'received') read++;
      if (event?.type === 'lagged') told += event.missed;
    };
    for (let i = 0; i < 2_000; i++) {
      queue.push(message(i));
      if (i % 5 === 0) queue.push(up(i % 10 === 0 ? a : b));
      if (i % 5 === 1) queue.push(down(i % 10 === 1 ? a : b));
      if (i % 3 === 0) take((await queue.next()).value);
    }
    queue.end();
    for (let next = await queue.next(); !next.done; next = await queue.next()) take(next.value);
    expect(told).toBeGreaterThan(0);
    expect(told).toBe(missed());
    expect(read + told).toBe(2_000);
  });
});

describe('bytes', () => {
  test('are bounded as the number is', async () => {
    const { queue } = queueOf(1_000, new SharedBudget(10_000));
    for (let i = 0; i < 50; i++) queue.push(message(i, 1_000));
    const read = await readAll(queue);
    expect(read[0]).toBe('-42 slow-reader');
    expect(read).toHaveLength(1 + 8);
  });

  test('are shared in equal parts by readers of one node, and given back by those that read or go', async () => {
    const budget = new SharedBudget(100_000);
    const queues = Array.from({ length: 9 }, () => queueOf(1_000, budget).queue);
    for (let i = 0; i < 300; i++) for (const queue of queues) queue.push(message(i, 900));
    expect(budget.used).toBeLessThan(200_000);
    const [first, second, ...others] = queues;
    if (!first || !second) throw new Error('unreachable');
    const counts = await Promise.all(others.map(async (queue) => (await readAll(queue)).length - 1));
    for (const count of counts) expect(Math.abs(count - 18)).toBeLessThan(3); // a tenth of 200,000 bytes each
    first.discard();
    await readAll(second);
    expect(budget.used).toBe(0);
  });

  test('a message that finds no space is told lost, too', async () => {
    const { queue } = queueOf(10, new SharedBudget(100));
    queue.push(message(0, 1_000));
    expect(await readAll(queue)).toEqual(['-1 slow-reader']);
  });
});

describe('the end', () => {
  test('comes after what is queued; with an error, every read after that throws it', async () => {
    const { queue } = queueOf(10);
    queue.push(message(0));
    queue.end(new Error('the socket is gone'));
    queue.push(message(1));
    expect(await queue.next()).toMatchObject({ done: false });
    await expect(queue.next()).rejects.toThrow('the socket is gone');
    await expect(queue.next()).rejects.toThrow('the socket is gone');
  });

  test('wakes who waits', async () => {
    const [ended, failed] = [queueOf(10).queue, queueOf(10).queue];
    const waiting = [ended.next(), failed.next()];
    ended.end();
    failed.end(new Error('the socket is gone'));
    expect(await waiting[0]).toEqual({ done: true, value: undefined });
    await expect(waiting[1]).rejects.toThrow('the socket is gone');
  });
});

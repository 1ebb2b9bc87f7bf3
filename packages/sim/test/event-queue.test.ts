import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventQueue } from '../src/event-queue.js';

const SECOND = 1e9;

interface Entry {
  readonly time: number;
  readonly peer: number;
  readonly tag: number;
  readonly event: number;
}

/** What a queue must do, as simply as it can be said. */
class SortedList {
  readonly #entries: Entry[] = [];

  insert(entry: Entry): void {
    this.#entries.push(entry);
    this.#entries.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : a.event - b.event));
  }

  get nextTime(): number {
    return this.#entries[0]?.time ?? Number.POSITIVE_INFINITY;
  }

  get size(): number {
    return this.#entries.length;
  }

  pop(): Entry | undefined {
    return this.#entries.shift();
  }
}

/** From now to weeks ahead, now and then never, often at the same time. */
const delay = fc.oneof(
  fc.constantFrom(0, 1, 131_071, 131_072, 5_000_000, SECOND),
  fc.integer({ min: 0, max: 1_000_000 }),
  fc.integer({ min: 0, max: 200_000_000 }),
  fc.integer({ min: 0, max: 3_000_000 }).map((seconds) => seconds * SECOND),
  fc.constant(Number.POSITIVE_INFINITY),
);

test('entries come out by time, ties in the order of insertion, whatever is inserted meanwhile', () => {
  const step = fc.oneof(fc.record({ delay }), fc.constant('pop' as const), fc.constant('look' as const));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), fc.boolean(), (steps, drain) => {
      const queue = new EventQueue<number>();
      const list = new SortedList();
      let now = 0;
      const pop = (): void => {
        const expected = list.pop();
        expect(queue.pop()).toBe(expected !== undefined);
        if (expected === undefined) return;
        const { time, peer, tag, event } = queue;
        expect({ time, peer, tag, event }).toEqual(expected);
        if (Number.isFinite(time)) now = time;
      };
      steps.forEach((what, event) => {
        if (what === 'pop') pop();
        else if (what === 'look') expect(queue.nextTime).toBe(list.nextTime);
        else {
          const entry = { time: now + what.delay, peer: event % 7, tag: event % 3, event };
          queue.insert(entry.time, entry.peer, entry.tag, event);
          list.insert(entry);
        }
        expect(queue.size).toBe(list.size);
      });
      while (drain && list.size > 0) pop();
    }),
  );
});

test('a queue that has been emptied is as good as new', () => {
  const queue = new EventQueue<string>();
  for (const time of [7 * SECOND, 70 * SECOND]) {
    queue.insert(time, 1, 2, 'late');
    queue.insert(time - 1, 1, 2, 'early');
    expect([queue.pop(), queue.event, queue.pop(), queue.event]).toEqual([true, 'early', true, 'late']);
    expect([queue.pop(), queue.size, queue.nextTime]).toEqual([false, 0, Number.POSITIVE_INFINITY]);
  }
});

test('it grows with what is in it', () => {
  const queue = new EventQueue<number>();
  const times = Array.from({ length: 5000 }, (_, i) => ((i * 7919) % 5000) * 100_000);
  times.forEach((time, i) => {
    queue.insert(time, i, 0, i);
  });
  const taken: number[] = [];
  while (queue.pop()) taken.push(queue.time);
  expect(taken).toEqual([...times].sort((a, b) => a - b));
});

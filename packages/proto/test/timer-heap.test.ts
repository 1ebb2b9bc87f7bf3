import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TimerHeap } from '../src/index.js';

describe('a TimerHeap', () => {
  test('gives back the earliest first, and those of the same time as they came', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 10 })), (times) => {
        const heap = new TimerHeap<number>();
        for (const [i, time] of times.entries()) heap.insert(time, i);
        const expected = [...times.entries()].sort(([i, a], [j, b]) => a - b || i - j).map(([i]) => i);
        const popped: number[] = [];
        for (let next = heap.popUntil(10); next !== undefined; next = heap.popUntil(10)) popped.push(next.item);
        expect(popped).toEqual(expected);
        expect(heap.size).toBe(0);
      }),
    );
  });

  test('gives nothing that is not due, and says when the next is', () => {
    const heap = new TimerHeap<string>();
    expect(heap.nextTime).toBeUndefined();
    heap.insert(5, 'a');
    expect(heap.nextTime).toBe(5);
    expect(heap.popUntil(4.9)).toBeUndefined();
    expect(heap.popUntil(5)).toMatchObject({ time: 5, item: 'a' });
  });

  test('can be emptied', () => {
    const heap = new TimerHeap<string>();
    heap.insert(1, 'a');
    heap.clear();
    expect(heap.popUntil(9)).toBeUndefined();
  });
});

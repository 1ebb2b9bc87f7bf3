import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TimeBoundSet } from '../src/structures/time-bound-set.js';

describe('a TimeBoundSet', () => {
  test('drops what expires at the given time or before', () => {
    const set = new TimeBoundSet<string>();
    set.insert('a', 10);
    set.insert('b', 20);
    expect(set.expireUntil(9)).toBe(0);
    expect(set.expireUntil(10)).toBe(1);
    expect(set.has('a')).toBe(false);
    expect(set.has('b')).toBe(true);
  });

  test('extends the life of a value that is inserted again', () => {
    const set = new TimeBoundSet<string>();
    set.insert('a', 10);
    set.insert('a', 20);
    expect(set.expireUntil(10)).toBe(0);
    expect(set.has('a')).toBe(true);
    expect(set.expireUntil(20)).toBe(1);
    expect(set.size).toBe(0);
  });

  test('gives up what expires first', () => {
    const set = new TimeBoundSet<string>();
    for (const [i, value] of ['a', 'b', 'c'].entries()) set.insert(value, 10 + i);
    set.insert('a', 20);
    expect([set.dropOldest(), set.dropOldest(), set.dropOldest(), set.dropOldest()]).toEqual([
      'b',
      'c',
      'a',
      undefined,
    ]);
    expect(set.size).toBe(0);
  });

  test('does what a plain list would do, in whatever order values expire', () => {
    const step = fc.oneof(
      fc.record({ key: fc.integer({ min: 0, max: 9 }), expires: fc.integer({ min: 0, max: 50 }) }),
      fc.record({ until: fc.integer({ min: 0, max: 50 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const set = new TimeBoundSet<number>();
        const model = new Map<number, number>();
        for (const action of steps) {
          if ('key' in action) {
            set.insert(action.key, action.expires);
            model.set(action.key, action.expires);
          } else {
            const gone = [...model].filter(([, expires]) => expires <= action.until);
            for (const [key] of gone) model.delete(key);
            expect(set.expireUntil(action.until)).toBe(gone.length);
          }
          expect(set.size).toBe(model.size);
          for (let key = 0; key < 10; key++) expect(set.has(key)).toBe(model.has(key));
        }
      }),
    );
  });

  test('does not grow when values come and go', () => {
    const set = new TimeBoundSet<number>();
    for (let i = 0; i < 100_000; i++) {
      set.insert(i, i + 100);
      set.expireUntil(i);
    }
    expect(set.size).toBe(100);
    expect(set.slots).toBeLessThan(400);
  });
});

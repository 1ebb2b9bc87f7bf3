import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TimeBoundCache } from '../src/index.js';

describe('a TimeBoundCache', () => {
  test('drops what expires at the given time or before', () => {
    const cache = new TimeBoundCache<string, number>();
    cache.insert('a', 1, 10);
    cache.insert('b', 2, 20);
    expect(cache.expireUntil(9)).toBe(0);
    expect(cache.expireUntil(10)).toBe(1);
    expect(cache.has('a')).toBe(false);
    expect(cache.get('b')).toBe(2);
    expect(cache.expires('b')).toBe(20);
  });

  test('extends the life of an entry that is inserted again', () => {
    const cache = new TimeBoundCache<string, number>();
    cache.insert('a', 1, 10);
    cache.insert('a', 2, 20);
    expect(cache.expireUntil(10)).toBe(0);
    expect(cache.get('a')).toBe(2);
    expect(cache.expireUntil(20)).toBe(1);
    expect(cache.size).toBe(0);
  });

  test('makes room by dropping what expires first', () => {
    const cache = new TimeBoundCache<string, string>({ maxCount: 3, maxWeight: 10, weigh: (text) => text.length });
    for (const [i, key] of ['a', 'b', 'c'].entries()) expect(cache.insert(key, 'xxx', 10 + i)).toBe(0);
    expect(cache.insert('d', 'x', 20)).toBe(1);
    expect(cache.has('a')).toBe(false);
    expect(cache.insert('e', 'xxxxx', 21)).toBe(1);
    expect(cache.has('b')).toBe(false);
    expect(cache.weight).toBe(9);
    expect(cache.insert('f', 'x'.repeat(11), 22)).toBe(4);
    expect(cache.size).toBe(0);
    expect(cache.weight).toBe(0);
  });

  test('names the newest keys in order', () => {
    const cache = new TimeBoundCache<string, number>();
    for (const [i, key] of ['a', 'b', 'c', 'd'].entries()) cache.insert(key, i, i);
    cache.insert('b', 9, 9);
    expect(cache.newestKeys(3)).toEqual(['c', 'd', 'b']);
    expect(cache.newestKeys(10)).toEqual(['a', 'c', 'd', 'b']);
    expect(cache.newestKeys(0)).toEqual([]);
  });

  test('does what a plain list would do, in whatever order entries expire', () => {
    const step = fc.oneof(
      fc.record({ key: fc.integer({ min: 0, max: 9 }), expires: fc.integer({ min: 0, max: 50 }) }),
      fc.record({ until: fc.integer({ min: 0, max: 50 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const cache = new TimeBoundCache<number, number>({ weigh: (value) => value });
        const model = new Map<number, number>();
        for (const action of steps) {
          if ('key' in action) {
            cache.insert(action.key, action.expires, action.expires);
            model.set(action.key, action.expires);
          } else {
            const gone = [...model].filter(([, expires]) => expires <= action.until);
            for (const [key] of gone) model.delete(key);
            expect(cache.expireUntil(action.until)).toBe(gone.length);
          }
          expect(cache.size).toBe(model.size);
          expect(cache.weight).toBe([...model.values()].reduce((a, b) => a + b, 0));
        }
        for (const [key, expires] of model) expect(cache.expires(key)).toBe(expires);
      }),
    );
  });

  test('does not grow when entries come and go', () => {
    const cache = new TimeBoundCache<number, number>();
    for (let i = 0; i < 100_000; i++) {
      cache.insert(i, i, i + 100);
      cache.expireUntil(i);
    }
    expect(cache.size).toBe(100);
    expect(cache.slots).toBeLessThan(400);
  });
});

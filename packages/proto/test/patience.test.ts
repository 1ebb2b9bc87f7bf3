import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Patience } from '../src/broadcast/patience.js';

describe('patience', () => {
  test('begins with the most, and learns what is usual', () => {
    const patience = new Patience(80);
    expect(patience.value).toBe(320);
    patience.observe(60);
    expect(patience.value).toBe(60 + 4 * 30);
    for (let i = 0; i < 100; i++) patience.observe(100);
    expect(patience.value).toBeCloseTo(100);
  });

  test('is never less than the least nor more than four times that, whatever it sees', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e15, noNaN: true })), (times) => {
        const patience = new Patience(80);
        for (const time of times) patience.observe(time);
        expect(patience.value).toBeGreaterThanOrEqual(80);
        expect(patience.value).toBeLessThanOrEqual(320);
      }),
    );
  });
});

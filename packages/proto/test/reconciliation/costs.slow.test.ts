import { expect, it } from 'vitest';
import { ids, reconcile } from './support.js';

/** Ids on each side, and how many of them the other lacks. */
const CASES = [
  [10, 0],
  [10, 1],
  [100, 2],
  [1_000, 0],
  [1_000, 10],
  [10_000, 0],
  [10_000, 1],
  [10_000, 5],
  [10_000, 10],
  [10_000, 100],
  [10_000, 1_000],
  [10_000, 10_000],
  [100_000, 10],
  [1_000_000, 0],
  [1_000_000, 10],
] as const;

it('prints what sessions cost', () => {
  console.log(
    'ids on each side | lacking on each | bytes, both directions | round trips | per id of the difference | ms',
  );
  for (const [size, own] of CASES) {
    const all = ids(size + own, 1);
    const began = performance.now();
    const { bytes, roundTrips, exact } = reconcile(all.slice(0, size), [...all.slice(own, size), ...all.slice(size)]);
    const ms = Math.round(performance.now() - began);
    const each = own > 0 ? (bytes / (2 * own)).toFixed(1) : '-';
    console.log([size, own, bytes, roundTrips, each, ms].map((value) => value.toLocaleString('en')).join(' | '));
    expect(exact).toBe(true);
    expect(bytes).toBeLessThan(64 + own * 2 * 500); // half a kilobyte for an id that one of a million lacks
  }
});

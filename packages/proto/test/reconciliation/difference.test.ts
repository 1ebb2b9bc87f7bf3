import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeySetBuilder, Reconciliation, saltOf } from '../../src/reconciliation/index.js';
import { ids, keySet, reconcile } from './support.js';

const POOL = ids(3_000, 7);

/** A set as bits over the pool, so that shrinking drops ids. */
const subset = fc
  .record({
    from: fc.nat(POOL.length),
    to: fc.nat(POOL.length),
    holes: fc.uniqueArray(fc.nat(POOL.length - 1), { maxLength: 40 }),
  })
  .map(({ from, to, holes }) => {
    const chosen = new Set<number>();
    for (let i = Math.min(from, to); i < Math.max(from, to); i++) chosen.add(i);
    for (const hole of holes) if (!chosen.delete(hole)) chosen.add(hole);
    return [...chosen];
  });

describe('a session between two sets', () => {
  it('finds on both sides what a naive difference finds, whatever the sets', () => {
    fc.assert(
      fc.property(subset, subset, fc.uint8Array({ minLength: 8, maxLength: 8 }), (a, b, salt) => {
        const outcome = reconcile(
          a.map((i) => POOL[i] as Uint8Array),
          b.map((i) => POOL[i] as Uint8Array),
          salt,
        );
        const inA = new Set(a);
        const inB = new Set(b);
        const onlyA = a.flatMap((i, position) => (inB.has(i) ? [] : [position]));
        const onlyB = b.flatMap((i, position) => (inA.has(i) ? [] : [position]));
        expect(outcome).toMatchObject({ a: onlyA, b: onlyB, aBySide: onlyA, bBySide: onlyB, exact: true });
      }),
      { seed: 10, numRuns: 300 },
    );
  });

  it('ends for one id against none, equal single ids, and an id that is added twice', () => {
    const [one, two] = POOL as [Uint8Array, Uint8Array];
    expect(reconcile([], [])).toMatchObject({ a: [], b: [], exact: true });
    expect(reconcile([one], [])).toMatchObject({ a: [0], b: [], exact: true });
    expect(reconcile([], [one])).toMatchObject({ a: [], b: [0], exact: true });
    expect(reconcile([one], [one])).toMatchObject({ a: [], b: [], exact: true });
    expect(reconcile([one, one, two], [one])).toMatchObject({ a: [2], b: [], exact: true });
  });

  it('says so when equal fingerprints hide a difference: the sums of the sets do not agree', () => {
    // The answering side claims that all parts are equal, but the sum of its set is another.
    const salt = new Uint8Array(8);
    const a = Reconciliation.begin(keySet(POOL.slice(0, 100), salt));
    a.opening();
    const header = Uint8Array.of(100, 1, 2, 3, 4, 5, 6);
    for (const _ of a.receive(Uint8Array.of(...header, 8))) void _;
    expect(a.settled).toBe(true);
    expect(a.difference()).toEqual({ lacking: [], surplus: [], exact: false });
  });

  it('gives every id another key under another salt', () => {
    const all = POOL.slice(0, 50);
    const keys = (salt: number) => [...keySet(all, new Uint8Array(8).fill(salt)).slice(0, 50)];
    expect(keys(1).filter((key) => keys(2).includes(key))).toEqual([]);
  });

  it('carries the salt in the opening', () => {
    const salt = Uint8Array.of(8, 7, 6, 5, 4, 3, 2, 1);
    expect(saltOf(Reconciliation.begin(keySet(POOL, salt)).opening())).toEqual(salt);
  });
});

describe('misuse by the host', () => {
  const salt = new Uint8Array(8);

  it('throws before anything is done', () => {
    expect(() => new KeySetBuilder(new Uint8Array(7))).toThrow(RangeError);
    const builder = new KeySetBuilder(salt);
    expect(() => builder.add(new Uint8Array(31))).toThrow(RangeError);
    const set = builder.build();
    expect(() => builder.add(new Uint8Array(32))).toThrow('begun');
    expect(() => Reconciliation.answer(set).opening()).toThrow('one side opens');
    expect(() => Reconciliation.begin(set).difference()).toThrow('not settled');
  });
});

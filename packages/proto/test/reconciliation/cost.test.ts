import { describe, expect, it } from 'vitest';
import { KeySetBuilder, Reconciliation } from '../../src/reconciliation/index.js';
import { FRAMING, ids, keySet, type Outcome, reconcile } from './support.js';

const ID_BYTES = 32;

/** Two sets of `size` ids of which each side has `own` that the other lacks. */
function differing(size: number, own: number, seed = 1): Outcome {
  const all = ids(size + own, seed);
  const outcome = reconcile(all.slice(0, size), [...all.slice(own, size), ...all.slice(size)]);
  expect(outcome.a).toHaveLength(own);
  expect(outcome.b).toHaveLength(own);
  expect(outcome.exact).toBe(true);
  return outcome;
}

describe('what a session costs, both directions and framing counted', () => {
  it('settles 10,000 ids that differ in 10 in under 4 kB and two round trips', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const five = differing(10_000, 5, seed);
      const ten = differing(10_000, 10, seed); // ten on each side, twenty together
      expect(five.bytes).toBeLessThan(4000);
      expect(ten.bytes).toBeLessThan(4000);
      expect(five.roundTrips).toBeLessThanOrEqual(2);
      expect(ten.roundTrips).toBeLessThanOrEqual(2);
    }
  });

  it('settles two times 10,000 ids that have nothing in common in under 1.2 times the ids', () => {
    const { bytes, roundTrips } = differing(10_000, 10_000);
    expect(bytes).toBeLessThan(1.2 * 10_000 * ID_BYTES);
    expect(roundTrips).toBeLessThanOrEqual(2);
  });

  it('settles equal sets with one short frame each way, and the answering side after the first', () => {
    const all = ids(10_000, 1);
    const { frames, bytes, exact } = reconcile(all, all);
    expect(frames).toHaveLength(2);
    expect(bytes).toBeLessThan(64);
    expect(exact).toBe(true);

    const salt = new Uint8Array(8);
    const opening = Reconciliation.begin(keySet(all, salt)).opening();
    const answering = Reconciliation.answer(keySet(all, salt));
    for (const _ of answering.receive(opening)) void _;
    expect(answering.settled).toBe(true);
  });

  it('grows with the difference and hardly with the sets', () => {
    const small = differing(1_000, 10).bytes;
    const large = differing(100_000, 10).bytes;
    expect(large).toBeLessThan(6 * small);
    expect(differing(10_000, 1_000).bytes).toBeLessThan(30 * differing(10_000, 10).bytes);
  });

  it('sends the keys of one side at once where the other has nothing', () => {
    const all = ids(10_000, 1);
    expect(reconcile([], all)).toMatchObject({ roundTrips: 1, exact: true });
    expect(reconcile(all, [])).toMatchObject({ roundTrips: 1.5, exact: true });
    expect(reconcile([], all).bytes).toBeLessThan(6.1 * 10_000);
  });

  it('never makes a frame that the other side refuses, and no long slice, with 200,000 ids against none', () => {
    const all = ids(200_000, 1);
    const { frames, exact } = reconcile(all, []);
    expect(exact).toBe(true);
    expect(Math.max(...frames.map((frame) => frame.length))).toBeLessThanOrEqual(32 * 1024 - FRAMING);
  });

  it('builds a set in slices', () => {
    const builder = new KeySetBuilder(new Uint8Array(8));
    const all = ids(50_000, 1);
    for (const id of all) builder.add(id);
    let steps = 1;
    while (!builder.step(5_000)) steps++;
    expect(steps).toBeGreaterThan(20); // each key is gone over three times
    expect(builder.build().size).toBe(50_000);
  });
});

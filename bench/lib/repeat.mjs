// @ts-check
import { performance } from 'node:perf_hooks';
import { median } from './measure.mjs';
import { ROUNDS } from './rounds.mjs';

const TURN_MS = 60;

/** Holds the last result: without a use of the results, the compiler leaves the work out. @type {unknown[]} */
const last = [];

/**
 * How long small pieces of work take. They run in turns.
 *
 * @template {string} Name
 * @param {Record<Name, () => unknown>} works
 * @returns {Record<Name, number>} microseconds for one call, the median of the rounds
 */
export function microseconds(works) {
  const entries = /** @type {[Name, () => unknown][]} */ (Object.entries(works));
  /** @type {Map<Name, number[]>} */
  const samples = new Map(entries.map(([name]) => [name, []]));
  for (let round = -1; round < ROUNDS; round++) {
    for (const [name, work] of entries) {
      const each = turn(work);
      if (round >= 0) samples.get(name)?.push(each); // the first round warms up
    }
  }
  const all = [...samples].map(([name, values]) => [name, median(values)]);
  return Object.fromEntries(all);
}

/** @param {() => unknown} work */
function turn(work) {
  const start = performance.now();
  let done = 0;
  let ms = 0;
  for (let batch = 16; ms < TURN_MS; batch *= 2) {
    for (let i = 0; i < batch; i++) last[0] = work();
    done += batch;
    ms = performance.now() - start;
  }
  return (ms * 1000) / done;
}

// @ts-check
import { performance } from 'node:perf_hooks';
import { median } from './measure.mjs';
import { ROUNDS } from './rounds.mjs';

const TURN_MS = 60;

/** Where results go, so that no compiler finds out that nobody wants them. @type {unknown[]} */
const last = [];

/**
 * How long small pieces of work take, each for some time by turns with the others.
 *
 * @template {string} Name
 * @param {Record<Name, () => unknown>} works
 * @returns {Record<Name, number>} microseconds for one, the median of the rounds
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

// @ts-check
import { median } from './measure.mjs';

/** How often each contender runs; figures are medians. `npm run bench -- --rounds N` sets it. */
export const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);

/**
 * Runs all contenders in turns, so that a slow moment of the machine does not hit only one of them.
 *
 * @param {string} row
 * @param {Record<string, () => Record<string, number> | Promise<Record<string, number>>>} contenders
 * @param {number} [most] rounds
 * @returns {Promise<Record<string, Record<string, number>>>} for each contender, the median of each figure
 */
export async function byTurns(row, contenders, most = ROUNDS) {
  /** @type {Record<string, Record<string, number>[]>} */
  const all = {};
  const rounds = Math.min(ROUNDS, most);
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(contenders)) {
      process.stderr.write(`  ${row}, round ${round + 1} of ${rounds}: ${name} …\n`);
      all[name] ??= [];
      all[name].push(await run());
    }
  }
  return Object.fromEntries(Object.entries(all).map(([name, runs]) => [name, medians(runs)]));
}

/** The median of each figure. @param {readonly Record<string, number>[]} runs */
function medians(runs) {
  return Object.fromEntries(
    Object.keys(runs[0] ?? {}).map((key) => [key, median(runs.map((run) => run[key] ?? Number.NaN))]),
  );
}

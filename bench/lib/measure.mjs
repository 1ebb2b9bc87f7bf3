// @ts-check
import { performance } from 'node:perf_hooks';

/**
 * One run of one contender: how much work it did, and how long that took.
 * @typedef {{ work: number, wallMs: number, cpuMs: number }} Sample
 */

/**
 * Times a piece of work. CPU time is that of the whole process, both ends included.
 * @param {() => Promise<number>} run resolves with the amount of work done
 * @returns {Promise<Sample>}
 */
export async function timed(run) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const work = await run();
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { work, wallMs, cpuMs: (user + system) / 1000 };
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? Number(sorted[middle]) : (Number(sorted[middle - 1]) + Number(sorted[middle])) / 2;
}

/**
 * Runs all contenders in turns, so that a slow moment of the machine does not hit only one of them.
 * @param {number} rounds
 * @param {Record<string, () => Promise<Sample>>} contenders
 * @returns {Promise<Record<string, { perSecond: number, cpuPerWorkUs: number }>>} medians
 */
export async function interleaved(rounds, contenders) {
  /** @type {Record<string, Sample[]>} */
  const samples = {};
  for (let round = -1; round < rounds; round++) {
    for (const [name, run] of Object.entries(contenders)) {
      const sample = await run();
      if (round < 0) continue; // the first round warms up
      samples[name] ??= [];
      samples[name].push(sample);
    }
  }
  return Object.fromEntries(
    Object.entries(samples).map(([name, all]) => [
      name,
      {
        perSecond: median(all.map(({ work, wallMs }) => (work / wallMs) * 1000)),
        cpuPerWorkUs: median(all.map(({ work, cpuMs }) => (cpuMs / work) * 1000)),
      },
    ]),
  );
}

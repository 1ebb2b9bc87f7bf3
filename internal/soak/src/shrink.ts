import type { Schedule, Step } from './schedule.js';
import type { Failure } from './verdict.js';

export interface Shrunk {
  readonly schedule: Schedule;
  readonly failure: Failure;
  /** How many schedules were tried. */
  readonly runs: number;
}

/** How to shrink. */
export interface ShrinkOptions {
  /** The failure of a schedule, if it is of the kind that matters. */
  readonly failureOf: (schedule: Schedule) => Promise<Failure | undefined>;
  /** Default 300. */
  readonly maxRuns?: number;
  readonly onRun?: (runs: number, steps: number) => void;
}

/**
 * Takes steps out of a schedule, in chunks that become smaller, as long as what is left fails in the same way (Zeller and
 * Hildebrandt: Simplifying and isolating failure-inducing input, 2002).
 */
export async function shrink(schedule: Schedule, failure: Failure, options: ShrinkOptions): Promise<Shrunk> {
  const { failureOf, maxRuns = 300, onRun } = options;
  let best = { schedule, failure };
  let runs = 0;
  const fails = async (steps: readonly Step[]): Promise<boolean> => {
    if (!canMeet(steps)) return false;
    runs++;
    onRun?.(runs, best.schedule.steps.length);
    const candidate = { ...best.schedule, steps };
    const found = await failureOf(candidate);
    if (found) best = { schedule: candidate, failure: found };
    return found !== undefined;
  };
  let chunk = Math.ceil(schedule.steps.length / 2);
  while (runs < maxRuns) {
    let isSmaller = false;
    for (let from = 0; from < best.schedule.steps.length && runs < maxRuns; ) {
      const { steps } = best.schedule;
      if (await fails([...steps.slice(0, from), ...steps.slice(from + chunk)])) isSmaller = true;
      else from += chunk;
    }
    if (chunk === 1 && !isSmaller) break;
    chunk = Math.max(1, Math.floor(chunk / 2));
  }
  return { ...best, runs };
}

/** Whether all machines that start can find each other through their bootstrap peers. Otherwise no swarm could be one. */
function canMeet(steps: readonly Step[]): boolean {
  const starts = steps.filter((step) => step.do === 'start');
  const started = new Set(starts.map(({ machine }) => machine));
  const met = new Set(starts.slice(0, 1).map(({ machine }) => machine));
  for (let before = -1; before < met.size; ) {
    before = met.size;
    for (const { machine, via } of starts) {
      const known = via.filter((other) => started.has(other));
      if (![machine, ...known].some((other) => met.has(other))) continue;
      for (const each of [machine, ...known]) met.add(each);
    }
  }
  return met.size === started.size;
}

import type { Attack } from './attack.js';
import type { Outcome } from './siege.js';
import { broken } from './verdict.js';

/** Runs of an attack under which a promise broke: an odd number, so that there is a majority. */
const RUNS = 3;

/** One run of an attack. */
export interface Run {
  readonly outcome: Outcome;
  /** The promises that it broke, in words. */
  readonly broken: readonly string[];
}

/** An attack, as often as it took to be sure. */
export interface Trial {
  readonly attack: Attack;
  readonly runs: readonly Run[];
}

/**
 * Tries an attack once, and again where a promise broke, until most of three runs agree: a moment in which the machine was busy with
 * something else breaks one run, and a weakness breaks them all.
 */
export async function trial(attack: Attack, once: () => Promise<Outcome>): Promise<Trial> {
  const runs: Run[] = [];
  while (!isDecided(runs)) {
    const outcome = await once();
    runs.push({ outcome, broken: broken(attack, outcome) });
  }
  return { attack, runs };
}

/** Whether the node has held, as most runs say. */
export function hasHeld({ runs }: Pick<Trial, 'runs'>): boolean {
  return countBroken(runs) * 2 < runs.length;
}

/** What became of a trial, for the table: `held`, `held 2 of 3`, `BROKEN 2 of 2`. */
export function verdictOf(trial: Pick<Trial, 'runs'>): string {
  const { runs } = trial;
  const brokenRuns = countBroken(runs);
  if (brokenRuns === 0) return 'held';
  return hasHeld(trial)
    ? `held ${runs.length - brokenRuns} of ${runs.length}`
    : `BROKEN ${brokenRuns} of ${runs.length}`;
}

/** What was broken, and in which run; also where the node has held in most. */
export function failuresOf({ attack, runs }: Trial): string[] {
  return runs.flatMap((run, i) =>
    run.broken.map((promise) => `${attack.name}, run ${i + 1} of ${runs.length}: ${promise}`),
  );
}

function isDecided(runs: readonly Run[]): boolean {
  const brokenRuns = countBroken(runs);
  const majority = (RUNS + 1) / 2;
  return (runs.length === 1 && brokenRuns === 0) || brokenRuns >= majority || runs.length - brokenRuns >= majority;
}

function countBroken(runs: readonly Run[]): number {
  return runs.filter((run) => run.broken.length > 0).length;
}

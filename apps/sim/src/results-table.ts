import { textTable } from '@grapevine/cli-kit';
import type { RoundStats, ScenarioResult } from '@grapevine/sim';
import { formatDuration } from './duration.js';
import type { ScenarioResults } from './results.js';

/** A scenario's results for people: what the Rust tool prints, and the papers' measures below. */
export function describeResults({ label, results, average }: ScenarioResults): string {
  const runs = Object.values(results);
  return [
    `${label} with ${runs.length} ${runs.length === 1 ? 'seed' : 'seeds'}`,
    textTable([
      ['as the Rust simulator measures', 'RMR', 'LDH', 'missed', 'duration'],
      roundRow('mean', average.mean),
      roundRow('max', average.max),
      roundRow('min', average.min),
    ]),
    `as the papers do: ${describeMeasures(measuresOf(runs))}`,
  ].join('\n');
}

/** The papers' measures over all broadcasts of all seeds. */
export interface Measures {
  readonly reliability: number;
  readonly rmr: number;
  readonly ldh: number;
  /** In nanoseconds, the mean of the seeds. */
  readonly p50: number;
  readonly p99: number;
}

export function measuresOf(runs: readonly ScenarioResult[]): Measures {
  const broadcasts = runs.flatMap(({ broadcasts }) => broadcasts);
  return {
    reliability: mean(broadcasts.map(({ reliability }) => reliability)),
    rmr: mean(broadcasts.map(({ rmr }) => rmr)),
    ldh: mean(broadcasts.map(({ ldh }) => ldh)),
    p50: mean(runs.map(({ deliveryTimes }) => deliveryTimes.p50)),
    p99: mean(runs.map(({ deliveryTimes }) => deliveryTimes.p99)),
  };
}

function describeMeasures({ reliability, rmr, ldh, p50, p99 }: Measures): string {
  return [
    `reliability ${(100 * reliability).toFixed(3)} %`,
    `RMR ${rmr.toFixed(3)}`,
    `LDH ${ldh.toFixed(2)}`,
    `delivery p50 ${formatDuration(p50)}, p99 ${formatDuration(p99)}`,
  ].join(', ');
}

function roundRow(name: string, { rmr, ldh, missed, duration }: RoundStats): string[] {
  return [name, rmr.toFixed(2), ldh.toFixed(2), missed.toFixed(2), `${Math.floor(duration / 1e6)}ms`];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

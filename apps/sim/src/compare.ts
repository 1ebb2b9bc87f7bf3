import { parseArguments, positional, stderr, stdout, textTable } from '@grapevine/cli-kit';
import { compareRounds, type RoundStats } from '@grapevine/sim';
import { readResults, type ScenarioResults } from './results.js';
import { type Measures, measuresOf } from './results-table.js';

export const COMPARE_HELP = `Prints how the results in one folder differ from those in another.

Usage: grapevine-sim compare BASELINE CURRENT [options]

  BASELINE, CURRENT  folders that grapevine-sim run has written
  --json             print one JSON array on stdout instead of tables
  --help             this text

Differences are relative to the baseline: +10.00% is a tenth more. From nothing to something counts as +100.00%, and
from something to nothing as -100.00%.`;

/** How one scenario differs, as factors: 0.1 is 10 % more. */
interface Comparison {
  readonly label: string;
  readonly mean: RoundStats;
  readonly max: RoundStats;
  readonly min: RoundStats;
  readonly papers: Measures;
}

/** `grapevine-sim compare`. @throws UsageError */
export function compare(args: string[]): void {
  const { values, positionals } = parseArguments({
    args,
    allowPositionals: true,
    options: { json: { type: 'boolean' } },
  });
  const [before, after] = positional(positionals, 'BASELINE', 'CURRENT') as [string, string];
  const baseline = readResults(before);
  const current = readResults(after);
  const comparisons: Comparison[] = [];
  for (const [label, results] of current) {
    const base = baseline.get(label);
    if (base === undefined) stderr().write(`skipped ${label}: not in ${before}\n`);
    else comparisons.push(compareResults(base, results));
  }
  for (const label of baseline.keys()) {
    if (!current.has(label)) stderr().write(`skipped ${label}: not in ${after}\n`);
  }
  stdout().put(values.json ? `${JSON.stringify(comparisons)}\n` : `${comparisons.map(describe).join('\n\n')}\n`);
}

function compareResults(base: ScenarioResults, current: ScenarioResults): Comparison {
  return {
    label: current.label,
    mean: compareRounds(base.average.mean, current.average.mean),
    max: compareRounds(base.average.max, current.average.max),
    min: compareRounds(base.average.min, current.average.min),
    papers: compareMeasures(measuresOf(Object.values(base.results)), measuresOf(Object.values(current.results))),
  };
}

function compareMeasures(base: Measures, current: Measures): Measures {
  return {
    reliability: difference(base.reliability, current.reliability),
    rmr: difference(base.rmr, current.rmr),
    ldh: difference(base.ldh, current.ldh),
    p50: difference(base.p50, current.p50),
    p99: difference(base.p99, current.p99),
  };
}

/** With the Rust simulator's values where one side is 0. */
function difference(a: number, b: number): number {
  if (a === b) return 0;
  if (b === 0) return -1;
  if (a === 0) return 1;
  return (b - a) / a;
}

function describe({ label, mean, max, min, papers }: Comparison): string {
  const row = (name: string, { rmr, ldh, missed, duration }: RoundStats): string[] => [
    name,
    ...[rmr, ldh, missed, duration].map(percent),
  ];
  const { reliability, rmr, ldh, p50, p99 } = papers;
  return [
    label,
    textTable([['', 'RMR', 'LDH', 'missed', 'duration'], row('mean', mean), row('max', max), row('min', min)]),
    `as the papers measure: reliability ${percent(reliability)}, RMR ${percent(rmr)}, LDH ${percent(ldh)}, ` +
      `delivery p50 ${percent(p50)}, p99 ${percent(p99)}`,
  ].join('\n');
}

function percent(factor: number): string {
  return `${factor < 0 ? '' : '+'}${(100 * factor).toFixed(2)}%`;
}

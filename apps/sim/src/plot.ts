import { join } from 'node:path';
import { parseArguments, positional, stdout, writeAtomically } from '@grapevine/cli-kit';
import type { BroadcastReport, ScenarioResult } from '@grapevine/sim';
import { barChart } from './plots/bar-chart.js';
import { lineChart } from './plots/line-chart.js';
import { readResults, type ScenarioResults } from './results.js';

export const PLOT_HELP = `Draws the results in a folder as SVG, beside them.

Usage: grapevine-sim plot DIR [options]

  DIR     a folder that grapevine-sim run has written
  --help  this text

For each scenario: LABEL.rmr.svg and LABEL.ldh.svg (relative message redundancy and last delivery hop by round, as the
papers measure; mean, lowest and highest of the seeds) and LABEL.in-degree.svg (the overlay at the end).`;

/** `grapevine-sim plot`. @throws UsageError */
export function plot(args: string[]): void {
  const { positionals } = parseArguments({ args, allowPositionals: true, options: {} });
  const [folder] = positional(positionals, 'DIR') as [string];
  for (const [label, results] of readResults(folder)) {
    for (const [name, svg] of plotResults(results)) {
      const path = join(folder, `${label}.${name}.svg`);
      writeAtomically(path, svg);
      stdout().put(`${path}\n`);
    }
  }
}

function plotResults(results: ScenarioResults): Map<string, string> {
  const runs = Object.values(results.results);
  return new Map([
    ['rmr', byRound(results, 'RMR', ({ rmr }) => rmr)],
    ['ldh', byRound(results, 'LDH', ({ ldh }) => ldh)],
    ['in-degree', inDegrees(results.label, runs)],
  ]);
}

function byRound(
  { label, results }: ScenarioResults,
  name: string,
  measure: (broadcast: BroadcastReport) => number,
): string {
  const runs = Object.values(results).map((run) => meansByRound(run, measure));
  const across = (pick: (values: readonly number[]) => number) =>
    (runs[0] ?? []).map((_, round) => [round + 1, pick(runs.map((run) => run[round] ?? Number.NaN))] as const);
  return lineChart({
    title: `${name} of ${label}`,
    x: { label: 'round', min: 1 },
    y: { label: name, min: 0 },
    series: [
      { name: `mean of ${runs.length} ${runs.length === 1 ? 'seed' : 'seeds'}`, points: across(mean) },
      ...(runs.length === 1
        ? []
        : [
            { name: 'lowest', points: across((values) => Math.min(...values)) },
            { name: 'highest', points: across((values) => Math.max(...values)) },
          ]),
    ],
  });
}

/** Where everybody publishes, a round has many broadcasts: their mean. */
function meansByRound(
  { broadcasts, rounds }: ScenarioResult,
  measure: (broadcast: BroadcastReport) => number,
): number[] {
  const perRound = broadcasts.length / rounds.length;
  return rounds.map((_, round) => mean(broadcasts.slice(round * perRound, (round + 1) * perRound).map(measure)));
}

function inDegrees(label: string, runs: readonly ScenarioResult[]): string {
  const length = Math.max(...runs.map(({ overlay }) => overlay.inDegrees.length));
  const nodes = Array.from({ length }, (_, degree) => mean(runs.map(({ overlay }) => overlay.inDegrees[degree] ?? 0)));
  return barChart({
    title: `In-degree at the end of ${label}`,
    categories: nodes.map((_, degree) => String(degree)),
    xLabel: 'in-degree',
    y: { label: 'nodes', min: 0 },
    groups: [{ name: 'nodes', values: nodes }],
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

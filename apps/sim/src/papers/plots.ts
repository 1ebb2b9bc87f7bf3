import { barChart } from '../plots/bar-chart.js';
import { lineChart } from '../plots/line-chart.js';
import { type FailureResult, MAX_CYCLES } from './failure.js';
import type { PaperMeasurements } from './measure.js';
import type { OverlayReport } from './overlay-report.js';
import { PUBLISHED_RELIABILITY, PUBLISHED_RMR } from './published.js';
import { meanInDegrees, meanReliability, overlaysOf } from './statistics.js';
import type { TreeResult } from './tree.js';

/** The curves of both papers: file name → SVG. */
export function plotPapers(measurements: PaperMeasurements): Map<string, string> {
  const { nodes, failures, trees } = measurements;
  const size = `${nodes.toLocaleString('en-US')} nodes`;
  return new Map([
    ['in-degree.svg', inDegrees(overlaysOf(measurements), size)],
    ['reliability.svg', reliability(failures, size)],
    ['recovery.svg', recovery(failures, size)],
    ['healing.svg', healing(failures, size)],
    ['rmr.svg', rmr(trees, size)],
    ['ldh.svg', ldh(trees, size)],
  ]);
}

function inDegrees(overlays: readonly OverlayReport[], size: string): string {
  const degrees = meanInDegrees(overlays).slice(0, 7);
  return barChart({
    title: `In-degree after 50 cycles, ${size}`,
    categories: degrees.map((_, degree) => String(degree)),
    xLabel: 'in-degree',
    y: { label: 'nodes (logarithmic)', scale: 'log', min: 0.1 },
    groups: [{ name: 'ours', values: degrees }],
  });
}

function reliability(failures: readonly FailureResult[], size: string): string {
  const published = (name: keyof typeof PUBLISHED_RELIABILITY) =>
    ({ name: `${name}, published`, mark: 'dot', points: PUBLISHED_RELIABILITY[name] }) as const;
  return lineChart({
    title: `Mean reliability of 1,000 messages after a mass failure, ${size}`,
    x: { label: 'nodes that failed, %', min: 0, max: 100 },
    y: { label: 'reliability, %', min: 0, max: 100 },
    series: [
      { name: 'ours', points: failures.map((each) => [100 * each.share, 100 * meanReliability(each)]) },
      published('HyParView'),
      published('Cyclon'),
      published('Scamp'),
    ],
  });
}

function recovery(failures: readonly FailureResult[], size: string): string {
  return lineChart({
    title: `Reliability of each message after a mass failure, ${size}`,
    x: { label: 'message (logarithmic)', scale: 'log', min: 1 },
    y: { label: 'reliability, %', min: 0, max: 100 },
    series: failures
      .filter(({ share }) => share >= 0.3)
      .map(({ share, reliabilities }) => ({
        name: `${Math.round(100 * share)} % failed`,
        points: reliabilities.map((value, message) => [message + 1, 100 * value] as const),
      })),
  });
}

function healing(failures: readonly FailureResult[], size: string): string {
  return barChart({
    title: `Cycles until every live node is reached again, ${size}`,
    categories: failures.map(({ share }) => String(Math.round(100 * share))),
    xLabel: 'nodes that failed, %',
    y: { label: `cycles (${MAX_CYCLES}: not healed)` },
    groups: [{ name: 'ours', values: failures.map(({ cycles }) => cycles.length - 1) }],
  });
}

const RMR_CYCLES = 20;

function rmr(trees: readonly TreeResult[], size: string): string {
  return lineChart({
    title: `Relative message redundancy, ${size}`,
    x: { label: 'cycle', max: RMR_CYCLES },
    y: { label: 'RMR', min: 0 },
    series: [
      ...trees.map(({ senders, cycles }) => ({
        name: senders,
        points: cycles.slice(0, RMR_CYCLES + 1).map(({ rmr }, cycle) => [cycle, rmr] as const),
      })),
      {
        name: 'Plumtree, published',
        mark: 'dot',
        points: PUBLISHED_RMR.map((value, cycle) => [cycle, value] as const),
      },
    ],
  });
}

function ldh(trees: readonly TreeResult[], size: string): string {
  return lineChart({
    title: `Last delivery hop, ${size}`,
    x: { label: 'cycle' },
    y: { label: 'hops', min: 0 },
    series: trees.map(({ senders, cycles }) => ({
      name: senders,
      points: cycles.map(({ ldh }, cycle) => [cycle, ldh] as const),
    })),
  });
}

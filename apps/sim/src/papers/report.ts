import { textTable } from '@grapevine/cli-kit';
import { type FailureResult, MAX_CYCLES, MESSAGES } from './failure.js';
import type { PaperMeasurements } from './measure.js';
import type { OverlayReport } from './overlay-report.js';
import {
  PUBLISHED_FLOOD,
  PUBLISHED_FLOOD_LDH,
  PUBLISHED_FLOOD_RMR,
  PUBLISHED_IN_DEGREES,
  PUBLISHED_NODES,
  PUBLISHED_OVERLAYS,
  PUBLISHED_RELIABILITY,
  PUBLISHED_RMR,
  PUBLISHED_TREES,
} from './published.js';
import { mean, meanInDegrees, meanReliability, messagesUntilBack, overlaysOf, settledLdh } from './statistics.js';
import type { Senders, TreeCycle, TreeResult } from './tree.js';

/** All tables, ours beside the published figures. */
export function reportPapers(measurements: PaperMeasurements): string {
  const { nodes, failures, trees } = measurements;
  const overlays = overlaysOf(measurements);
  const size = nodes === PUBLISHED_NODES ? '' : ` (published for ${count(PUBLISHED_NODES)})`;
  return [
    section(`HyParView overlay after 50 cycles, ${count(nodes)} nodes${size}`, overlayTable(overlays)),
    section('In-degree', inDegreeTable(overlays)),
    section(`Reliability of ${count(MESSAGES)} floods after a failure, and healing`, failureTable(failures)),
    section('Messages received in the last cycle (100)', messageTable(overlays, trees)),
    section('RMR by cycle', rmrTable(overlays, trees)),
    section('Last delivery hop once settled', ldhTable(overlays, trees)),
  ].join('\n\n');
}

function section(title: string, table: string): string {
  return `${title}\n\n${table}`;
}

function overlayTable(overlays: readonly OverlayReport[]): string {
  return textTable([
    ['', 'clustering', 'shortest path', 'hops to last delivery', 'components'],
    ...PUBLISHED_OVERLAYS.map(({ name, clustering, averageShortestPath, hopsToLastDelivery }) => [
      `${name}, published`,
      clustering.toFixed(6),
      averageShortestPath.toFixed(5),
      hopsToLastDelivery.toFixed(1),
      '',
    ]),
    [
      'ours',
      mean(overlays.map(({ clustering }) => clustering)).toFixed(6),
      mean(overlays.map(({ averageShortestPath }) => averageShortestPath)).toFixed(5),
      mean(overlays.map(({ hopsToLastDelivery }) => hopsToLastDelivery)).toFixed(1),
      String(Math.max(...overlays.map(({ components }) => components))),
    ],
  ]);
}

function inDegreeTable(overlays: readonly OverlayReport[]): string {
  const published = (degree: number): string => {
    const nodes = PUBLISHED_IN_DEGREES.get(degree);
    return nodes === undefined ? 'a handful below 4' : count(nodes);
  };
  return textTable([
    ['in-degree', 'ours', 'published'],
    ...meanInDegrees(overlays).flatMap((nodes, degree) =>
      nodes === 0 ? [] : [[String(degree), count(nodes), degree > 5 ? '0' : published(degree)]],
    ),
  ]);
}

function failureTable(failures: readonly FailureResult[]): string {
  const published = (kind: keyof typeof PUBLISHED_RELIABILITY, percent: number): string => {
    const points: readonly (readonly [number, number])[] = PUBLISHED_RELIABILITY[kind];
    const found = points.find(([failed]) => failed === percent);
    return found === undefined ? '' : `${found[1]} %`;
  };
  return textTable([
    ['failed', 'ours', 'HyParView', 'Cyclon', 'Scamp', 'first message', 'messages until back', 'cycles until back'],
    ...failures.map((failure) => {
      const percent = Math.round(100 * failure.share);
      return [
        `${percent} %`,
        `${(100 * meanReliability(failure)).toFixed(2)} %`,
        published('HyParView', percent),
        published('Cyclon', percent),
        published('Scamp', percent),
        `${(100 * (failure.reliabilities[0] ?? 0)).toFixed(2)} %`,
        messagesUntilBack(failure)?.toString() ?? `over ${count(MESSAGES)}`,
        cyclesUntilBack(failure),
      ];
    }),
  ]);
}

function cyclesUntilBack({ cycles }: FailureResult): string {
  return cycles.at(-1) === 1 ? String(cycles.length - 1) : `over ${MAX_CYCLES}`;
}

function messageTable(overlays: readonly OverlayReport[], trees: readonly TreeResult[]): string {
  const flooded = Math.round(mean(overlays.map(({ floodPayloads }) => floodPayloads)));
  const row = (name: string, { payload, control }: Pick<TreeCycle, 'payload' | 'control'>): string[] => [
    name,
    ...[payload, control, payload + control].map(count),
  ];
  return textTable([
    ['', 'payload', 'control', 'total'],
    row('flood, published', PUBLISHED_FLOOD),
    row('flood, ours', { payload: flooded, control: 0 }),
    ...trees.flatMap(({ senders, cycles }) => [
      ...PUBLISHED_TREES[senders].map((each) => row(published(each.name, senders), each)),
      row(ours(senders), cycles.at(-1) as TreeCycle),
    ]),
  ]);
}

function rmrTable(overlays: readonly OverlayReport[], trees: readonly TreeResult[]): string {
  const shown = [0, 1, 2, 3, 10, 50, 100];
  const flood = mean(overlays.map(({ floodPayloads, inDegrees }) => floodPayloads / (sum(inDegrees) - 1) - 1));
  return textTable([
    ['cycle', ...shown.map(String)],
    ['flood, published', ...shown.map(() => String(PUBLISHED_FLOOD_RMR))],
    ['flood, ours', ...shown.map(() => flood.toFixed(3))],
    ['Plumtree, published', ...PUBLISHED_RMR.map(String), ...shown.slice(PUBLISHED_RMR.length).map(() => '0')],
    ...trees.map(({ senders, cycles }) => [
      ours(senders),
      ...shown.map((cycle) => cycles[cycle]?.rmr.toFixed(3) ?? ''),
    ]),
  ]);
}

function ldhTable(overlays: readonly OverlayReport[], trees: readonly TreeResult[]): string {
  const flood = mean(overlays.map(({ hopsToLastDelivery }) => hopsToLastDelivery));
  return textTable([
    ['', 'last delivery hop', 'lowest reliability'],
    ['flood, published', String(PUBLISHED_FLOOD_LDH), ''],
    ['flood, ours', flood.toFixed(2), ''],
    ...trees.flatMap((tree) => [
      ...PUBLISHED_TREES[tree.senders].map(({ name, ldh }) => [published(name, tree.senders), ldh, '']),
      [
        ours(tree.senders),
        settledLdh(tree).toFixed(2),
        `${(100 * Math.min(...tree.cycles.map(({ reliability }) => reliability))).toFixed(2)} %`,
      ],
    ]),
  ]);
}

function published(name: string, senders: Senders): string {
  return `${name}, ${senders}, published`;
}

function ours(senders: Senders): string {
  return `trees, ${senders}, ours`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function count(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 1 });
}

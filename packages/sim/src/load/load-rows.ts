import { anArrayOf, aString } from '@grapevine/proto/check';
import { aLoadRow, someResults } from '../checks.js';
import { Samples } from '../samples.js';
import type { Deliveries } from './load-meter.js';
import { recoveryTime } from './recovery.js';
import type { Rule } from './rules.js';
import type { LoadResult } from './run-load.js';

/** The result of one rule under a load, over all seeds. Counts are means of the seeds. */
export interface LoadRow {
  readonly load: string;
  readonly rule: Rule;
  /** Delivery times over all timed deliveries of all seeds, in nanoseconds. */
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  /** Messages with a payload, and the least number that delivers everything. */
  readonly payloads: number;
  readonly least: number;
  /** Announcements, grafts and prunes. */
  readonly control: number;
  /** All messages, membership included, for each delivery. */
  readonly messagesPerDelivery: number;
  /** Deliveries that never came. */
  readonly lost: number;
  /**
   * After a crash: from the moment it was noticed until p99 stays within 1.1 times the flood's, in nanoseconds; infinite when it does not.
   * Over the deliveries of all seeds, because after a crash the overlays of the two differ by chance. `undefined` without a crash, or
   * without a flood to compare with.
   */
  readonly recovery: number | undefined;
}

/**
 * A row of a table of loads.
 *
 * @param results - Of one load under one rule, one for each seed.
 * @param floods - Of the same load and seeds, in the same order; none when there was no flood.
 */
export function loadRow(load: string, results: readonly LoadResult[], floods: readonly LoadResult[] = []): LoadRow {
  aString('load', load);
  someResults('results', results);
  someResults('floods', floods);
  const [first] = results;
  if (first === undefined) throw new RangeError('results must have at least one LoadResult');
  const delays = new Samples();
  for (const { timed } of results) for (const delay of timed.delays) delays.add(delay);
  const mean = (measure: (result: LoadResult) => number): number =>
    results.reduce((sum, result) => sum + measure(result), 0) / results.length;
  const delivered = mean(({ expected, lost }) => expected - lost);
  return {
    load,
    rule: first.rule,
    p50: delays.percentile(0.5),
    p90: delays.percentile(0.9),
    p99: delays.percentile(0.99),
    max: delays.percentile(1),
    payloads: mean(({ traffic }) => traffic.payload),
    least: mean(({ expected }) => expected),
    control: mean(({ traffic }) => traffic.control),
    messagesPerDelivery: mean(({ traffic }) => traffic.payload + traffic.control + traffic.membership) / delivered,
    lost: mean(({ lost }) => lost),
    recovery: recoveryOf(results, floods),
  };
}

/** The rows as a Markdown table. */
export function loadTable(rows: readonly LoadRow[]): string {
  anArrayOf('LoadRow', aLoadRow)('rows', rows);
  const lines = [
    '| load | rule | p50 ms | p90 | p99 | max | payloads (least) | control | messages a delivery | lost | back within 1.1x of a flood |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
  ];
  for (const row of rows) {
    const cells = [
      row.load,
      row.rule,
      ...[row.p50, row.p90, row.p99, row.max].map(milliseconds),
      `${whole(row.payloads)} (${whole(row.least)})`,
      whole(row.control),
      row.messagesPerDelivery.toFixed(2),
      whole(row.lost),
      recoveryText(row.recovery),
    ];
    lines.push(`| ${cells.join(' | ')} |`);
  }
  return lines.join('\n');
}

function recoveryOf(results: readonly LoadResult[], floods: readonly LoadResult[]): number | undefined {
  const isKnown = [...results, ...floods].every(({ noticedAt }) => noticedAt !== undefined);
  if (!isKnown || floods.length === 0) return undefined;
  return recoveryTime(sinceNoticed(results), sinceNoticed(floods), 0);
}

/** The deliveries of all seeds on one clock that begins when the crash was noticed. */
function sinceNoticed(results: readonly LoadResult[]): Deliveries {
  const publishedAt = results.flatMap(({ timed, noticedAt = 0 }) =>
    Array.from(timed.publishedAt, (time) => time - noticedAt),
  );
  const delays = results.flatMap(({ timed }) => Array.from(timed.delays));
  return { publishedAt: Float64Array.from(publishedAt), delays: Float64Array.from(delays) };
}

function recoveryText(recovery: number | undefined): string {
  if (recovery === undefined) return '';
  return Number.isFinite(recovery) ? `${(recovery / 1e9).toFixed(1)} s` : 'never';
}

/** With one decimal below 10 ms. */
function milliseconds(nanoseconds: number): string {
  const value = nanoseconds / 1e6;
  return value < 10 ? value.toFixed(1) : String(Math.round(value));
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

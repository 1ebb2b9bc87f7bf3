import { type LoadResult, latenessWindows, type Rule, Samples } from '@grapevine/sim';
import { lineChart } from '../plots/line-chart.js';

/** The results of one load: for each rule one for each seed. */
export type RuleResults = ReadonlyMap<Rule, readonly LoadResult[]>;

/** How many equal shares of the deliveries a curve has a point for. */
const SHARES = 200;

/** The pictures of a load by file name. */
export function plotLoad(name: string, results: RuleResults): Map<string, string> {
  const file = name
    .toLowerCase()
    .replaceAll(/(?<=\d),(?=\d)/g, '')
    .replaceAll('/s', ' per second')
    .replaceAll('%', 'percent')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  const pictures = new Map([[`${file}.svg`, distribution(name, results)]]);
  const recovery = recoveryOf(name, results);
  if (recovery !== undefined) pictures.set(`${file}.recovery.svg`, recovery);
  return pictures;
}

/** Which share of the deliveries took at most how long. */
function distribution(name: string, results: RuleResults): string {
  return lineChart({
    title: `Deliveries by time: ${name}`,
    x: { label: 'milliseconds since the payload was published', min: 0 },
    y: { label: 'deliveries in %', min: 0, max: 100 },
    series: [...results].map(([rule, runs]) => {
      const delays = new Samples();
      for (const { timed } of runs) for (const delay of timed.delays) delays.add(delay);
      const points = Array.from({ length: delays.size > 0 ? SHARES + 1 : 0 }, (_, index) => {
        const share = index / SHARES;
        return [delays.percentile(share) / 1e6, 100 * share] as const;
      });
      return { name: rule, points };
    }),
  });
}

/** After a crash: p99 of each second of publishing, of the first seed. */
function recoveryOf(name: string, results: RuleResults): string | undefined {
  const series = [...results].flatMap(([rule, [run]]) => {
    if (run?.noticedAt === undefined) return [];
    const { noticedAt, timed } = run;
    const points = latenessWindows(timed, noticedAt - BEFORE).flatMap(({ from, p99 }) =>
      Number.isNaN(p99) ? [] : [[(from - noticedAt) / 1e9, p99 / 1e6] as const],
    );
    return [{ name: rule, points }];
  });
  if (series.length === 0) return undefined;
  return lineChart({
    title: `After the crash: ${name}`,
    x: { label: 'seconds since the crash was noticed, of the second that follows' },
    y: { label: 'p99 of deliveries in ms', min: 0 },
    series,
  });
}

/** How much of the time before the neighbors notice is shown, in nanoseconds: the crash itself and a little before. */
const BEFORE = 2e9;

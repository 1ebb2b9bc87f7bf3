import { createProgress, integer, parseArguments, positional, stdout, textTable } from '@grapevine/cli-kit';
import { BROADCASTS, type GrowthResult } from './growth.js';
import { runJobs } from './pool.js';

export const BENCH_HELP = `Measures what swarms of growing size cost on this machine: each is bootstrapped and broadcasts ${BROADCASTS} times.

Usage: grapevine-sim bench [options]

  --nodes N,N,…  the sizes (default: 1000,10000; 100000 wants minutes and gigabytes)
  --json         print one JSON array on stdout instead of a table
  --help         this text

Growth is an exponent between a size and the one before: 1 means that twice the nodes cost twice as much, 0 that they
cost the same. One size runs at a time, each in a thread of its own, on warm code; of sizes up to 10,000 the median of five.`;

const MAX_NODES = 1_000_000;

/** `grapevine-sim bench`. @throws UsageError */
export async function bench(args: string[]): Promise<void> {
  const { values, positionals } = parseArguments({
    args,
    allowPositionals: true,
    options: { nodes: { type: 'string' }, json: { type: 'boolean' } },
  });
  positional(positionals);
  const sizes = (values.nodes ?? '1000,10000').split(',').map((size) => integer('--nodes', size, 2, MAX_NODES));
  const results: GrowthResult[] = [];
  const progress = createProgress();
  try {
    for (const [index, nodes] of sizes.entries()) {
      const [result] = await runJobs([{ type: 'growth', nodes }], {
        threads: 1,
        onProgress: (share) => progress.update((index + share) / sizes.length),
        onResult: () => progress.line(`finished ${nodes.toLocaleString('en-US')} nodes`),
      });
      results.push(result as GrowthResult);
    }
  } finally {
    progress.end();
  }
  stdout().put(`${values.json ? JSON.stringify(results) : growthTable(results)}\n`);
}

function growthTable(results: readonly GrowthResult[]): string {
  return textTable([
    [
      'nodes',
      'events',
      'seconds',
      'events/s',
      'bytes/node',
      'events/delivery',
      'µs/delivery',
      'growth of time',
      'growth per delivery',
    ],
    ...results.map((result, index) => {
      const before = results[index - 1];
      return [
        result.nodes.toLocaleString('en-US'),
        result.events.toLocaleString('en-US'),
        result.seconds.toFixed(2),
        Math.round(result.events / result.seconds).toLocaleString('en-US'),
        Math.round(result.bytesPerNode).toLocaleString('en-US'),
        (result.broadcastEvents / result.deliveries).toFixed(2),
        (1e6 * perDelivery(result)).toFixed(2),
        before === undefined ? '' : exponent(before, result, ({ seconds }) => seconds),
        before === undefined ? '' : exponent(before, result, perDelivery),
      ];
    }),
  ]);
}

function perDelivery({ broadcastSeconds, deliveries }: GrowthResult): number {
  return broadcastSeconds / deliveries;
}

function exponent(a: GrowthResult, b: GrowthResult, measure: (result: GrowthResult) => number): string {
  return (Math.log(measure(b) / measure(a)) / Math.log(b.nodes / a.nodes)).toFixed(2);
}

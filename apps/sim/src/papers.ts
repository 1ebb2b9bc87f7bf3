import { join } from 'node:path';
import { createProgress, integer, parseArguments, positional, stdout, writeAtomically } from '@grapevine/cli-kit';
import { threads } from './arguments.js';
import { type MeasureOptions, measurePapers, type PaperMeasurements } from './papers/measure.js';
import { plotPapers } from './papers/plots.js';
import { reportPapers } from './papers/report.js';
import { type PaperRun, UnfinishedRun } from './papers/unfinished-run.js';

export const PAPERS_HELP = `Repeats the experiments of the HyParView and Plumtree papers, prints ours beside the published figures, and draws
the curves.

Usage: grapevine-sim papers [options]

  --nodes N      how many nodes (default: 10000, as in the papers)
  --out DIR      where the plots and measurements.json go (default: docs/papers)
  --threads N    how many worker threads (default: all cores); the numbers do not depend on it
  --seed N       another run of everything (default: 0)
  --resume       go on with a run of these nodes and this seed in DIR that was interrupted
  --json         print all measurements as JSON on stdout instead of tables
  --help         this text

What each experiment came to is told on stderr as soon as it is finished, and kept in DIR/unfinished.json until all are:
Ctrl-C loses the experiments that are running, and --resume runs these and the rest. With another version of the
command begin anew.

docs/papers.md says what is measured how, and why some figures differ.`;

const MIN_NODES = 20;
const MAX_NODES = 100_000;
const MAX_SEED = 2 ** 32;

/** `grapevine-sim papers`. @throws UsageError */
export async function papers(args: string[]): Promise<void> {
  const { values, positionals } = parseArguments({
    args,
    allowPositionals: true,
    options: {
      nodes: { type: 'string' },
      out: { type: 'string' },
      threads: { type: 'string' },
      seed: { type: 'string' },
      resume: { type: 'boolean' },
      json: { type: 'boolean' },
    },
  });
  positional(positionals);
  const folder = values.out ?? join('docs', 'papers');
  const numbers: PaperRun = {
    nodes: integer('--nodes', values.nodes ?? '10000', MIN_NODES, MAX_NODES),
    seed: integer('--seed', values.seed ?? '0', 0, MAX_SEED),
  };
  const threadCount = threads(values.threads);
  const unfinished = values.resume ? UnfinishedRun.resume(folder, numbers) : UnfinishedRun.begin(folder, numbers);
  const measurements = await measure({ ...numbers, threads: threadCount, unfinished });
  const text = JSON.stringify(measurements);
  writeAtomically(join(folder, 'measurements.json'), `${text}\n`);
  for (const [name, svg] of plotPapers(measurements)) writeAtomically(join(folder, name), svg);
  unfinished.remove();
  stdout().put(values.json ? `${text}\n` : `${reportPapers(measurements)}\n\nplots in ${folder}\n`);
}

async function measure(options: Omit<MeasureOptions, 'progress'>): Promise<PaperMeasurements> {
  const progress = createProgress();
  try {
    return await measurePapers({ ...options, progress });
  } finally {
    progress.end();
  }
}

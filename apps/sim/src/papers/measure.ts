import type { Progress } from '@grapevine/cli-kit';
import type { Job } from '../jobs.js';
import { runJobs } from '../pool.js';
import { describeResult } from './describe-result.js';
import type { FailureResult } from './failure.js';
import { SENDERS, type Senders, type TreeResult } from './tree.js';
import type { PaperResult, PaperRun, UnfinishedRun } from './unfinished-run.js';

/** All that `papers` measures. Plain data. */
export interface PaperMeasurements extends PaperRun {
  readonly failures: readonly FailureResult[];
  readonly trees: readonly TreeResult[];
}

export interface MeasureOptions extends PaperRun {
  readonly threads: number;
  readonly progress: Progress;
  /** What is finished already, and what will be. */
  readonly unfinished: UnfinishedRun;
}

const FAILURE_SHARES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];
/** From 0 to 100: TR-07-14 counts messages at cycle 100. */
const TREE_CYCLES = 101;

/** Runs all experiments of both papers that are not finished, the longest first. */
export async function measurePapers(options: MeasureOptions): Promise<PaperMeasurements> {
  const { nodes, seed, threads, progress, unfinished } = options;
  const trees = SENDERS.map((senders) => treeJob(senders, { nodes, seed }));
  // A swarm of its own for each share, so that the properties of the overlay are a mean over ten.
  const failures = FAILURE_SHARES.map((share, i) => failureJob(share, { nodes, seed: seed + i }));
  const missing = [...trees, ...failures].filter((job) => unfinished.get(nameOf(job)) === undefined);
  await runJobs<PaperJob>(missing, {
    threads,
    onProgress: (share) => progress.update(share),
    onResult: (index, result) => {
      const name = nameOf(missing[index] as PaperJob);
      unfinished.add(name, result);
      progress.line(`${name}: ${describeResult(result)}`);
    },
  });
  const resultOf = (job: PaperJob): PaperResult | undefined => unfinished.get(nameOf(job));
  return {
    nodes,
    seed,
    trees: trees.map(resultOf) as TreeResult[],
    failures: failures.map(resultOf) as FailureResult[],
  };
}

type TreeJob = Extract<Job, { readonly type: 'tree' }>;
type FailureJob = Extract<Job, { readonly type: 'failure' }>;
type PaperJob = TreeJob | FailureJob;

function treeJob(senders: Senders, run: PaperRun): TreeJob {
  return { type: 'tree', options: { ...run, senders, cycles: TREE_CYCLES } };
}

function failureJob(share: number, run: PaperRun): FailureJob {
  return { type: 'failure', options: { ...run, share } };
}

function nameOf(job: PaperJob): string {
  switch (job.type) {
    case 'tree':
      return `trees ${job.options.senders}`;
    case 'failure':
      return `${Math.round(100 * job.options.share)} % failures`;
  }
}

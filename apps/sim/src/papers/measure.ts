import type { Progress } from '@grapevine/cli-kit';
import type { Job } from '../jobs.js';
import { runJobs } from '../pool.js';
import type { FailureResult } from './failure.js';
import { TREE_VARIANTS, type TreeResult } from './tree.js';

/** All that `papers` measures. Plain data. */
export interface PaperMeasurements {
  readonly nodes: number;
  readonly seed: number;
  readonly failures: readonly FailureResult[];
  readonly trees: readonly TreeResult[];
}

export interface MeasureOptions {
  readonly nodes: number;
  readonly seed: number;
  readonly threads: number;
  readonly progress: Progress;
}

const FAILURE_SHARES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];
/** From 0 to 100: TR-07-14 counts messages at cycle 100. */
const TREE_CYCLES = 101;

/** Runs all experiments of both papers, the longest first. */
export async function measurePapers({ nodes, seed, threads, progress }: MeasureOptions): Promise<PaperMeasurements> {
  const jobs: PaperJob[] = [
    ...TREE_VARIANTS.map(
      (variant) => ({ type: 'tree', options: { nodes, seed, variant, cycles: TREE_CYCLES } }) as const,
    ),
    // A swarm of its own for each share, so that the properties of the overlay are a mean over ten.
    ...FAILURE_SHARES.map((share, i) => ({ type: 'failure', options: { nodes, seed: seed + i, share } }) as const),
  ];
  const results = await runJobs(jobs, {
    threads,
    onProgress: (share) => progress.update(share),
    onResult: (index) => progress.line(`finished ${describe(jobs[index] as PaperJob)}`),
  });
  return {
    nodes,
    seed,
    trees: results.slice(0, TREE_VARIANTS.length) as TreeResult[],
    failures: results.slice(TREE_VARIANTS.length) as FailureResult[],
  };
}

type PaperJob = Extract<Job, { readonly type: 'tree' | 'failure' }>;

function describe(job: PaperJob): string {
  switch (job.type) {
    case 'tree':
      return job.options.variant;
    case 'failure':
      return `${Math.round(100 * job.options.share)} % failures`;
  }
}

import { Worker } from 'node:worker_threads';
import type { Job, ResultOf } from './jobs.js';
import type { Report } from './worker.js';

/**
 * Messages and timers of a simulation live as long as they are on their way: with the default, a third of this, many are moved to
 * the old generation before they are due.
 */
const YOUNG_GENERATION_MB = 96;

export interface PoolOptions<J extends Job> {
  readonly threads: number;
  /** Which share of all jobs is done, from 0 to 1. */
  readonly onProgress: (share: number) => void;
  /** A job is done; they come in any order. */
  readonly onResult: (index: number, result: ResultOf<J>) => void;
}

/** Has jobs done by worker threads. @returns the results in the order of the jobs @throws what a job threw */
export async function runJobs<J extends Job>(jobs: readonly J[], options: PoolOptions<J>): Promise<ResultOf<J>[]> {
  const { threads, onProgress, onResult } = options;
  const results = new Array<ResultOf<J>>(jobs.length);
  const shares = new Float64Array(jobs.length);
  const update = (index: number, share: number): void => {
    shares[index] = share;
    onProgress(shares.reduce((sum, each) => sum + each, 0) / jobs.length);
  };
  let next = 0;

  async function work(): Promise<void> {
    const worker = new Worker(new URL('./worker.js', import.meta.url), {
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    try {
      while (next < jobs.length) {
        const index = next++;
        const result = await perform(worker, jobs[index] as J, (share) => update(index, share));
        results[index] = result;
        update(index, 1);
        onResult(index, result);
      }
    } finally {
      await worker.terminate();
    }
  }

  await Promise.all(Array.from({ length: Math.min(threads, jobs.length) }, work));
  return results;
}

function perform<J extends Job>(worker: Worker, job: J, onProgress: (share: number) => void): Promise<ResultOf<J>> {
  return new Promise((resolve, reject) => {
    const onMessage = (report: Report): void => {
      switch (report.type) {
        case 'progress':
          onProgress(report.share);
          break;
        case 'result':
          worker.off('message', onMessage);
          worker.off('error', reject);
          resolve(report.result as ResultOf<J>);
          break;
      }
    };
    worker.on('message', onMessage);
    worker.on('error', reject);
    worker.postMessage(job);
  });
}

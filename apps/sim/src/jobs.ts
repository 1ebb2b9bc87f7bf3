import {
  type Load,
  type LoadResult,
  type Rule,
  runLoad,
  runScenario,
  type Scenario,
  type ScenarioResult,
} from '@grapevine/sim';
import { type GrowthResult, measureGrowth } from './growth.js';
import { type FailureOptions, type FailureResult, runFailure } from './papers/failure.js';
import { runTree, type TreeOptions, type TreeResult } from './papers/tree.js';

/** What a worker thread can be asked for. Plain data. */
export type Job =
  | { readonly type: 'scenario'; readonly scenario: Scenario; readonly seed: bigint }
  | { readonly type: 'load'; readonly load: Load; readonly rule: Rule; readonly seed: bigint }
  | { readonly type: 'failure'; readonly options: FailureOptions }
  | { readonly type: 'tree'; readonly options: TreeOptions }
  | { readonly type: 'growth'; readonly nodes: number };

/** What comes of each kind of job. Plain data, too. */
interface Results {
  readonly scenario: ScenarioResult;
  readonly load: LoadResult;
  readonly failure: FailureResult;
  readonly tree: TreeResult;
  readonly growth: GrowthResult;
}

export type ResultOf<J extends Job> = Results[J['type']];

/** Does a job. `onProgress` hears which share of it is done, from 0 to 1. */
export function perform(job: Job, onProgress: (share: number) => void): Results[Job['type']] {
  switch (job.type) {
    case 'scenario': {
      const onRound = (done: number, total: number) => onProgress((done + 1) / (total + 1)); // bootstrap counts as a round
      return runScenario(job.scenario, job.seed, { onRound });
    }
    case 'load':
      return runLoad(job.load, job.rule, job.seed, onProgress);
    case 'failure':
      return runFailure(job.options, onProgress);
    case 'tree':
      return runTree(job.options, onProgress);
    case 'growth':
      return measureGrowth(job.nodes, onProgress);
  }
}

import { runScenario, type Scenario, type ScenarioResult } from '@grapevine/sim';

/** What a worker thread can be asked for. Plain data. */
export interface Job {
  readonly type: 'scenario';
  readonly scenario: Scenario;
  readonly seed: bigint;
}

/** What comes of each kind of job. Plain data, too. */
interface Results {
  readonly scenario: ScenarioResult;
}

export type ResultOf<J extends Job> = Results[J['type']];

/** Does a job. `onProgress` hears which share of it is done, from 0 to 1. */
export function perform(job: Job, onProgress: (share: number) => void): Results[Job['type']] {
  const onRound = (done: number, total: number) => onProgress((done + 1) / (total + 1)); // the bootstrap counts as a round
  return runScenario(job.scenario, job.seed, { onRound });
}

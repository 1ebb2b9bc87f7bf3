import { MILLISECOND, type Scenario, SECOND } from '../../src/index.js';

export const BROWSER_SEED = 42;

/** A scenario of 100 nodes with several kinds of faults. */
export const BROWSER_SCENARIO: Scenario = {
  sim: 'GossipMulti',
  nodes: 100,
  rounds: 10,
  pause: SECOND,
  network: { latency: { type: 'dynamic', min: 10 * MILLISECOND, max: 50 * MILLISECOND } },
  faults: [
    { type: 'loss', probability: 0.02 },
    { type: 'massFailure', at: 3 * SECOND, share: 0.2 },
    { type: 'churn', joins: 1, crashes: 0.5 },
  ],
};

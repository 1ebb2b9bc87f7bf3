import fc from 'fast-check';
import { expect } from 'vitest';
import { runs } from './runs.js';

// Ordinary tests try the same cases each time, so that they fail only for a change that breaks something. The long ones try new cases
// (or those of `GRAPEVINE_SEED` again), and print the seed of each property.

const SEED = 20_261_126;

if (process.env.GRAPEVINE_TIER === 'long') {
  const seed = Number(process.env.GRAPEVINE_SEED ?? Date.now() % 2 ** 31);
  const name = (): string => expect.getState().currentTestName ?? '';
  fc.configureGlobal({
    seed,
    numRuns: runs(100),
    includeErrorInReport: true,
    reporter: (details) => {
      process.stdout.write(`seed ${details.seed}, ${details.numRuns} runs: ${name()}\n`);
      if (details.failed) throw new Error(fc.defaultReportMessage(details));
    },
  });
} else {
  fc.configureGlobal({ seed: SEED });
}

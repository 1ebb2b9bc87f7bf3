import { basename, join } from 'node:path';
import { createProgress, type Progress, parseArguments, positional, stdout, writeAtomically } from '@grapevine/cli-kit';
import { inMode, type Scenario, type ScenarioResult } from '@grapevine/sim';
import { seed, threads } from './arguments.js';
import type { Job } from './jobs.js';
import { runJobs } from './pool.js';
import { makeResults, resultsPath, type ScenarioResults } from './results.js';
import { describeResults } from './results-table.js';
import { type NamedScenario, readScenarioFile } from './scenario-file.js';

export const RUN_HELP = `Runs the scenarios of a TOML file, each with every seed, and prints what came of them.

Usage: grapevine-sim run FILE.toml [options]

  --out DIR      where the results go, one JSON file for each scenario
                 (default: results/ and the file's name)
  --threads N    how many worker threads (default: all cores); the numbers do not depend on it
  --seed N       use this seed instead of the file's; may be given several times
  --reference    decide as iroh-gossip 0.101 does, bugs included: a seed then gives the run of the Rust simulator
  --json         print all results as one JSON array on stdout instead of tables
  --help         this text

A file says: seeds = [0, 1], config.latency.dynamic = { min = "10ms", max = "50ms" }, and then for each scenario
[[scenario]] with sim (GossipSingle, GossipMulti, GossipAll), nodes, rounds (30), bootstrap ("single"), config, and
[[scenario.fault]] for what goes wrong; the README of apps/sim has all keys, and apps/sim/scenarios has examples.
Files of the Rust simulator run as they are. An unknown key is an error.

Ctrl-C ends the command; what has been finished stays on disk.`;

/** `grapevine-sim run`. @throws UsageError */
export async function run(args: string[]): Promise<void> {
  const { values, positionals } = parseArguments({
    args,
    allowPositionals: true,
    options: {
      out: { type: 'string' },
      threads: { type: 'string' },
      seed: { type: 'string', multiple: true },
      reference: { type: 'boolean' },
      json: { type: 'boolean' },
    },
  });
  const [path] = positional(positionals, 'FILE.toml') as [string];
  const threadCount = threads(values.threads);
  const givenSeeds = values.seed?.map(seed);
  const file = readScenarioFile(path);
  const scenarios = values.reference
    ? file.scenarios.map(({ label, scenario }) => ({ label, scenario: inMode(scenario, 'reference') }))
    : file.scenarios;
  const folder = values.out ?? join('results', basename(path, '.toml'));

  const results = await runScenarios(scenarios, [...new Set(givenSeeds ?? file.seeds)], { threadCount, folder });
  stdout().put(
    values.json
      ? `${JSON.stringify(results)}\n`
      : `${results.map(describeResults).join('\n\n')}\n\nresults in ${folder}\n`,
  );
}

/** Runs each scenario with each seed; a scenario's results are written as soon as its last seed is done. */
async function runScenarios(
  scenarios: readonly NamedScenario[],
  seeds: readonly bigint[],
  { threadCount, folder }: { readonly threadCount: number; readonly folder: string },
): Promise<ScenarioResults[]> {
  const jobs = scenarios.flatMap(({ scenario }) => seeds.map((seed) => job(scenario, seed)));
  const cells = scenarios.map(() => new Map<bigint, ScenarioResult>());
  const finished: ScenarioResults[] = [];
  const progress: Progress = createProgress();
  try {
    await runJobs(jobs, {
      threads: threadCount,
      onProgress: (share) => progress.update(share),
      onResult: (jobIndex, result) => {
        const index = Math.floor(jobIndex / seeds.length);
        const bySeed = cells[index] as Map<bigint, ScenarioResult>;
        bySeed.set((jobs[jobIndex] as ScenarioJob).seed, result);
        if (bySeed.size < seeds.length) return;
        const { label, scenario } = scenarios[index] as NamedScenario;
        const ordered = new Map(seeds.map((seed) => [seed, bySeed.get(seed) as ScenarioResult]));
        const results = makeResults(label, scenario, ordered);
        writeAtomically(resultsPath(folder, label), `${JSON.stringify(results)}\n`);
        finished[index] = results;
        progress.line(`finished ${label} (${seeds.length} ${seeds.length === 1 ? 'seed' : 'seeds'})`);
      },
    });
  } finally {
    progress.end();
  }
  return finished;
}

type ScenarioJob = Extract<Job, { readonly type: 'scenario' }>;

function job(scenario: Scenario, seed: bigint): ScenarioJob {
  return { type: 'scenario', scenario, seed };
}

import { createProgress, integer, parseArguments, stdout, UsageError } from '@grapevine/cli-kit';
import { inMode, MODES, modeComparison, modeTable } from '@grapevine/sim';
import { threads } from './arguments.js';
import type { Job } from './jobs.js';
import { runJobs } from './pool.js';
import { readScenarioFile } from './scenario-file.js';

export const MODES_HELP = `Runs scenarios in both modes of the protocol, with the same seeds and faults, and prints a table of what came of them:
as iroh-gossip 0.101 decides ("reference"), and as our nodes do by default ("hardened").

Usage: grapevine-sim modes FILE.toml … [options]

  --seeds N      use the seeds from 0 to N - 1 instead of the files'
  --threads N    how many worker threads (default: all cores); the numbers do not depend on it
  --json         print one JSON array on stdout instead of a table
  --help         this text

Reliability is the share of the live nodes that a broadcast reached. p50 and p99 are the times
within which half and 99 % of the expected deliveries came; "never": with one of the seeds fewer came. RMR is the
payloads for each node beyond the first, LDH the last delivery hop; control counts messages of broadcast and membership
for each delivery; connected is the largest component in the end, as a share of the live nodes. All are means over
broadcasts and seeds.`;

const MAX_SEEDS = 10_000;

/** `grapevine-sim modes`. @throws UsageError */
export async function modes(args: string[]): Promise<void> {
  const { values, positionals } = parseArguments({
    args,
    allowPositionals: true,
    options: { seeds: { type: 'string' }, threads: { type: 'string' }, json: { type: 'boolean' } },
  });
  if (positionals.length === 0) throw new UsageError('FILE.toml is missing (see --help)');
  const threadCount = threads(values.threads);
  const given = values.seeds === undefined ? undefined : seedsBelow(integer('--seeds', values.seeds, 1, MAX_SEEDS));
  const groups = positionals
    .map(readScenarioFile)
    .flatMap(({ seeds, scenarios }) =>
      scenarios.flatMap(({ label, scenario }) =>
        MODES.map((mode) => ({ label, mode, scenario, seeds: given ?? seeds })),
      ),
    );
  const jobs = groups.flatMap(({ scenario, mode, seeds }) =>
    seeds.map(
      (seed): Extract<Job, { type: 'scenario' }> => ({
        type: 'scenario',
        scenario: inMode(scenario, mode),
        seed,
      }),
    ),
  );
  const progress = createProgress();
  const results = await runJobs(jobs, {
    threads: threadCount,
    onProgress: (share) => progress.update(share),
    onResult: () => {},
  }).finally(() => progress.end());

  let first = 0;
  const rows = groups.map(({ label, mode, seeds }) => {
    const row = modeComparison(label, mode, results.slice(first, first + seeds.length));
    first += seeds.length;
    return row;
  });
  stdout().put(`${values.json ? JSON.stringify(rows) : modeTable(rows)}\n`);
}

function seedsBelow(count: number): bigint[] {
  return Array.from({ length: count }, (_, seed) => BigInt(seed));
}

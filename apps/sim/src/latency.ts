import { join } from 'node:path';
import {
  createProgress,
  integer,
  parseArguments,
  positional,
  stderr,
  stdout,
  UsageError,
  writeAtomically,
} from '@grapevine/cli-kit';
import { type Load, type LoadResult, type LoadRow, loadRow, loadTable, RULES, type Rule } from '@grapevine/sim';
import { seed, threads } from './arguments.js';
import type { Job } from './jobs.js';
import { LOAD_OPTIONS, loadsOf } from './latency/loads.js';
import { plotLoad, type RuleResults } from './latency/plots.js';
import { runJobs } from './pool.js';

export const LATENCY_HELP = `Has many nodes publish at once, and prints how late the deliveries are and how many messages they take: as iroh-gossip
0.101 decides ("reference"), as our nodes do by default ("hardened"), and as a flood, which sends every payload over
every link: nothing can be sooner on the same links.

Usage: grapevine-sim latency [options]

What is published (without any of these: the usual loads, in a minute or two):
  --nodes N,N,…   how many nodes (default: 20,100)
  --rate N,N,…    payloads a second, of all senders together (default: 10,200)
  --senders N     how many of the nodes publish (default: all)
  --together      all senders publish at the same instants, each at the rate
  --link TIME     latency of the links: 30ms, or a random one for each link (default: 20ms-40ms)
  --crash PERCENT how many nodes crash at once, when 60 % of the time is over; their neighbors notice a second later
  --bytes N       the length of a payload (default: 100)
  --duration TIME how long they publish (default: 20s); deliveries of the second half are timed

How it is measured:
  --rules R,R,…   reference, hardened, flood (default: all)
  --runs N        how many seeds, for the table the times of all of them together (default: 2)
  --seed N        the first seed (default: 0)
  --out DIR       draw the times of each load as SVG, there
  --threads N     how many worker threads (default: all cores); the numbers do not depend on it
  --json          print one JSON array on stdout instead of a table, times in nanoseconds
  --help          this text

Payloads, control messages (announcements, grafts, prunes) and lost deliveries are means of the runs. "Least" is one
payload for each delivery. After a crash the last column says how long after the crash was noticed p99 is within 1.1
times the flood's for good, looking at one second of publishing of all runs at a time.

Ctrl-C prints the rows that are finished.`;

const MAX_RUNS = 1_000;

/** `grapevine-sim latency`. @throws UsageError */
export async function latency(args: string[]): Promise<void> {
  const { values, positionals } = parseArguments({
    args,
    allowPositionals: true,
    options: {
      ...LOAD_OPTIONS,
      rules: { type: 'string' },
      runs: { type: 'string' },
      seed: { type: 'string' },
      out: { type: 'string' },
      threads: { type: 'string' },
      json: { type: 'boolean' },
    },
  });
  positional(positionals);
  const rules = rulesOf(values.rules);
  const first = seed(values.seed ?? '0');
  const seeds = Array.from({ length: integer('--runs', values.runs ?? '2', 1, MAX_RUNS) }, (_, i) => first + BigInt(i));
  const plan = { loads: loadsOf(values), rules, seeds, threads: threads(values.threads) };

  const rows: LoadRow[] = [];
  const print = (): void => {
    stdout().put(`${values.json ? JSON.stringify(rows) : loadTable(rows)}\n`);
  };
  // Before the handler that ends the program.
  process.prependOnceListener('SIGINT', print);
  const written: string[] = [];
  await runLoads(plan, (name, results) => {
    const floods = results.get('flood');
    for (const runs of results.values()) rows.push(loadRow(name, runs, floods));
    if (values.out === undefined) return;
    for (const [file, svg] of plotLoad(name, results)) {
      const path = join(values.out, file);
      writeAtomically(path, svg);
      written.push(path);
    }
  });
  process.off('SIGINT', print);
  print();
  for (const path of written) stderr().write(`${path}\n`);
}

interface Plan {
  readonly loads: ReadonlyMap<string, Load>;
  readonly rules: readonly Rule[];
  readonly seeds: readonly bigint[];
  readonly threads: number;
}

/** Runs each load under each rule with each seed. `onLoad` hears of the loads in their order, each as soon as it and those before are done. */
async function runLoads(
  { loads, rules, seeds, threads }: Plan,
  onLoad: (name: string, results: RuleResults) => void,
): Promise<void> {
  const jobs = [...loads.values()].flatMap((load) =>
    rules.flatMap((rule) => seeds.map((seed): Extract<Job, { type: 'load' }> => ({ type: 'load', load, rule, seed }))),
  );
  const names = [...loads.keys()];
  const perLoad = rules.length * seeds.length;
  const results: LoadResult[] = [];
  let next = 0;
  const isDone = (load: number): boolean => {
    for (let i = 0; i < perLoad; i++) if (results[load * perLoad + i] === undefined) return false;
    return true;
  };
  const progress = createProgress();
  await runJobs(jobs, {
    threads,
    onProgress: (share) => progress.update(share),
    onResult: (index, result) => {
      results[index] = result;
      for (; next < names.length && isDone(next); next++) {
        const start = next * perLoad;
        const byRule = new Map(
          rules.map((rule, i) => [rule, results.slice(start + i * seeds.length, start + (i + 1) * seeds.length)]),
        );
        onLoad(names[next] as string, byRule);
        progress.line(`finished ${names[next]}`);
      }
    },
  }).finally(() => progress.end());
}

/** @throws UsageError */
function rulesOf(text: string | undefined): readonly Rule[] {
  if (text === undefined) return RULES;
  const asked = text.split(',');
  const unknown = asked.find((rule) => !(RULES as readonly string[]).includes(rule));
  if (unknown !== undefined) {
    throw new UsageError(`--rules must be of ${RULES.join(', ')}, got ${JSON.stringify(unknown)}`);
  }
  return RULES.filter((rule) => asked.includes(rule));
}

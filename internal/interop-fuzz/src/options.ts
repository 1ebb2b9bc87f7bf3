import { resolve } from 'node:path';
import { integer, parseArguments, positional, UsageError } from '@grapevine/cli-kit';

export const HELP = `Runs the kernel's reference mode beside the published crate iroh-gossip: random settings, schedules, faults and hostile
messages go through both, and every output is compared, byte by byte and in order.

Usage: npm run interop:fuzz -- [options]

  --seed N         the seed of the first case; the next one has N + 1 (default: by the clock)
  --events N       ends after so many events in all (default: 1e6)
  --replay FILE    runs the case in a file instead
  --cases FOLDER   where to write a case in which the two differ, without what the difference does not need
                   (default: .cache/interop-fuzz)
  --json           ends with one line of JSON
  --help           this text

Exit code: 0 when all was the same, 1 when something differed, 2 for bad input, 130 after Ctrl-C.`;

export interface FuzzCliOptions {
  readonly seed: number;
  readonly events: number;
  readonly replay: string | undefined;
  readonly cases: string;
  readonly program: string;
  readonly json: boolean;
}

/** @returns undefined when help is asked for. @throws UsageError */
export function parseOptions(args: readonly string[]): FuzzCliOptions | undefined {
  const { values, positionals } = parseArguments({
    args: [...args],
    allowPositionals: true,
    options: {
      seed: { type: 'string' },
      events: { type: 'string', default: '1e6' },
      replay: { type: 'string' },
      cases: { type: 'string', default: '.cache/interop-fuzz' },
      /** Given by scripts/interop-fuzz.mjs. */
      program: { type: 'string', default: '.cache/golden-target/release/grapevine-fuzz' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  positional(positionals);
  // npm runs scripts from the root. A relative path is relative to the folder of the user.
  const from = process.env.INIT_CWD ?? process.cwd();
  return {
    seed: values.seed === undefined ? Date.now() % 1e9 : integer('--seed', values.seed, 0, 2 ** 50),
    events: eventsOf(values.events),
    replay: values.replay === undefined ? undefined : resolve(from, values.replay),
    cases: resolve(from, values.cases),
    program: values.program,
    json: values.json,
  };
}

function eventsOf(text: string): number {
  const events = Number(text);
  if (!/^\d+(\.\d+)?(e\d+)?$/i.test(text) || !Number.isInteger(events) || events < 1) {
    throw new UsageError(`--events must be a whole number of at least 1, such as 1e6, got ${JSON.stringify(text)}`);
  }
  return events;
}

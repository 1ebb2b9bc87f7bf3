import { resolve } from 'node:path';
import { integer, parseArguments, positional, UsageError } from '@grapevine/cli-kit';
import { FAULTS, type Fault } from './schedule.js';

export const HELP = `Simulates swarms of whole nodes (gossip node, transport in memory, protocol) in virtual time, with the faults of machines
and networks. Checks that nothing is lost in silence (delivered + told = published), that views heal, and that nothing is left behind.

Usage: npm run soak -- [options]

  --seed N         the seed of the first swarm; the next one has N + 1 (default: by the clock)
  --events N       ends after so many events in all: delivered packets, timers and commands (default: 1e6)
  --faults A,B     these faults only, in every swarm; "none" for none (default: a few in each, by its seed)
                   ${FAULTS.slice(0, 8).join(', ')},
                   ${FAULTS.slice(8).join(', ')}
  --size N         1 to 8: how large the swarms are, and how much happens in them (default: 1 to 4, by the seed)
  --replay FILE    runs the schedule in a file instead, twice, and compares the traces
  --cases FOLDER   where to write the schedule of a failure, without what the failure does not need (default: .cache/soak)
  --keep-going     counts failures instead of stopping at the first, and shrinks none
  --json           ends with one line of JSON
  --help           this text

The same seed gives the same run. A failure is printed with the command that repeats it.

Exit code: 0 when every promise held, 1 when one was broken, 2 for bad input, 130 after Ctrl-C.`;

export interface SoakOptions {
  readonly seed: number;
  readonly events: number;
  readonly faults: readonly Fault[] | undefined;
  readonly size: number | undefined;
  readonly replay: string | undefined;
  readonly cases: string;
  readonly keepGoing: boolean;
  readonly json: boolean;
}

/** @returns undefined when help is asked for. @throws UsageError */
export function parseOptions(args: readonly string[]): SoakOptions | undefined {
  const { values, positionals } = parseArguments({
    args: [...args],
    allowPositionals: true,
    options: {
      seed: { type: 'string' },
      events: { type: 'string', default: '1e6' },
      faults: { type: 'string' },
      size: { type: 'string' },
      replay: { type: 'string' },
      cases: { type: 'string', default: '.cache/soak' },
      'keep-going': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  positional(positionals);
  // npm runs scripts from the root. A relative path is relative to the folder of the user.
  const from = process.env.INIT_CWD ?? process.cwd();
  return {
    seed: values.seed === undefined ? Date.now() % 1e9 : integer('--seed', values.seed, 0, Number.MAX_SAFE_INTEGER),
    events: eventsOf(values.events),
    faults: values.faults === undefined ? undefined : faultsOf(values.faults),
    size: values.size === undefined ? undefined : integer('--size', values.size, 1, 8),
    replay: values.replay === undefined ? undefined : resolve(from, values.replay),
    cases: resolve(from, values.cases),
    keepGoing: values['keep-going'],
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

function faultsOf(text: string): Fault[] {
  if (text === 'none') return [];
  return text.split(',').map((name) => {
    const fault = FAULTS.find((known) => known === name);
    if (!fault) throw new UsageError(`--faults: there is no fault ${JSON.stringify(name)} (see --help)`);
    return fault;
  });
}

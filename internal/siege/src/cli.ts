#!/usr/bin/env node
import {
  createProgress,
  integer,
  interruptible,
  parseArguments,
  positional,
  runMain,
  UsageError,
} from '@grapevine/cli-kit';
import { ATTACKS } from './attacks/index.js';
import { writePage } from './page.js';
import { siege } from './siege.js';
import { pageTable, summary, wideTable } from './table.js';
import { failuresOf, hasHeld, type Trial, trial, verdictOf } from './trial.js';

const NAMES_PER_LINE = 5;

/** Names on lines of their own, behind the column of the options. */
function listed(names: readonly string[]): string {
  const lines = Array.from({ length: Math.ceil(names.length / NAMES_PER_LINE) }, (_, i) =>
    names.slice(i * NAMES_PER_LINE, (i + 1) * NAMES_PER_LINE).join(', '),
  );
  return lines.map((line) => `                ${line}`).join(',\n');
}

const HELP = `Attacks a node that serves honest peers, on loopback, and prints what each attack costs the node.

Usage: npm run siege -- [options]

  --seconds N   how long each attack lasts, 1 to 600 (default: 10)
  --only A,B    these attacks only:
${listed(ATTACKS.map(({ name }) => name))}
  --wide        prints a table with every column (default: the columns of docs/siege.md)
  --write       puts the table into docs/siege.md
  --json        ends with one line of JSON
  --help        this text

An attack that breaks a promise is tried again. It counts when it breaks one in most of three runs.

Exit code: 0 when the node has held against every attack, 1 when it has not, 2 for bad input, 130 after Ctrl-C.`;

async function main(): Promise<void> {
  const { values, positionals } = parseArguments({
    args: process.argv.slice(2),
    allowPositionals: true,
    options: {
      seconds: { type: 'string', default: '10' },
      only: { type: 'string' },
      wide: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return void process.stdout.write(`${HELP}\n`);
  positional(positionals);
  const seconds = integer('--seconds', values.seconds, 1, 600);
  if (values.write && values.only !== undefined)
    throw new UsageError('--write puts in the whole table: leave out --only');
  const only = values.only?.split(',') ?? ATTACKS.map(({ name }) => name);
  const unknown = only.find((name) => !ATTACKS.some((attack) => attack.name === name));
  if (unknown !== undefined) throw new UsageError(`there is no attack ${JSON.stringify(unknown)} (see --help)`);
  await interruptible((signal) => besiege(only, { ...values, seconds }, signal));
}

interface Settings {
  readonly seconds: number;
  readonly wide: boolean;
  readonly write: boolean;
  readonly json: boolean;
}

async function besiege(only: readonly string[], settings: Settings, signal: AbortSignal): Promise<void> {
  const { seconds } = settings;
  const progress = createProgress();
  const trials: Trial[] = [];
  for (const attack of ATTACKS.filter(({ name }) => only.includes(name))) {
    progress.line(`${attack.name}: ${attack.what}`);
    trials.push(await trial(attack, () => siege(attack, seconds, signal)));
  }
  progress.end();
  const page = `${pageTable(trials)}\n\n${summary(trials, seconds)}`;
  process.stdout.write(settings.wide ? `${wideTable(trials)}\n` : `${page}\n`);
  if (settings.write) writePage(page);
  for (const failure of trials.flatMap(failuresOf)) process.stdout.write(`${failure}\n`);
  if (settings.json) process.stdout.write(`${JSON.stringify({ seconds, results: trials.map(resultOf) })}\n`);
  const lost = trials.filter((each) => !hasHeld(each)).map(({ attack }) => attack.name);
  if (lost.length === 0) return;
  process.stderr.write(`BROKEN: ${lost.join(', ')}\n`); // the last that is read, also behind the JSON
  process.exitCode = 1;
}

/** For programs. */
function resultOf(each: Trial): Record<string, unknown> {
  const { attack, runs } = each;
  return {
    name: attack.name,
    verdict: verdictOf(each),
    hasHeld: hasHeld(each),
    runs: runs.map(({ outcome, broken }) => ({ ...outcome, broken })),
  };
}

await runMain('siege', main);

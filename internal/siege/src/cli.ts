#!/usr/bin/env node
import {
  createProgress,
  integer,
  interruptible,
  parseArguments,
  positional,
  runMain,
  textTable,
  UsageError,
} from '@grapevine/cli-kit';
import { ATTACKS } from './attacks/index.js';
import { siege } from './siege.js';
import { cells, HEAD } from './table.js';
import { failuresOf, hasHeld, type Trial, trial, verdictOf } from './trial.js';

const HELP = `Attacks a node that serves honest peers, on loopback, and says what that costs it.

Usage: npm run siege -- [options]

  --seconds N   of each attack, 1 to 600 (default: 10)
  --only A,B    only these: ${ATTACKS.map(({ name }) => name).join(', ')}
  --json        ends with one line of JSON
  --help

An attack that breaks a promise is tried again, and counts as broken when it breaks one in most of three runs.

Exit code: 0 when the node has held against every attack, 1 when it has not, 2 for bad input, 130 after Ctrl-C.`;

async function main(): Promise<void> {
  const { values, positionals } = parseArguments({
    args: process.argv.slice(2),
    allowPositionals: true,
    options: {
      seconds: { type: 'string', default: '10' },
      only: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return void process.stdout.write(`${HELP}\n`);
  positional(positionals);
  const seconds = integer('--seconds', values.seconds, 1, 600);
  const only = values.only?.split(',') ?? ATTACKS.map(({ name }) => name);
  const unknown = only.find((name) => !ATTACKS.some((attack) => attack.name === name));
  if (unknown !== undefined) throw new UsageError(`there is no attack ${JSON.stringify(unknown)} (see --help)`);
  await interruptible((signal) => besiege(only, seconds, values.json, signal));
}

async function besiege(only: readonly string[], seconds: number, json: boolean, signal: AbortSignal): Promise<void> {
  const progress = createProgress();
  const trials: Trial[] = [];
  for (const attack of ATTACKS.filter(({ name }) => only.includes(name))) {
    progress.line(`${attack.name}: ${attack.what}`);
    trials.push(await trial(attack, () => siege(attack, seconds, signal)));
  }
  progress.end();
  process.stdout.write(`${textTable([[...HEAD], ...trials.flatMap(rowsOf)])}\n`);
  for (const failure of trials.flatMap(failuresOf)) process.stdout.write(`${failure}\n`);
  if (json) process.stdout.write(`${JSON.stringify({ seconds, results: trials.map(resultOf) })}\n`);
  const lost = trials.filter((each) => !hasHeld(each)).map(({ attack }) => attack.name);
  if (lost.length === 0) return;
  process.stderr.write(`BROKEN: ${lost.join(', ')}\n`); // the last that is read, also behind the JSON
  process.exitCode = 1;
}

/** A row for each run; the last one has the verdict. */
function rowsOf(each: Trial): string[][] {
  const { attack, runs } = each;
  return runs.map(({ outcome, broken }, i) => {
    const isLast = i === runs.length - 1;
    const verdict = isLast ? verdictOf(each) : broken.length > 0 ? 'broken' : 'held';
    return [i === 0 ? attack.name : `${attack.name}, again`, ...cells(attack, outcome), verdict];
  });
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

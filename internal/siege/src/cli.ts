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
import { broken } from './verdict.js';

const HELP = `Attacks a node that serves honest peers, on loopback, and says what that costs it.

Usage: npm run siege -- [options]

  --seconds N   of each attack, 1 to 600 (default: 10)
  --only A,B    only these: ${ATTACKS.map(({ name }) => name).join(', ')}
  --json        ends with one line of JSON
  --help

Exit code: 0 when every promise held, 1 when one was broken, 2 for bad input, 130 after Ctrl-C.`;

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
  const rows: string[][] = [[...HEAD]];
  const results: Record<string, unknown>[] = [];
  const failures: string[] = [];
  for (const attack of ATTACKS.filter(({ name }) => only.includes(name))) {
    progress.line(`${attack.name}: ${attack.what}`);
    const outcome = await siege(attack, seconds, signal);
    const promises = broken(attack, outcome);
    rows.push([attack.name, ...cells(attack, outcome), promises.length === 0 ? 'held' : 'BROKEN']);
    results.push({ name: attack.name, ...outcome, broken: promises });
    failures.push(...promises.map((promise) => `${attack.name}: ${promise}`));
  }
  progress.end();
  process.stdout.write(`${textTable(rows)}\n`);
  for (const failure of failures) process.stdout.write(`${failure}\n`);
  if (json) process.stdout.write(`${JSON.stringify({ seconds, results })}\n`);
  if (failures.length > 0) process.exitCode = 1;
}

await runMain('siege', main);

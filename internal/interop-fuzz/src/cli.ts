#!/usr/bin/env node
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProgress, interruptible, type Progress, runMain, UsageError } from '@grapevine/cli-kit';
import { caseFromText, caseToText } from './case-file.js';
import { Crate } from './crate.js';
import { describeDifference } from './describe.js';
import { findDifference } from './difference.js';
import { type Found, fuzz } from './fuzz.js';
import type { FuzzCase } from './fuzz-case.js';
import { type FuzzCliOptions, HELP, parseOptions } from './options.js';

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (!options) {
    process.stdout.write(`${HELP}\n`);
    return;
  }
  const crate = new Crate(options.program);
  const progress = createProgress();
  try {
    if (options.replay === undefined) await interruptible((signal) => run(options, crate, progress, signal));
    else await replay(options.replay, crate);
  } finally {
    progress.end();
    crate.close();
  }
}

async function run(options: FuzzCliOptions, crate: Crate, progress: Progress, signal: AbortSignal): Promise<void> {
  const { seed, events: wanted } = options;
  const began = performance.now();
  const onCase = (events: number) => progress.update(Math.min(1, events / wanted));
  const { cases, events, found } = await fuzz(crate, { seed, events: wanted, onCase, signal });
  progress.end();
  const seconds = (performance.now() - began) / 1000;
  const file = found && keep(options.cases, found);
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ seed, cases, events, seconds, different: found?.seed, file })}\n`);
  } else {
    process.stdout.write(
      `${found ? 'DIFFERENT' : signal.aborted ? 'interrupted' : 'same'}: ${events} events in ${cases} cases from seed ${seed} on, ${Math.round(seconds)} s\n`,
    );
  }
  if (found) process.exitCode = 1;
}

/** Writes a difference down and prints it. @returns the file */
function keep(folder: string, { seed, steps, fuzzCase, difference }: Found): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `case-${seed}.jsonl`);
  writeFileSync(file, caseToText(fuzzCase));
  process.stderr.write(
    [
      `case ${seed}: the kernels differ; ${steps} steps became ${fuzzCase.steps.length}`,
      describeDifference(fuzzCase, difference),
      `again: npm run interop:fuzz -- --seed ${seed} --events 1, or --replay ${file}\n`,
    ].join('\n'),
  );
  return file;
}

async function replay(file: string, crate: Crate): Promise<void> {
  const fuzzCase = readCase(file);
  const difference = await findDifference(fuzzCase, crate);
  if (difference === undefined) {
    process.stdout.write(`same: ${fuzzCase.steps.length} events\n`);
    return;
  }
  process.stdout.write(`DIFFERENT\n${describeDifference(fuzzCase, difference)}\n`);
  process.exitCode = 1;
}

function readCase(file: string): FuzzCase {
  try {
    return caseFromText(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`${file} is no case: ${error instanceof Error ? error.message : String(error)}`);
  }
}

await runMain('interop-fuzz', main);

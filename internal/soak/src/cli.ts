#!/usr/bin/env node
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProgress, interruptible, type Progress, runMain, UsageError } from '@grapevine/cli-kit';
import { generate } from './generate.js';
import { HELP, parseOptions, type SoakOptions } from './options.js';
import { type RunResult, run } from './run.js';
import type { Schedule } from './schedule.js';
import { shrink } from './shrink.js';
import type { Failure } from './verdict.js';

interface Totals {
  swarms: number;
  events: number;
  virtualMs: number;
  published: number;
  delivered: number;
  owed: number;
  told: number;
  /** The seeds of the swarms in which a promise was broken. */
  failed: number[];
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (!options) {
    process.stdout.write(`${HELP}\n`);
    return;
  }
  const progress = createProgress();
  try {
    if (options.replay === undefined) await interruptible((signal) => soak(options, progress, signal));
    else await interruptible((signal) => replay(options.replay as string, signal));
  } finally {
    progress.end();
  }
}

/** Runs one swarm after another, until there were enough events. */
async function soak(options: SoakOptions, progress: Progress, signal: AbortSignal): Promise<void> {
  const totals: Totals = {
    swarms: 0,
    events: 0,
    virtualMs: 0,
    published: 0,
    delivered: 0,
    owed: 0,
    told: 0,
    failed: [],
  };
  const began = performance.now();
  const busy = process.cpuUsage();
  try {
    for (let { seed } = options; totals.events < options.events; seed++) {
      const schedule = scheduleOf(options, seed);
      const result = await run(schedule, signal);
      add(totals, result);
      progress.update(Math.min(1, totals.events / options.events));
      const [failure] = result.failures;
      if (!failure) continue;
      totals.failed.push(seed);
      progress.line(describeFailures(options, seed, schedule, result.failures));
      if (options.keepGoing) continue;
      await keepCase(options, schedule, failure, progress, signal);
      break;
    }
  } finally {
    progress.end();
    const { user, system } = process.cpuUsage(busy);
    const took = { seconds: (performance.now() - began) / 1000, cpuSeconds: (user + system) / 1e6 };
    process.stdout.write(
      `${options.json ? JSON.stringify({ ...totals, ...took }) : describe(verdictOf(totals, signal), totals, options, took)}\n`,
    );
    if (totals.failed.length > 0) process.exitCode = 1;
  }
}

function scheduleOf({ faults, size }: SoakOptions, seed: number): Schedule {
  return generate({ seed, ...(faults && { faults }), ...(size !== undefined && { size }) });
}

function add(totals: Totals, result: RunResult): void {
  totals.swarms++;
  for (const name of ['events', 'virtualMs', 'published', 'delivered', 'owed', 'told'] as const)
    totals[name] += result[name];
}

function describeFailures(
  options: SoakOptions,
  seed: number,
  schedule: Schedule,
  failures: readonly Failure[],
): string {
  const faults = options.faults ? ` --faults ${options.faults.join() || 'none'}` : '';
  const size = options.size === undefined ? '' : ` --size ${options.size}`;
  return [
    `swarm ${seed} (${schedule.machines.length} machines, faults: ${schedule.faults.join(', ') || 'none'}) broke a promise:`,
    ...failures.slice(0, 5).map(({ kind, message }) => `  ${kind}: ${message}`),
    ...(failures.length > 5 ? [`  and ${failures.length - 5} more`] : []),
    `  again: npm run soak -- --seed ${seed} --events 1${faults}${size}`,
  ].join('\n');
}

/** Takes out of a schedule what its failure does not need, and writes the rest to a file. */
async function keepCase(
  { cases }: SoakOptions,
  schedule: Schedule,
  failure: Failure,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const onRun = (runs: number, steps: number) => progress.tell(`shrinking: ${steps} steps after ${runs} runs`);
  const failureOf = async (candidate: Schedule): Promise<Failure | undefined> => {
    const { failures } = await run(candidate, signal);
    return failures.find(({ kind }) => kind === failure.kind);
  };
  const shrunk = await shrink(schedule, failure, { failureOf, onRun });
  mkdirSync(cases, { recursive: true });
  const file = join(cases, `${failure.kind.replaceAll(' ', '-')}-${schedule.seed}.json`);
  writeFileSync(file, `${JSON.stringify(shrunk.schedule, undefined, 1)}\n`);
  progress.line(
    [
      `  ${schedule.steps.length} steps became ${shrunk.schedule.steps.length}: ${shrunk.failure.message}`,
      `  kept in ${file}; again: npm run soak -- --replay ${file}`,
    ].join('\n'),
  );
}

async function replay(file: string, signal: AbortSignal): Promise<void> {
  const schedule = readSchedule(file);
  const first = await run(schedule, signal);
  const second = await run(schedule, signal);
  for (const { kind, message } of first.failures) process.stdout.write(`${kind}: ${message}\n`);
  const isSame = first.hash === second.hash;
  process.stdout.write(
    `${first.events} events, trace ${first.hash}${isSame ? ' both times' : `, the second time ${second.hash}`}\n`,
  );
  if (first.failures.length > 0 || !isSame) process.exitCode = 1;
}

function readSchedule(file: string): Schedule {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`${file} is no schedule: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function verdictOf({ failed }: Totals, signal: AbortSignal): string {
  if (failed.length > 0) return 'FAILED';
  return signal.aborted ? 'interrupted' : 'ok';
}

function describe(
  verdict: string,
  totals: Totals,
  { seed }: SoakOptions,
  took: { readonly seconds: number; readonly cpuSeconds: number },
): string {
  const { swarms, events, virtualMs, published, delivered, owed, told, failed } = totals;
  const perSecond = Math.round(events / took.cpuSeconds);
  const hours = (virtualMs / 3_600_000).toFixed(1);
  return [
    `${verdict}: ${events} events in ${Math.round(took.seconds)} s (${perSecond} per second of CPU)`,
    `${swarms} swarms from seed ${seed} on, ${hours} hours of their time, ${failed.length} broke a promise`,
    `${published} messages published, ${delivered} delivered; ${owed} deliveries were owed, ${told} losses were told`,
  ].join('\n');
}

await runMain('soak', main);

import { availableParallelism } from 'node:os';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { UsageError } from './usage-error.js';

/** `parseArgs` whose complaints are the user's mistakes. @throws UsageError */
export function parseArguments<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]} (see --help)`);
  }
}

/** The positional arguments, exactly those named. @throws UsageError */
export function positional(given: readonly string[], ...names: string[]): string[] {
  if (given.length < names.length) throw new UsageError(`${names[given.length]} is missing (see --help)`);
  if (given.length > names.length) {
    throw new UsageError(`unexpected argument ${JSON.stringify(given[names.length])} (see --help)`);
  }
  return [...given];
}

/** @throws UsageError */
export function integer(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new UsageError(`${name} must be a whole number from ${min} to ${max}, got ${JSON.stringify(text)}`);
  }
  return value;
}

const MAX_SEED = 2n ** 64n - 1n;

/** @throws UsageError */
export function seed(text: string): bigint {
  if (!/^\d{1,20}$/.test(text) || BigInt(text) > MAX_SEED) {
    throw new UsageError(`--seed must be a whole number from 0 to ${MAX_SEED}, got ${JSON.stringify(text)}`);
  }
  return BigInt(text);
}

const MAX_THREADS = 256;

/** How many worker threads: as many as there are cores unless the user says otherwise. @throws UsageError */
export function threads(text: string | undefined): number {
  return text === undefined ? availableParallelism() : integer('--threads', text, 1, MAX_THREADS);
}

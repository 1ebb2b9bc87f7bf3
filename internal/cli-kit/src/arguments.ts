import { type ParseArgsConfig, parseArgs } from 'node:util';
import { UsageError } from './usage-error.js';

/** `parseArgs` whose complaints are the user's mistakes. @throws UsageError */
export function parseArguments<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    const [sentence] = (error as Error).message.split(/\.\s/); // advice follows, some of it on lines of its own
    throw new UsageError(`${sentence} (see --help)`);
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

/** A whole number in a text. @throws UsageError that names the option and the limits */
export function integer(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new UsageError(`${name} must be a whole number from ${min} to ${max}, got ${JSON.stringify(text)}`);
  }
  return value;
}

import { type ParseArgsConfig, parseArgs } from 'node:util';
import { didYouMean } from './nearest.js';
import { UsageError } from './usage-error.js';

/** `parseArgs` whose complaints are the user's mistakes. @throws UsageError */
export function parseArguments<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs({ ...config, args: withNumbers(config.args ?? [], config.options ?? {}) }) as ReturnType<
      typeof parseArgs<T>
    >;
  } catch (error) {
    const [what = ''] = (error as Error).message.split(/\.\s/); // advice follows, some of it on lines of its own
    const [, valueless] = /^Option '(.*)' argument is ambiguous/.exec(what) ?? [];
    if (valueless !== undefined)
      throw new UsageError(`${valueless} needs a value (one that begins with - is written ${valueless}=VALUE)`);
    const isMeant = config.allowPositionals && /^Unknown option '-[^-]/.test(what); // perhaps: we have no short ones but -h
    const [, unknown] = /^Unknown option '--([^']+)'/.exec(what) ?? [];
    const meant = unknown === undefined ? '' : didYouMean(unknown, Object.keys(config.options ?? {}), '--');
    throw new UsageError(
      `${inOurWords(what)}${meant} (see --help${isMeant ? '; an argument that begins with - goes behind --' : ''})`,
    );
  }
}

/** What Node says of an argument, in the form of all other messages. */
function inOurWords(complaint: string): string {
  return complaint
    .replace(/^Option '(--\S+) <value>' argument missing/, '$1 needs a value')
    .replace(/^Option '(?:-\w, )?(--[^']+)' does not take an argument/, '$1 takes no value')
    .replace(/^(Unknown option|Unexpected argument) '(.*)'/, (_, what, name) => `${what.toLowerCase()} "${name}"`);
}

/** `--timeout -5` as `--timeout=-5`: no option is a number, so it is a value, and whoever reads it says what is wrong with it. */
function withNumbers(args: readonly string[], options: NonNullable<ParseArgsConfig['options']>): string[] {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  const joined: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const [arg = '', next = ''] = args.slice(i, i + 2);
    const takesValue = i < end && arg.startsWith('--') && options[arg.slice(2)]?.type === 'string';
    if (takesValue && /^-\d/.test(next)) joined.push(`${arg}=${args[++i]}`);
    else joined.push(arg);
  }
  return joined;
}

/**
 * The positional arguments, as a usage line names them: `TOPIC`, `[MESSAGE]` for one that may be left out, `[TICKET…]` for any number.
 *
 * @throws UsageError that names what is missing or too much
 */
export function positional(given: readonly string[], ...names: string[]): string[] {
  const needed = names.filter((name) => !name.startsWith('['));
  const atMost = names.at(-1)?.endsWith('…]') ? Number.POSITIVE_INFINITY : names.length;
  if (given.length < needed.length) throw new UsageError(`${needed[given.length]} is missing (see --help)`);
  if (given.length > atMost) throw new UsageError(`unexpected argument ${JSON.stringify(given[atMost])} (see --help)`);
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

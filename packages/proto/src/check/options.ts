import { describe } from './describe.js';
import { nearest } from './nearest.js';
import type { Check } from './values.js';

/** What each option must be. Every option has its line, so one that is forgotten here does not compile. */
export type Checks<T> = { readonly [K in keyof Required<T>]: Check };

/**
 * Refuses options before anything is done: what is not an object, unknown names (the error has the nearest known one), and values that are not what
 * they should be. An option that is `undefined` counts as left out.
 *
 * @param what - Whose options these are, for messages: `subscribe`.
 * @throws TypeError or RangeError that names the option and says what it should be.
 *
 * @example
 * ```ts
 * checkOptions('subscribe', { ehco: true }, { echo: aBoolean });
 * // TypeError: subscribe has no option "ehco"; did you mean "echo"?
 * ```
 */
export function checkOptions<T>(what: string, options: T, checks: Checks<T>): void {
  if (options === undefined) return;
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`the options of ${what} must be an object, got ${describe(options)}`);
  }
  const kind = kindOf(options);
  if (kind !== 'Object') {
    const hint = kind === 'AbortSignal' && Object.hasOwn(checks, 'signal') ? '; did you mean { signal }?' : '';
    throw new TypeError(`the options of ${what} must be a plain object, got one of ${kind}${hint}`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(checks, name)) throw unknownName(`${what} has no option`, name, Object.keys(checks));
    if (value !== undefined) checks[name as keyof T](name, value);
  }
}

/** `AbortSignal`, `Map`: an object without properties of its own would pass for options that are all left out. */
function kindOf(value: object): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

/** The error for an unknown name. It has the known one that was probably meant. */
export function unknownName(problem: string, name: string, known: readonly string[]): TypeError {
  const meant = nearest(name, known);
  const hint = meant === undefined ? `; there are: ${known.join(', ')}` : `; did you mean ${JSON.stringify(meant)}?`;
  return new TypeError(`${problem} ${JSON.stringify(name)}${hint}`);
}

/** Options without those that are `undefined`: so that spreading them over defaults keeps the defaults. */
export function given<T extends object>(options: T): Given<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Given<T>;
}

type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Options with all defaults filled in. */
export type Complete<T> = { [K in keyof T]-?: Exclude<T[K], undefined> };

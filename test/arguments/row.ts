import type { Anything } from './mistakes.js';
import type { Kind } from './wrong.js';

/** An argument: its name in errors, a valid value, and what it should be. */
export type Argument = readonly [name: string, right: unknown, kind: Kind];

/** One callable of the public surface, and its arguments. Each argument is tried with everything that it must not be. */
export type Row = readonly [callable: string, args: readonly Argument[], call: (...args: Anything[]) => unknown];

import type { Reader } from './reader.js';
import type { Writer } from './writer.js';

/**
 * How one type is laid out in bytes. The combinators of this package make schemas; a type with a representation of its
 * own may implement the interface directly.
 *
 * Written with methods on purpose: TypeScript compares method parameters loosely, so a `Schema<string>` is a
 * `Schema<unknown>` and combinators can hold mixed lists without casts.
 */
export interface Schema<T> {
  /** The fewest bytes that any value takes. A `seq` refuses elements that can be empty, so that a count costs input. */
  readonly minLength: number;
  /**
   * Checks that `value` fits this schema and says how many bytes it takes.
   *
   * @throws TypeError when the value has the wrong type.
   * @throws RangeError when it has the right type and cannot be represented.
   */
  size(value: T): number;
  /** Writes a value that `size` has accepted. */
  write(writer: Writer, value: T): void;
  /** Reads one value and leaves the reader behind it. */
  read(reader: Reader): T;
}

/**
 * The TypeScript type of a schema's values.
 *
 * @example
 * ```ts
 * const point = struct({ x: u16, y: u16 });
 * type Point = Infer<typeof point>; // { readonly x: number; readonly y: number }
 * ```
 */
export type Infer<S> = S extends Schema<infer T> ? T : never;

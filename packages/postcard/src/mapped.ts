import { checkSchema, wrongType } from './check.js';
import { DecodeError, InvalidValueError } from './error.js';
import type { Reader } from './reader.js';
import type { Schema } from './schema.js';
import type { Writer } from './writer.js';

/** The two directions of a change of representation. */
export interface Mapping<Wire, Value> {
  /**
   * From what is on the wire to what the program works with. Whatever it throws becomes the `cause` of an
   * {@link InvalidValueError}, so this is the place to refuse values that are well-formed and wrong.
   */
  decode(wire: Wire): Value;
  /** The way back. It should throw a `TypeError` or `RangeError` for a value that has no wire form. */
  encode(value: Value): Wire;
}

/**
 * The bytes of one schema with another representation in the program. `encode` is called twice for each encoding (to
 * measure and to write).
 *
 * @example
 * ```ts
 * const even = mapped(u16, {
 *   decode(wire) {
 *     if (wire % 2 !== 0) throw new RangeError(`${wire} is odd`);
 *     return wire;
 *   },
 *   encode: (value) => value,
 * });
 * ```
 */
export function mapped<Wire, Value>(inner: Schema<Wire>, mapping: Mapping<Wire, Value>): Schema<Value> {
  CHECK: checkSchema('inner', inner);
  CHECK: if (typeof mapping?.decode !== 'function' || typeof mapping.encode !== 'function')
    throw wrongType('mapping', '{ decode, encode }', mapping);
  return {
    minLength: inner.minLength,
    size(value: Value): number {
      return inner.size(mapping.encode(value));
    },
    write(writer: Writer, value: Value): void {
      inner.write(writer, mapping.encode(value));
    },
    read(reader: Reader): Value {
      const { offset } = reader;
      const wire = inner.read(reader);
      try {
        return mapping.decode(wire);
      } catch (cause) {
        if (cause instanceof DecodeError) throw cause;
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new InvalidValueError(`invalid value: ${why}`, offset, { cause });
      }
    },
  };
}

import { checkBytes, checkSchema, checkWhole } from './check.js';
import { Reader } from './reader.js';
import type { Schema } from './schema.js';
import { Writer } from './writer.js';

/**
 * Bytes that the encoding of a value takes, without encoding it.
 *
 * @throws TypeError or RangeError when the value does not fit the schema.
 */
export function encodedLength<T>(schema: Schema<T>, value: T): number {
  CHECK: checkSchema('schema', schema);
  return schema.size(value);
}

/**
 * Encodes a value into a buffer of exactly its size. Varints take their shortest form.
 *
 * @throws TypeError or RangeError when the value does not fit the schema; nothing has been allocated then.
 *
 * @example
 * ```ts
 * encode(struct({ id: u32, name: string }), { id: 300, name: 'hi' }); // ac 02 02 68 69
 * ```
 */
export function encode<T>(schema: Schema<T>, value: T): Uint8Array {
  CHECK: checkSchema('schema', schema);
  const writer = new Writer(new Uint8Array(schema.size(value)));
  schema.write(writer, value);
  return writer.bytes;
}

/**
 * Encodes a value into a buffer of the caller's, from `offset` on, and returns the offset behind it: for frames that put
 * something in front.
 *
 * @throws RangeError when the buffer is too short; it is unchanged then.
 */
export function encodeInto<T>(schema: Schema<T>, value: T, target: Uint8Array, offset: number): number {
  CHECK: checkSchema('schema', schema);
  checkBytes('target', target);
  const length = schema.size(value);
  CHECK: checkWhole('offset', offset);
  if (offset + length > target.length) {
    throw new RangeError(`the buffer has ${target.length - offset} bytes left, the value takes ${length}`);
  }
  const writer = new Writer(target, offset);
  schema.write(writer, value);
  return writer.offset;
}

/**
 * Decodes one value from the start of the input and ignores what follows it, as Rust's `postcard::from_bytes` does.
 *
 * Byte strings in the result are views into the input; see `bytes`.
 *
 * @throws DecodeError (one of its subclasses) when the input is not such a value: nothing else, whatever the bytes. TypeError when the
 *   input is not a Uint8Array.
 */
export function decode<T>(schema: Schema<T>, input: Uint8Array): T {
  CHECK: checkSchema('schema', schema);
  checkBytes('input', input);
  return schema.read(new Reader(input));
}

/**
 * Decodes one value and also returns the bytes behind it (a view), as Rust's `postcard::take_from_bytes` does.
 *
 * @throws DecodeError as {@link decode} does.
 */
export function decodeWithRest<T>(schema: Schema<T>, input: Uint8Array): { value: T; rest: Uint8Array } {
  CHECK: checkSchema('schema', schema);
  checkBytes('input', input);
  const reader = new Reader(input);
  const value = schema.read(reader);
  return { value, rest: input.subarray(reader.offset) };
}

import { checkBytes, wrongType } from './check.js';
import type { Reader } from './reader.js';
import type { Schema } from './schema.js';
import { utf8Length } from './utf8.js';
import { varintLength } from './varint.js';
import type { Writer } from './writer.js';

/**
 * Bytes of any number: a varint length, then the bytes.
 *
 * Decoding copies nothing: the result is a view (`subarray`) into the input, so it changes when the input's buffer is
 * reused and it keeps that buffer alive. Copy it (`slice`) to keep it longer than the input.
 */
export const bytes: Schema<Uint8Array> = {
  minLength: 1,
  size(value) {
    checkBytes('bytes', value);
    return varintLength(value.length) + value.length;
  },
  write(writer: Writer, value) {
    writer.varint(value.length);
    writer.raw(value);
  },
  read(reader: Reader) {
    return reader.raw(reader.count());
  },
};

/** Exactly 32 raw bytes (a Rust `[u8; 32]`: no length on the wire). Decodes to a view into the input, as {@link bytes} does. */
export const array32: Schema<Uint8Array> = {
  minLength: 32,
  size(value) {
    checkBytes('array32', value);
    if (value.length !== 32) throw new RangeError(`array32 must have 32 bytes, got ${value.length}`);
    return 32;
  },
  write(writer: Writer, value) {
    writer.raw(value);
  },
  read(reader: Reader) {
    return reader.raw(32);
  },
};

/** Text: a varint byte length, then strict UTF-8. A string with a lone surrogate cannot be encoded (`RangeError`). */
export const string: Schema<string> = {
  minLength: 1,
  size(value) {
    if (typeof value !== 'string') throw wrongType('string', 'a string', value);
    const length = utf8Length(value);
    return varintLength(length) + length;
  },
  write(writer: Writer, value) {
    writer.varint(utf8Length(value));
    writer.utf8(value);
  },
  read(reader: Reader) {
    return reader.utf8(reader.count());
  },
};

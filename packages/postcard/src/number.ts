import type { Reader } from './reader.js';
import type { Schema } from './schema.js';
import { varintLength, varintLengthBig } from './varint.js';
import type { Writer } from './writer.js';

function checkInteger(name: string, value: unknown, max: number): void {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number, got ${typeof value}`);
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new RangeError(`${name} must be an integer from 0 to ${max}, got ${value}`);
  }
}

/** An integer from 0 to 255: the byte itself. */
export const u8: Schema<number> = {
  minLength: 1,
  size(value) {
    if (!(value >= 0 && value <= 0xff) || (value | 0) !== value) checkInteger('u8', value, 0xff);
    return 1;
  },
  write(writer: Writer, value) {
    writer.byte(value);
  },
  read(reader: Reader) {
    return reader.byte();
  },
};

/** An integer from 0 to 65,535 as a varint of one to three bytes. */
export const u16: Schema<number> = {
  minLength: 1,
  size(value) {
    if (!(value >= 0 && value <= 0xffff) || (value | 0) !== value) checkInteger('u16', value, 0xffff);
    return value < 0x80 ? 1 : value < 0x4000 ? 2 : 3;
  },
  write(writer: Writer, value) {
    writer.varint(value);
  },
  read(reader: Reader) {
    return reader.u16();
  },
};

/** An integer from 0 to 4,294,967,295 as a varint of one to five bytes. */
export const u32: Schema<number> = {
  minLength: 1,
  size(value) {
    checkInteger('u32', value, 0xffff_ffff);
    return varintLength(value);
  },
  write(writer: Writer, value) {
    writer.varint(value);
  },
  read(reader: Reader) {
    return reader.u32();
  },
};

const U64_MAX = 0xffff_ffff_ffff_ffffn;

/** A `bigint` from 0 to 2^64 - 1 as a varint of one to ten bytes. */
export const u64: Schema<bigint> = {
  minLength: 1,
  size(value) {
    if (typeof value !== 'bigint') throw new TypeError(`u64 must be a bigint, got ${typeof value}`);
    if (value < 0n || value > U64_MAX) throw new RangeError(`u64 must be from 0 to ${U64_MAX}, got ${value}`);
    return varintLengthBig(value);
  },
  write(writer: Writer, value) {
    writer.varintBig(value);
  },
  read(reader: Reader) {
    return reader.u64();
  },
};

/** A boolean: one byte, 0 or 1. */
export const bool: Schema<boolean> = {
  minLength: 1,
  size(value) {
    if (typeof value !== 'boolean') throw new TypeError(`bool must be a boolean, got ${typeof value}`);
    return 1;
  },
  write(writer: Writer, value) {
    writer.byte(value ? 1 : 0);
  },
  read(reader: Reader) {
    return reader.bool();
  },
};

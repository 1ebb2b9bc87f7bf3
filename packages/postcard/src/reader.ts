import { checkBytes, checkWhole } from './check.js';
import { BadBoolError, BadOptionError, BadVarintError, UnexpectedEndError } from './error.js';
import { readUtf8 } from './utf8.js';

/** Takes primitives one after the other out of bytes that nobody has vouched for. */
export class Reader {
  readonly bytes: Uint8Array;
  /** Where the next item begins. */
  offset: number;

  constructor(bytes: Uint8Array, offset = 0) {
    CHECK: checkBytes('bytes', bytes);
    CHECK: checkWhole('offset', offset);
    this.bytes = bytes;
    this.offset = offset;
  }

  /** Reads one raw byte. */
  byte(): number {
    const { bytes, offset } = this;
    if (offset >= bytes.length) throw new UnexpectedEndError('expected a byte', offset);
    this.offset = offset + 1;
    return bytes[offset] as number;
  }

  /** Reads a boolean: one raw byte, 0 or 1. */
  bool(): boolean {
    const { offset } = this;
    const value = this.byte();
    if (value > 1) throw new BadBoolError(`expected 0 or 1 for a boolean, got ${value}`, offset);
    return value === 1;
  }

  /** Reads the tag of an option, one raw byte; true when a value follows. */
  optionTag(): boolean {
    const { offset } = this;
    const value = this.byte();
    if (value > 1) throw new BadOptionError(`expected 0 or 1 for the tag of an option, got ${value}`, offset);
    return value === 1;
  }

  /** Reads a varint of at most 16 bits. */
  u16(): number {
    const { bytes, offset } = this;
    const first = bytes[offset];
    if (first !== undefined && first < 0x80) {
      this.offset = offset + 1;
      return first;
    }
    return this.#longVarint(3, 0x03);
  }

  /** Reads a varint of at most 32 bits. */
  u32(): number {
    const { bytes, offset } = this;
    const first = bytes[offset];
    if (first !== undefined && first < 0x80) {
      this.offset = offset + 1;
      return first;
    }
    return this.#longVarint(5, 0x0f);
  }

  /** Reads a varint of at most 64 bits. */
  u64(): bigint {
    const start = this.offset;
    let value = 0n;
    for (let i = 0n; ; i++) {
      if (this.offset >= this.bytes.length) throw new UnexpectedEndError('the input ends inside a varint', start);
      const byte = this.bytes[this.offset++] as number;
      if (i === 9n && byte > 0x01) throw new BadVarintError('the varint does not fit into 64 bits', start);
      value |= BigInt(byte & 0x7f) << (7n * i);
      if (byte < 0x80) return value;
    }
  }

  /**
   * Reads a count or a length: a 64-bit varint as a number. Above 2^53 the result is rounded, which no one can notice:
   * it is only ever compared with the bytes that are left.
   */
  count(): number {
    const { bytes, offset } = this;
    const first = bytes[offset];
    if (first !== undefined && first < 0x80) {
      this.offset = offset + 1;
      return first;
    }
    return this.#longVarint(10, 0x01);
  }

  /**
   * Takes the next `length` bytes as a view into the input, without copying.
   *
   * @throws UnexpectedEndError when fewer are left.
   */
  raw(length: number): Uint8Array {
    const offset = this.skip(length);
    return this.bytes.subarray(offset, offset + length);
  }

  /**
   * Steps over the next `length` bytes and returns where they begin, for schemas that take them from `bytes` themselves.
   *
   * @throws UnexpectedEndError when fewer are left.
   */
  skip(length: number): number {
    const { offset } = this;
    if (typeof length !== 'number' || !(length >= 0 && length <= this.bytes.length - offset)) {
      checkWhole('length', length);
      throw new UnexpectedEndError(`expected ${length} bytes, got ${this.bytes.length - offset}`, offset);
    }
    this.offset = offset + length;
    return offset;
  }

  /** Takes the next `length` bytes as UTF-8. */
  utf8(length: number): string {
    const offset = this.skip(length);
    return readUtf8(this.bytes, offset, offset + length);
  }

  /**
   * The decoder of postcard 1.1.3: up to `maxBytes` bytes, of which the last may be at most `lastByteLimit`. Forms that
   * are longer than necessary pass within that limit.
   */
  #longVarint(maxBytes: number, lastByteLimit: number): number {
    const start = this.offset;
    let value = 0;
    let factor = 1;
    for (let i = 1; ; i++) {
      if (this.offset >= this.bytes.length) throw new UnexpectedEndError('the input ends inside a varint', start);
      const byte = this.bytes[this.offset++] as number;
      if (i === maxBytes && byte > lastByteLimit) {
        throw new BadVarintError('the varint is too long or too large for its type', start);
      }
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 0x80;
    }
  }
}

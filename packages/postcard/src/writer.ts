import { checkBytes, checkWhole } from './check.js';
import { writeUtf8 } from './utf8.js';

/** Up to here a plain loop beats the call of `TypedArray.prototype.set`. */
const SHORT_COPY = 48;

/**
 * Puts primitives one after the other into a buffer that is large enough: schemas measure first, so nothing here checks
 * for room, or whether an argument is what it should be: `size` has seen to that.
 */
export class Writer {
  readonly bytes: Uint8Array;
  /** Where the next byte goes. */
  offset: number;

  constructor(bytes: Uint8Array, offset = 0) {
    CHECK: checkBytes('bytes', bytes);
    CHECK: checkWhole('offset', offset);
    this.bytes = bytes;
    this.offset = offset;
  }

  /** Writes one raw byte. */
  byte(value: number): void {
    this.bytes[this.offset++] = value;
  }

  /** Writes an unsigned integer below 2^53 in the shortest varint form, the only one an encoder may produce. */
  varint(value: number): void {
    const { bytes } = this;
    let rest = value;
    // Bit operations are exact only below 2^31; larger values come down to it by division first.
    while (rest > 0x7fff_ffff) {
      bytes[this.offset++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    while (rest > 0x7f) {
      bytes[this.offset++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[this.offset++] = rest;
  }

  /** Writes an unsigned integer of any size as a varint. */
  varintBig(value: bigint): void {
    let rest = value;
    while (rest > 0x7fn) {
      this.bytes[this.offset++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.bytes[this.offset++] = Number(rest);
  }

  /** Copies bytes as they are, without a length. */
  raw(source: Uint8Array): void {
    const { length } = source;
    if (length <= SHORT_COPY) {
      const { bytes, offset } = this;
      for (let i = 0; i < length; i++) bytes[offset + i] = source[i] as number;
    } else {
      this.bytes.set(source, this.offset);
    }
    this.offset += length;
  }

  /** Writes the UTF-8 form of a well-formed string, without a length. */
  utf8(text: string): void {
    this.offset = writeUtf8(text, this.bytes, this.offset);
  }
}

import { concat } from '../bytes.js';
import { H3, Http3Error } from './codes.js';
import { decodeHuffman } from './huffman.js';
import { STATIC_TABLE } from './qpack-table.js';

/**
 * Header fields in QPACK (RFC 9204) with a dynamic table of size 0, which both sides announce: the static table and literals.
 *
 * @module
 */

/** Field names are lower case; the order is that of the wire. */
export type Fields = readonly (readonly [string, string])[];

/** The most fields of a request that we answer. */
const MAX_FIELDS = 64;

/** Required Insert Count 0, Delta Base 0: nothing refers to a dynamic table. */
const PREFIX = Uint8Array.of(0, 0);

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

class FieldReader {
  #at = 0;
  constructor(readonly bytes: Uint8Array) {}

  get done(): boolean {
    return this.#at === this.bytes.length;
  }

  /** The next byte, which is not taken. */
  peek(): number {
    return this.bytes[this.#at] ?? fail('it is cut off');
  }

  /** An integer in the low bits of a byte, and the bytes after it if it does not fit (RFC 7541, section 5.1). */
  integer(bits: number): number {
    const mask = (1 << bits) - 1;
    let value = this.#byte() & mask;
    if (value < mask) return value;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#byte();
      value += (byte & 0x7f) * 2 ** shift;
      if ((byte & 0x80) === 0) return value;
      if (shift >= 28) fail('an integer is too long');
    }
  }

  /** A string whose length is in the low bits of a byte; the bit above says whether it is Huffman-coded. */
  string(bits: number): string {
    const isHuffman = (this.peek() & (1 << bits)) !== 0;
    const length = this.integer(bits);
    if (this.#at + length > this.bytes.length) fail('a string is cut off');
    const bytes = this.bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    if (!isHuffman) return latin1(bytes);
    try {
      return latin1(decodeHuffman(bytes));
    } catch (error) {
      return fail((error as Error).message);
    }
  }

  #byte(): number {
    const byte = this.peek();
    this.#at++;
    return byte;
  }
}

/** Reads a field section. @throws Http3Error */
export function decodeFields(bytes: Uint8Array): Fields {
  const reader = new FieldReader(bytes);
  const requiredInsertCount = reader.integer(8);
  reader.integer(7); // the base counts only with a dynamic table
  if (requiredInsertCount !== 0) fail('it refers to a dynamic table, which has no room');
  const fields: (readonly [string, string])[] = [];
  while (!reader.done) {
    if (fields.length === MAX_FIELDS) throw new Http3Error(H3.excessiveLoad, `more than ${MAX_FIELDS} header fields`);
    fields.push(decodeField(reader));
  }
  return fields;
}

/** One field line (RFC 9204, section 4.5). */
function decodeField(reader: FieldReader): readonly [string, string] {
  const first = reader.peek();
  if (first & 0x80) {
    if (!(first & 0x40)) fail('it refers to a dynamic table, which has no room');
    return staticField(reader.integer(6));
  }
  if (first & 0x40) {
    if (!(first & 0x10)) fail('it refers to a dynamic table, which has no room');
    const [name] = staticField(reader.integer(4));
    return [name, reader.string(7)];
  }
  if (first & 0x20) {
    const name = reader.string(3);
    return [name, reader.string(7)];
  }
  return fail('it refers to a dynamic table, which has no room');
}

function staticField(index: number): readonly [string, string] {
  return STATIC_TABLE[index] ?? fail(`the static table has no entry ${index}`);
}

function fail(problem: string): never {
  throw new Http3Error(H3.qpackDecompressionFailed, `bad header fields: ${problem}`);
}

/** Writes a field section: static entries where they fit, else literals without Huffman's code. */
export function encodeFields(fields: Fields): Uint8Array {
  return concat(PREFIX, ...fields.map(([name, value]) => encodeField(name, value)));
}

function encodeField(name: string, value: string): Uint8Array {
  const exact = STATIC_TABLE.findIndex((entry) => entry[0] === name && entry[1] === value);
  if (exact >= 0) return encodeInteger(0xc0, 6, exact);
  const named = STATIC_TABLE.findIndex((entry) => entry[0] === name);
  const head = named >= 0 ? encodeInteger(0x50, 4, named) : encodeString(0x20, 3, name);
  return concat(head, encodeString(0, 7, value));
}

function encodeString(flags: number, bits: number, text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  return concat(encodeInteger(flags, bits, bytes.length), bytes);
}

function encodeInteger(flags: number, bits: number, value: number): Uint8Array {
  const mask = (1 << bits) - 1;
  if (value < mask) return Uint8Array.of(flags | value);
  const bytes = [flags | mask];
  let rest = value - mask;
  for (; rest >= 0x80; rest >>>= 7) bytes.push(0x80 | (rest & 0x7f));
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

import { type Reader, Writer } from '@grapevine/postcard';
import { ReconciliationError } from './error.js';
import { KEY_BITS } from './key-set.js';
import { base, type Range, span } from './range.js';

/** Longest frame in bytes. */
export const MAX_FRAME_LENGTH = 32 * 1024;

/** Most keys in one entry; longer lists go on in the next entry. */
export const KEYS_PER_ENTRY = 2048;

/** A frame is handed out at the end of the entry with which it passes this length. With the longest entry it stays below the limit. */
const FULL = 16 * 1024;

/** Bytes of a whole key, and of the sum of a set. */
export const KEY_BYTES = KEY_BITS / 8;

/** Collects entries into frames. */
export class FrameWriter {
  #writer = new Writer(new Uint8Array(MAX_FRAME_LENGTH));

  raw(bytes: Uint8Array): void {
    this.#writer.raw(bytes);
  }

  varint(value: number): void {
    this.#writer.varint(value);
  }

  /** The low bytes of a whole number, the lowest first. */
  integer(value: number, byteLength: number): void {
    let rest = value;
    for (let i = 0; i < byteLength; i++) {
      this.#writer.byte(rest % 256);
      rest = Math.floor(rest / 256);
    }
  }

  /** The bits of the keys that the range does not already say. */
  keys(range: Range, keys: Iterable<number>): void {
    const first = base(range);
    const byteLength = keyLength(range);
    for (const key of keys) this.integer(key - first, byteLength);
  }

  /** The frame, once it is long enough to be sent. Call it between entries. */
  *full(): Generator<Uint8Array, void, undefined> {
    if (this.#writer.offset >= FULL) yield* this.rest();
  }

  /** The last frame, if there is something in it. */
  *rest(): Generator<Uint8Array, void, undefined> {
    const { bytes, offset } = this.#writer;
    if (offset === 0) return;
    this.#writer = new Writer(bytes);
    yield bytes.slice(0, offset);
  }
}

/** Reads a whole number of `byteLength` bytes, the lowest first. @throws DecodeError */
export function readInteger(reader: Reader, byteLength: number): number {
  const at = reader.skip(byteLength);
  let value = 0;
  for (let i = byteLength - 1; i >= 0; i--) value = value * 256 + (reader.bytes[at + i] as number);
  return value;
}

/** Reads keys of a range, which must ascend. @throws DecodeError, ReconciliationError */
export function readKeys(reader: Reader, range: Range, count: number): number[] {
  if (count > KEYS_PER_ENTRY) throw new ReconciliationError('limit', `${count} keys in one entry`);
  const first = base(range);
  const keys: number[] = [];
  let last = -1;
  for (let i = 0; i < count; i++) {
    const rest = readInteger(reader, keyLength(range));
    if (rest <= last || rest >= span(range))
      throw new ReconciliationError('malformed', 'keys must ascend within their range');
    last = rest;
    keys.push(first + rest);
  }
  return keys;
}

function keyLength({ depth }: Range): number {
  return Math.ceil((KEY_BITS - depth) / 8);
}

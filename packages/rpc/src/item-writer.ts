import type { SendStream } from '@grapevine/net';
import { encodedLength, encodeInto, type Schema } from '@grapevine/postcard';
import { ItemTooLargeError } from './errors.js';
import { MAX_ITEM, StreamCode } from './protocol.js';

/** Bytes of a length as a varint. */
function lengthBytes(length: number): number {
  let bytes = 1;
  for (let rest = length; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes++;
  return bytes;
}

/** An item with its length in front. @throws ItemTooLargeError; TypeError or RangeError when the value does not fit the schema */
export function encodeItem<T>(schema: Schema<T>, value: T): Uint8Array {
  const length = encodedLength(schema, value);
  if (length > MAX_ITEM) throw new ItemTooLargeError(length, MAX_ITEM);
  const prefix = lengthBytes(length);
  const item = new Uint8Array(prefix + length);
  let rest = length;
  for (let i = 0; i < prefix; i++) {
    item[i] = (rest & 0x7f) | (i + 1 < prefix ? 0x80 : 0);
    rest >>>= 7;
  }
  encodeInto(schema, value, item, prefix);
  return item;
}

/**
 * Writes an item. An item that can't be written resets the stream, as in irpc, so that the other side does not wait for it.
 *
 * @returns as the stream's `write`: false when more is queued than its high-water mark
 * @throws as {@link encodeItem}; nothing was written then
 */
export function writeItem<T>(stream: SendStream, schema: Schema<T>, value: T): boolean {
  let item: Uint8Array;
  try {
    item = encodeItem(schema, value);
  } catch (error) {
    stream.reset(error instanceof ItemTooLargeError ? StreamCode.tooLarge : StreamCode.unserializable);
    throw error;
  }
  return stream.write(item);
}

import type { Reader, Schema, Writer } from '@grapevine/postcard';
import { aString, someBytes } from '../check/index.js';
import { toHex } from './hex.js';

declare const brand: unique symbol;

/**
 * Names a message: the BLAKE3-256 hash of its content.
 *
 * A string of 16 UTF-16 units with two bytes each (big-endian), because an id is made for each payload and each IHave
 * entry that arrives and then looked up in Maps: that costs a third of what 64 hex digits cost. It compares with `===`,
 * sorts as its bytes do, and does not print: use {@link messageIdToHex} for that.
 */
export type MessageId = string & { readonly [brand]: 'MessageId' };

function read(bytes: Uint8Array, at: number): MessageId {
  const unit = (i: number): number => ((bytes[at + 2 * i] as number) << 8) | (bytes[at + 2 * i + 1] as number);
  return String.fromCharCode(
    unit(0),
    unit(1),
    unit(2),
    unit(3),
    unit(4),
    unit(5),
    unit(6),
    unit(7),
    unit(8),
    unit(9),
    unit(10),
    unit(11),
    unit(12),
    unit(13),
    unit(14),
    unit(15),
  ) as MessageId;
}

/** @throws TypeError, RangeError that name what should be a message id */
export function checkMessageId(name: string, value: MessageId): void {
  aString(name, value);
  if (value.length !== 16) throw new RangeError(`${name} must be a MessageId of 16 units, got ${value.length}`);
}

/**
 * The message id that these 32 bytes stand for.
 *
 * @throws RangeError when there are not 32 bytes.
 */
export function messageIdFromBytes(bytes: Uint8Array): MessageId {
  CHECK: someBytes('bytes', bytes);
  if (bytes.length !== 32) throw new RangeError(`bytes must be the 32 of a message id, got ${bytes.length}`);
  return read(bytes, 0);
}

/** The 32 bytes of a message id. */
export function messageIdToBytes(id: MessageId): Uint8Array {
  CHECK: checkMessageId('id', id);
  const bytes = new Uint8Array(32);
  for (let i = 0; i < 16; i++) {
    const unit = id.charCodeAt(i);
    bytes[2 * i] = unit >> 8;
    bytes[2 * i + 1] = unit & 0xff;
  }
  return bytes;
}

/** A message id as 64 lower-case hex digits, for people. */
export function messageIdToHex(id: MessageId): string {
  return toHex(messageIdToBytes(id));
}

/** Whether these 32 bytes are the bytes of `id`. */
export function messageIdEquals(id: MessageId, bytes: Uint8Array): boolean {
  for (let i = 0; i < 16; i++) {
    if (id.charCodeAt(i) !== (((bytes[2 * i] as number) << 8) | (bytes[2 * i + 1] as number))) return false;
  }
  return true;
}

/** A message id on the wire: 32 raw bytes. */
export const messageIdSchema: Schema<MessageId> = {
  minLength: 32,
  size(value) {
    checkMessageId('a message id', value);
    return 32;
  },
  write(writer: Writer, value) {
    const { bytes } = writer;
    let at = writer.offset;
    for (let i = 0; i < 16; i++) {
      const unit = value.charCodeAt(i);
      bytes[at++] = unit >> 8;
      bytes[at++] = unit & 0xff;
    }
    writer.offset = at;
  },
  read(reader: Reader) {
    const at = reader.skip(32);
    return read(reader.bytes, at);
  },
};

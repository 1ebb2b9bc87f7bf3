import { isBytes, type Schema } from '@grapevine/postcard';
import { checkHex32, fromHex32, toHex } from './hex.js';
import { hexId32 } from './hex-id.js';

declare const brand: unique symbol;

/**
 * Names a topic: 32 bytes of any value, written as 64 lower-case hex digits, so that ids compare with `===`, work as
 * Map keys, print well and sort as their bytes do.
 */
export type TopicId = string & { readonly [brand]: 'TopicId' };

const HEX_32 = /^[0-9a-f]{64}$/i;

/**
 * Reads a topic id from 64 hex digits of either case.
 *
 * @throws TypeError when the text is anything else.
 *
 * @example
 * ```ts
 * const topic = topicId('17'.repeat(32));
 * ```
 */
export function topicId(text: string): TopicId {
  if (typeof text !== 'string' || !HEX_32.test(text)) {
    throw new TypeError(`a topic id is 64 hex digits, got ${JSON.stringify(text)}`);
  }
  return text.toLowerCase() as TopicId;
}

/**
 * The topic id that these 32 bytes stand for.
 *
 * @throws RangeError when there are not 32 bytes.
 */
export function topicIdFromBytes(bytes: Uint8Array): TopicId {
  CHECK: if (!isBytes(bytes)) throw new TypeError(`a topic id has 32 bytes, got ${typeof bytes}`);
  if (bytes.length !== 32) throw new RangeError(`a topic id has 32 bytes, got ${bytes.length}`);
  return toHex(bytes) as TopicId;
}

/** The 32 bytes of a topic id. */
export function topicIdToBytes(topic: TopicId): Uint8Array {
  CHECK: checkHex32(topic, 'topic');
  return fromHex32(topic);
}

/** A topic id on the wire: 32 raw bytes. It is the whole of a stream's header frame. */
export const topicIdSchema = hexId32 as Schema<TopicId>;

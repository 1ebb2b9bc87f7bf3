import { defaultHash, type TopicId, topicId, topicIdFromBytes } from '@grapevine/proto';
import { aString } from '@grapevine/proto/check';

/**
 * The topic that a text means: 64 hex digits are an id, everything else is a name whose BLAKE3 hash is the id.
 *
 * @throws TypeError when it is no text.
 *
 * @example
 * ```ts
 * topicIdFrom('my-room') === topicIdFrom('my-room');
 * topicIdFrom('17'.repeat(32)); // that very id
 * ```
 */
export function topicIdFrom(text: string): TopicId {
  aString('text', text);
  if (/^[0-9a-f]{64}$/i.test(text)) return topicId(text);
  return topicIdFromBytes(defaultHash(new TextEncoder().encode(text)));
}

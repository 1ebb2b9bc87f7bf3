import { ticketKind } from '@grapevine/net/transport';
import { defaultHash, type TopicId, topicId, topicIdFromBytes } from '@grapevine/proto';
import { aString } from '@grapevine/proto/check';

/**
 * The topic that a text means: 64 hex digits are an id, everything else is a name whose BLAKE3 hash is the id.
 *
 * @throws TypeError when it is no text; RangeError when it is a ticket
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
  const kind = ticketKind(text.trim());
  if (kind) throw new RangeError(`text must be the name or the id of a topic, got ${kind}`);
  return topicIdFromBytes(defaultHash(new TextEncoder().encode(text)));
}

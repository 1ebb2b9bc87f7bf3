import { type MessageId, maxPayload } from '@grapevine/proto';
import type { NetMessage } from '../wire.js';

/**
 * Announcements without the payloads that a peer with a smaller limit does not take. It gets those by reconciliation, if it speaks that: asked for here, they
 * could not be sent, and a neighbor that announces what it does not send is dismissed.
 *
 * @param limit - the longest message that the peer takes, in bytes
 * @param payload - the content of what can be asked for
 * @returns undefined when nothing is left
 */
export function announcementsWithin(
  limit: number,
  message: NetMessage,
  payload: (id: MessageId) => Uint8Array | undefined,
): NetMessage | undefined {
  if (message.type !== 'ihave') return message;
  const longest = maxPayload({ maxMessageSize: limit + 1 }, 'swarm'); // messages are shorter than `maxMessageSize`
  const messages = message.messages.filter(({ id }) => (payload(id)?.length ?? 0) <= longest);
  if (messages.length === 0) return undefined;
  return messages.length < message.messages.length ? { ...message, messages } : message;
}

import { type MessageId, maxPayload } from '@grapevine/proto';
import type { NetMessage } from '../wire.js';

/**
 * Leaves out of an announcement the payloads that are longer than the limit of a peer. We could not answer its grafts, and it dismisses a
 * neighbor that announces what it does not send. It hears of those payloads by reconciliation, if it speaks that.
 *
 * @param limit - the longest message that the peer takes, in bytes
 * @param payload - gives the content of a payload that can be asked for
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

import type { MessageId } from '@grapevine/proto';
import { encodeFrame, type NetMessage, PREFIX_LENGTH } from '../wire.js';

/**
 * Announcements without the payloads that a peer with a smaller limit does not take. It gets those by reconciliation, if it speaks that: asked for here, they
 * could not be sent, and a neighbor that announces what it does not send is dismissed.
 *
 * @param payload - the content of what can be asked for
 * @returns undefined when nothing is left
 */
export function announcementsWithin(
  limit: number,
  message: NetMessage,
  payload: (id: MessageId) => Uint8Array | undefined,
): NetMessage | undefined {
  if (message.type !== 'ihave') return message;
  const messages = message.messages.filter(({ id, round }) => {
    const content = payload(id) ?? NOTHING;
    // Without its tag, which is left out where it does not fit.
    return (
      encodeFrame({ type: 'gossip', id, content, scope: { type: 'swarm', round } }).length - PREFIX_LENGTH <= limit
    );
  });
  if (messages.length === 0) return undefined;
  return messages.length < message.messages.length ? { ...message, messages } : message;
}

const NOTHING = new Uint8Array(0);

import type { GossipEvent, TopicSession } from '@grapevine/net';

/** A message, as `messages()` yields it. */
export type GossipMessage = Omit<GossipEvent & { readonly type: 'received' }, 'type'> & {
  /** Messages that were lost since the previous one that anybody has read with `messages()`; `gossip.snapshot().losses` and the events say why. */
  readonly missed: number;
  /** Whether the node was away since then, for so long that nobody knows how many more messages were lost, if any. */
  readonly wasAway: boolean;
};

type Lost = Pick<GossipMessage, 'missed' | 'wasAway'>;

const NOTHING: Lost = { missed: 0, wasAway: false };

/** What each subscription has lost since its last message: who reads the next one is told, also where an earlier reader has given up waiting for it. */
const untold = new WeakMap<TopicSession, Lost>();

/** The messages of a subscription, without changes of neighbors. */
export async function* messagesOf(
  session: TopicSession,
  signal: AbortSignal,
): AsyncGenerator<GossipMessage, undefined> {
  for (;;) {
    const { done, value: event } = await session.next(signal);
    if (done) return undefined;
    const lost = untold.get(session) ?? NOTHING;
    switch (event.type) {
      case 'received': {
        const { content, deliveredFrom, scope } = event;
        untold.delete(session);
        yield { content, deliveredFrom, scope, ...lost };
        break;
      }
      case 'lagged':
        untold.set(session, {
          missed: lost.missed + event.missed,
          wasAway: lost.wasAway || event.reason === 'away',
        });
        break;
      case 'neighborUp':
      case 'neighborDown':
        break;
    }
  }
}

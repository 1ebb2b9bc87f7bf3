import type { GossipEvent, TopicSession } from '@grapevine/net';

/** A message, as `messages()` yields it. */
export type GossipMessage = Omit<GossipEvent & { readonly type: 'received' }, 'type'> & {
  /** Messages that this reader lost since the previous one; `gossip.snapshot().losses` and the events say why. */
  readonly missed: number;
  /** Whether the node was away since then, for so long that nobody knows how many more messages were lost, if any. */
  readonly wasAway: boolean;
};

/** The messages of a subscription, without changes of neighbors. */
export async function* messagesOf(
  session: TopicSession,
  signal: AbortSignal,
): AsyncGenerator<GossipMessage, undefined> {
  let missed = 0;
  let wasAway = false;
  for (;;) {
    const { done, value: event } = await session.next(signal);
    if (done) return undefined;
    switch (event.type) {
      case 'received': {
        const { content, deliveredFrom, scope } = event;
        yield { content, deliveredFrom, scope, missed, wasAway };
        missed = 0;
        wasAway = false;
        break;
      }
      case 'lagged':
        missed += event.missed;
        if (event.reason === 'away') wasAway = true;
        break;
      case 'neighborUp':
      case 'neighborDown':
        break;
    }
  }
}

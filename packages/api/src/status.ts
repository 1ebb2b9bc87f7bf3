import type { EndpointId, TopicSession } from '@grapevine/net';

/** Whether a topic has neighbors. */
export type TopicStatus =
  /** No neighbor, not yet or not any more. The node goes on looking as long as it knows of anybody. */
  | { readonly type: 'alone' }
  /** What is published reaches others. */
  | { readonly type: 'joined'; readonly neighbors: readonly EndpointId[] };

/** The status now, and after each change. */
export async function* statusOf(session: TopicSession, signal: AbortSignal): AsyncGenerator<TopicStatus, undefined> {
  const reader = session.membership();
  let told: readonly EndpointId[] | undefined;
  try {
    for (;;) {
      signal.throwIfAborted();
      const neighbors = session.neighbors();
      if (told === undefined || !isSame(told, neighbors)) {
        told = neighbors;
        yield neighbors.length === 0 ? { type: 'alone' } : { type: 'joined', neighbors };
      }
      if ((await reader.next(signal)).done) return undefined;
    }
  } finally {
    reader.close();
  }
}

function isSame(some: readonly EndpointId[], others: readonly EndpointId[]): boolean {
  return some.length === others.length && some.every((id, i) => id === others[i]);
}

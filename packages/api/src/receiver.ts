import type { EndpointId, GossipEvent, MembershipEvent, TopicSession } from '@grapevine/net';
import { aSignal, type Checks, checkOptions } from '@grapevine/proto/check';
import { endable } from './endable.js';
import { type GossipMessage, messagesOf } from './messages.js';
import { statusOf, type TopicStatus } from './status.js';

/** How to wait for something. */
export interface WaitOptions {
  /** Ends the wait when aborted. */
  readonly signal?: AbortSignal | undefined;
}

const CHECKS: Checks<WaitOptions> = { signal: aSignal };

/**
 * The receiving half of a topic: an async iterable of events.
 *
 * Events that nobody reads are kept up to the subscription's capacity; then the oldest messages are lost, and a `lagged` event with their
 * number stands in their place. Leaving a `for await` loop leaves the subscription open; another loop goes on where it stopped.
 */
export class GossipReceiver implements AsyncIterable<GossipEvent>, Disposable {
  readonly #session: TopicSession;

  /** @internal */
  constructor(session: TopicSession) {
    this.#session = session;
  }

  /**
   * The next event; done when the topic is closed. When the signal is aborted first, no event is consumed.
   *
   * @throws EndpointClosedError, after what is queued, when the node has lost its endpoint; the signal's reason; TypeError for
   *   unknown options
   */
  async next(options: WaitOptions = {}): Promise<IteratorResult<GossipEvent, undefined>> {
    checkOptions('next', options, CHECKS);
    return await this.#session.next(options.signal);
  }

  /**
   * The messages alone, each with the number of messages lost before it. It shares its position with the topic's events, and skips changes of
   * neighbors; for both, read {@link GossipReceiver.membership} beside it, or the events themselves. `return()` ends a pending `next()`, and takes no
   * message away.
   *
   * @throws while it is read: EndpointClosedError, after what is queued, when the node has lost its endpoint; the signal's reason. TypeError
   *   for unknown options
   *
   * @example
   * ```ts
   * for await (const { content } of topic.messages()) console.log(new TextDecoder().decode(content));
   * ```
   */
  messages(options: WaitOptions = {}): AsyncGenerator<GossipMessage, undefined> {
    checkOptions('messages', options, CHECKS);
    return endable((signal) => messagesOf(this.#session, signal), options.signal);
  }

  /**
   * The changes of neighbors alone, beginning with the current neighbors. Each call gets all of them, independent of other
   * readers. A slow reader may miss a neighbor that came and went in between.
   *
   * @throws as {@link GossipReceiver.messages}
   *
   * @example
   * ```ts
   * for await (const { type, peer } of topic.membership()) console.log(type, peer);
   * ```
   */
  membership(options: WaitOptions = {}): AsyncGenerator<MembershipEvent, undefined> {
    checkOptions('membership', options, CHECKS);
    return endable((signal) => membershipOf(this.#session, signal), options.signal);
  }

  /**
   * The topic's status now, and after each change. A slow reader gets the newest status and not every one in between.
   *
   * @throws as {@link GossipReceiver.messages}
   *
   * @example
   * ```ts
   * for await (const status of topic.status()) {
   *   console.log(status.type === 'joined' ? `${status.neighbors.length} neighbors` : 'looking for somebody');
   * }
   * ```
   */
  status(options: WaitOptions = {}): AsyncGenerator<TopicStatus, undefined> {
    checkOptions('status', options, CHECKS);
    return endable((signal) => statusOf(this.#session, signal), options.signal);
  }

  /** Whether the topic has a neighbor now. */
  get isJoined(): boolean {
    return this.neighbors().length > 0;
  }

  /**
   * Settles when no more events come in. When the node has ended, events that are queued can still be read; a topic that was closed here has
   * given them up. Never rejects.
   */
  get closed(): Promise<void> {
    return this.#session.closed;
  }

  /**
   * Settles when the topic has a neighbor; at once if it has one. Consumes no event.
   *
   * @throws JoinTimeoutError when the signal is an `AbortSignal.timeout` that is over: it names the peers that were tried; otherwise the
   *   signal's reason. TopicClosedError; EndpointClosedError; TypeError for unknown options
   */
  async joined(options: WaitOptions = {}): Promise<void> {
    checkOptions('joined', options, CHECKS);
    return this.#session.joined(options.signal);
  }

  /** The direct neighbors now, also correct after events were lost. None once the topic is closed. */
  neighbors(): readonly EndpointId[] {
    return this.#session.neighbors();
  }

  /** Closes this half. The node leaves the topic when the senders are closed, too. */
  close(): void {
    this.#session.closeReceiver();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [Symbol.asyncIterator](): AsyncIterator<GossipEvent, undefined> {
    return { next: () => this.#session.next() };
  }
}

async function* membershipOf(session: TopicSession, signal: AbortSignal): AsyncGenerator<MembershipEvent, undefined> {
  const reader = session.membership();
  try {
    for (;;) {
      const result = await reader.next(signal);
      if (result.done) return undefined;
      yield result.value;
    }
  } finally {
    reader.close();
  }
}

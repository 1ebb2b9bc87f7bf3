import type { EndpointId, GossipEvent, MembershipEvent, TopicSession } from '@grapevine/net';
import { aSignal, type Checks, checkOptions } from '@grapevine/proto/check';
import { type GossipMessage, messagesOf } from './messages.js';
import { statusOf, type TopicStatus } from './status.js';

/** How to wait for something. */
export interface WaitOptions {
  /** Ends the wait when aborted. */
  readonly signal?: AbortSignal | undefined;
}

const CHECKS: Checks<WaitOptions> = { signal: aSignal };

/**
 * The half of a topic that listens: an async iterable of events.
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
   * The next event; done when the topic is closed. When the signal is aborted first, no event is taken away.
   *
   * @throws EndpointClosedError, after what is queued, when the node has lost its endpoint; the signal's reason; TypeError for options that
   *   there are not
   */
  async next(options: WaitOptions = {}): Promise<IteratorResult<GossipEvent, undefined>> {
    checkOptions('next', options, CHECKS);
    return await this.#session.next(options.signal);
  }

  /**
   * The messages alone, each with how many were lost in front of it. It reads on where the topic's own events were left, and passes changes of
   * neighbors over; for both, read {@link GossipReceiver.membership} beside it, or the events themselves.
   *
   * @throws while it is read: EndpointClosedError, after what is queued, when the node has lost its endpoint; the signal's reason. TypeError
   *   for options that there are not
   *
   * @example
   * ```ts
   * for await (const { content } of topic.messages()) console.log(new TextDecoder().decode(content));
   * ```
   */
  messages(options: WaitOptions = {}): AsyncGenerator<GossipMessage, undefined> {
    checkOptions('messages', options, CHECKS);
    return messagesOf(this.#session, options.signal);
  }

  /**
   * The changes of neighbors alone, beginning with those that are there. Each call reads all of them, and takes nothing away from other
   * readers. For a slow reader, a neighbor that came and went in between may be left out.
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
    return membershipOf(this.#session, options.signal);
  }

  /**
   * How the topic stands: now, and whenever that changes. A slow reader gets the newest and not every one in between.
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
    return statusOf(this.#session, options.signal);
  }

  /** Whether the topic has a neighbor now. */
  get isJoined(): boolean {
    return this.neighbors().length > 0;
  }

  /** Settles when no more events come in: closed here, or ended with the node. What is queued can still be read. Never rejects. */
  get closed(): Promise<void> {
    return this.#session.closed;
  }

  /**
   * Settles when the topic has a neighbor; at once if it has one. Takes no event away.
   *
   * @throws JoinTimeoutError when the signal is an `AbortSignal.timeout` that is over: it names whom the node has tried; otherwise the
   *   signal's reason. TopicClosedError; EndpointClosedError; TypeError for options that there are not
   */
  async joined(options: WaitOptions = {}): Promise<void> {
    checkOptions('joined', options, CHECKS);
    return this.#session.joined(options.signal);
  }

  /** The direct neighbors now: right also after events were lost. None once the topic is closed. */
  neighbors(): readonly EndpointId[] {
    return this.#session.neighbors();
  }

  /** Reads no more. The topic is left when its senders are closed, too. */
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

async function* membershipOf(
  session: TopicSession,
  signal: AbortSignal | undefined,
): AsyncGenerator<MembershipEvent, undefined> {
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

import type { EndpointId, GossipEvent, TopicSession } from '@grapevine/net';
import { aSignal, checkOptions } from '@grapevine/proto/check';

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
  async next(options: { readonly signal?: AbortSignal } = {}): Promise<IteratorResult<GossipEvent, undefined>> {
    checkOptions('next', options, { signal: aSignal });
    return await this.#session.next(options.signal);
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
  async joined(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    checkOptions('joined', options, { signal: aSignal });
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

import type { GossipSender, TopicId } from '@grapevine/api';

interface Waiter {
  readonly items: number;
  done(): void;
}

/**
 * How many items of one connection the server has handled, so that clients read their own writes: what a client asks on
 * its control connection is answered after them.
 */
export class Progress {
  /** Longest broadcast that the node takes; known once a topic was joined. */
  maxContentLength: number | undefined;
  /** Whether the node was shut down. */
  isClosed = false;
  /** Commands that the node did not carry out. */
  dropped = 0;
  #handled = 0;
  #ended = false;
  readonly #waiters = new Set<Waiter>();
  readonly #senders = new Map<TopicId, Set<GossipSender>>();

  /** Requests and commands that were handled; undefined when the connection is over. */
  get items(): number | undefined {
    return this.#ended ? undefined : this.#handled;
  }

  /** One of the connection's senders for a topic. */
  senderOf(topic: TopicId): GossipSender | undefined {
    return this.#senders.get(topic)?.values().next().value;
  }

  /** The connection is subscribed to a topic once more. @returns a function for the end of that */
  subscribed(topic: TopicId, sender: GossipSender): () => void {
    const senders = this.#senders.get(topic) ?? new Set();
    this.#senders.set(topic, senders.add(sender));
    return () => {
      senders.delete(sender);
      if (senders.size === 0 && this.#senders.get(topic) === senders) this.#senders.delete(topic);
    };
  }

  /** One more request or command was handled. */
  handled(): void {
    this.#handled++;
    this.#wake();
  }

  /** Settles when this many were handled, no more will come, or the time is up. */
  reached(items: number, timeoutMs: number): Promise<void> {
    if (this.#ended || items <= this.#handled) return Promise.resolve();
    return new Promise((resolve) => {
      const waiter: Waiter = {
        items,
        done: () => {
          clearTimeout(timer);
          this.#waiters.delete(waiter);
          resolve();
        },
      };
      const timer = setTimeout(waiter.done, timeoutMs);
      this.#waiters.add(waiter);
    });
  }

  /** The connection is over. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  #wake(): void {
    for (const waiter of this.#waiters) if (this.#ended || waiter.items <= this.#handled) waiter.done();
  }
}

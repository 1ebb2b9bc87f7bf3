import { type Deferred, deferred } from '@grapevine/net';

interface Waiter {
  readonly items: number;
  readonly reached: Deferred<void>;
}

/**
 * How far the server has come with what one connection brought, so that a client can see its own writes: whatever it asks on
 * its other connection is answered after them.
 */
export class Progress {
  /** Longest broadcast that the node takes; known once a topic was joined. */
  maxContentLength: number | undefined;
  #handled = 0;
  #waiters: Waiter[] = [];

  /** One more request or command has been dealt with. */
  handled(): void {
    this.#handled++;
    this.#waiters = this.#waiters.filter(({ items, reached }) => {
      if (items <= this.#handled) reached.resolve();
      return items > this.#handled;
    });
  }

  /** Settles when so many have been dealt with, or no more will come. */
  reached(items: number): Promise<void> {
    if (items <= this.#handled) return Promise.resolve();
    const waiter = { items, reached: deferred() };
    this.#waiters.push(waiter);
    return waiter.reached.promise;
  }

  /** The connection is over. */
  end(): void {
    for (const { reached } of this.#waiters.splice(0)) reached.resolve();
    this.#handled = Number.POSITIVE_INFINITY;
  }
}

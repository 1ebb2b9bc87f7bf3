import { AsyncQueue } from '../util/async-queue.js';
import type { GossipEvent } from './service.js';

/**
 * The events that one reader has not read yet. Bounded: a reader that lags loses the oldest and is told how many.
 */
export class EventQueue {
  readonly #capacity: number;
  readonly #events = new AsyncQueue<GossipEvent>();
  #missed = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  push(event: GossipEvent): void {
    if (this.#events.size >= this.#capacity) {
      this.#events.shift();
      this.#missed++;
    }
    this.#events.push(event);
  }

  next(): Promise<IteratorResult<GossipEvent, undefined>> {
    if (this.#missed > 0) {
      const missed = this.#missed;
      this.#missed = 0;
      return Promise.resolve({ done: false, value: { type: 'lagged', missed } });
    }
    return this.#events.next() as Promise<IteratorResult<GossipEvent, undefined>>;
  }

  /** What is queued can still be read, then the end. */
  end(): void {
    this.#events.end();
  }

  /** Nobody reads any more. */
  discard(): void {
    void this.#events.return();
  }
}

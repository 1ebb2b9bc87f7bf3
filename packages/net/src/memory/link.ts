import type { Clock, ClockTimer } from '../util/clock.js';

/**
 * One direction of an in-memory connection: first in, first out, each item one latency later.
 *
 * A held link keeps its items, as QUIC would retransmit them, until it is released.
 */
export class Link<T> {
  readonly #clock: Clock;
  readonly #latencyMs: () => number;
  readonly #deliver: (item: T) => void;
  #items: Array<{ readonly at: number; readonly item: T }> = [];
  #timer: ClockTimer | undefined;
  #held = false;
  #lastAt = 0;

  constructor(clock: Clock, latencyMs: () => number, deliver: (item: T) => void) {
    this.#clock = clock;
    this.#latencyMs = latencyMs;
    this.#deliver = deliver;
  }

  send(item: T): void {
    this.#lastAt = Math.max(this.#lastAt, this.#clock.now() + this.#latencyMs());
    this.#items.push({ at: this.#lastAt, item });
    this.#arm();
  }

  /** Nothing arrives until {@link Link.release}. */
  hold(): void {
    this.#held = true;
    this.#disarm();
  }

  release(): void {
    this.#held = false;
    this.#arm();
  }

  /** Drops what is under way. */
  cut(): void {
    this.#items = [];
    this.#disarm();
  }

  #arm(): void {
    const head = this.#items[0];
    if (this.#held || this.#timer || !head) return;
    const wait = head.at - this.#clock.now();
    this.#timer = wait > 0 ? this.#clock.setTimer(this.#run, wait) : this.#clock.defer(this.#run);
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  readonly #run = (): void => {
    this.#disarm();
    const now = this.#clock.now();
    let due = 0;
    while (due < this.#items.length && (this.#items[due]?.at ?? 0) <= now) due++;
    for (const { item } of this.#items.splice(0, due)) this.#deliver(item);
    this.#arm();
  };
}

import type { Clock } from '../../util/clock.js';

/** What is remembered; the oldest go first. */
const MAX_KEYS = 4_096;

/** Lets something be done once in a while only: for each peer, say. */
export class Pauses {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #doneAt = new Map<string, number>();

  /** @param ms how long a pause is */
  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#ms = ms;
  }

  /** How long it is to wait, in milliseconds; 0: it may be done, and counts as done. */
  wait(key: string): number {
    const now = this.#clock.now();
    const doneAt = this.#doneAt.get(key);
    if (doneAt !== undefined && now < doneAt + this.#ms) return doneAt + this.#ms - now;
    this.#doneAt.delete(key);
    this.#doneAt.set(key, now);
    const [oldest] = this.#doneAt.keys();
    if (this.#doneAt.size > MAX_KEYS && oldest !== undefined) this.#doneAt.delete(oldest);
    return 0;
  }
}

import type { TopicId } from '@grapevine/proto';
import type { Clock, ClockTimer } from '../util/clock.js';
import { type Deferred, deferred } from '../util/deferred.js';

/** How long we stay in a topic after its last user has left, in milliseconds, besides a round trip to its neighbors. */
const STAYS_MS = 100;

/** Of a round trip, so much counts, in milliseconds: a path that loses a lot makes it seconds. */
const MAX_RTT_MS = 200;

/** A topic in which nothing was said for this long, in milliseconds, is left at once. */
const QUIET_MS = 1_000;

/**
 * Topics that nobody here uses any more, and that we leave in a moment. Where many leave at once, all neighbors of one may be among them: its last words
 * are on their way to nodes that are leaving, and are lost where those pass on nothing more.
 */
export class LeavingTopics {
  readonly #clock: Clock;
  readonly #quit: (topic: TopicId) => void;
  readonly #leaving = new Map<TopicId, ClockTimer>();
  #none: Deferred<void> | undefined;

  constructor(clock: Clock, quit: (topic: TopicId) => void) {
    this.#clock = clock;
    this.#quit = quit;
  }

  has(topic: TopicId): boolean {
    return this.#leaving.has(topic);
  }

  /**
   * Leaves a topic.
   *
   * @param saidAt when the last payload came or went, by the clock
   * @param rttMs the longest round trip to one of its neighbors, in milliseconds
   */
  leave(topic: TopicId, saidAt: number, rttMs: number): void {
    if (this.#clock.now() - saidAt >= QUIET_MS) return this.#quit(topic);
    this.#leaving.set(
      topic,
      this.#clock.setTimer(() => this.hurry(topic), STAYS_MS + Math.min(rttMs, MAX_RTT_MS)),
    );
  }

  /** Leaves a topic now, if it is one of them: somebody enters it anew, or nothing can be sent any more. */
  hurry(topic: TopicId): void {
    const timer = this.#leaving.get(topic);
    if (!timer) return;
    timer.cancel();
    this.#leaving.delete(topic);
    this.#quit(topic);
    if (this.#leaving.size > 0) return;
    this.#none?.resolve();
    this.#none = undefined;
  }

  /** The same with all. */
  hurryAll(): void {
    for (const topic of [...this.#leaving.keys()]) this.hurry(topic);
  }

  /** Settles when all are left. */
  async left(): Promise<void> {
    if (this.#leaving.size === 0) return;
    this.#none ??= deferred();
    await this.#none.promise;
  }
}

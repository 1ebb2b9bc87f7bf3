import type { Clock } from '../../util/clock.js';
import { type Deferred, deferred } from '../../util/deferred.js';
import { SLICE_US } from './limits.js';

/** Bounds how long messages are handled without a pause, over all peers: timers, sockets and users get their turn in between. */
export class Turn {
  readonly #clock: Clock;
  #work = 0;
  #isRunning = false;
  #next: Deferred<void> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A message was handled that costs so many microseconds by estimate. */
  spend(work: number): void {
    this.#work += work;
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#clock.defer(() => {
      this.#isRunning = false;
      this.#work = 0;
      this.#next?.resolve();
      this.#next = undefined;
    });
  }

  /** Whether the slice is used up. */
  get isOver(): boolean {
    return this.#work >= SLICE_US;
  }

  /** Settles when the next slice begins. */
  next(): Promise<void> {
    if (!this.#isRunning) return Promise.resolve();
    this.#next ??= deferred();
    return this.#next.promise;
  }
}

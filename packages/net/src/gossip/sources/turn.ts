import type { Clock } from '../../util/clock.js';
import { type Deferred, deferred } from '../../util/deferred.js';
import { SLICE_LOOK_US, SLICE_US } from './limits.js';

/**
 * Bounds how long messages are handled without a pause, over all peers: timers, sockets and users get their turn in between.
 *
 * Estimates of the work decide. Now and then the clock is asked as well, so that a wrong estimate costs no more than a few milliseconds.
 */
export class Turn {
  readonly #clock: Clock;
  #work = 0;
  #began = 0;
  /** The estimated work at which the clock is asked next. */
  #lookAt = 0;
  #isLate = false;
  #isRunning = false;
  #next: Deferred<void> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A message was handled. @param work what it costs by estimate, in microseconds */
  spend(work: number): void {
    this.#work += work;
    if (this.#isRunning) this.#look();
    // A few messages cost less than a call in the next turn of the event loop, which each of them would cause at rest.
    else if (this.#work >= SLICE_LOOK_US) this.#begin();
  }

  /** Whether the slice is used up. */
  get isOver(): boolean {
    return this.#isLate || this.#work >= SLICE_US;
  }

  /** Settles when the next slice begins. */
  next(): Promise<void> {
    if (!this.#isRunning) this.#begin();
    this.#next ??= deferred();
    return this.#next.promise;
  }

  #begin(): void {
    this.#isRunning = true;
    this.#began = this.#clock.now();
    this.#lookAt = this.#work + SLICE_LOOK_US;
    this.#clock.defer(() => {
      this.#isRunning = false;
      this.#work = 0;
      this.#isLate = false;
      this.#next?.resolve();
      this.#next = undefined;
    });
  }

  #look(): void {
    if (this.#work < this.#lookAt) return;
    this.#lookAt = this.#work + SLICE_LOOK_US;
    if ((this.#clock.now() - this.#began) * 1_000 >= SLICE_US) this.#isLate = true;
  }
}

import type { Clock, ClockTimer } from './clock.js';

/**
 * A clock that counts the time in which the machine slept. The monotonic clock of many systems stands still then, and whatever a node remembers would
 * be younger than it is. `TimeWatch` notices the sleep and reports it here.
 */
export class WakingClock implements Clock {
  readonly followUp?: (callback: () => void) => ClockTimer;
  readonly #clock: Clock;
  /** For how long the clock below has stood still, in milliseconds. */
  #stoodMs = 0;
  /** How far the time since the machine started is ahead of that clock, by itself and not by sleeps that were noticed. */
  readonly #aheadMs: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#aheadMs = this.#ahead;
    if (clock.followUp) this.followUp = (callback) => clock.followUp?.(callback) as ClockTimer;
  }

  now(): number {
    return this.#clock.now() + this.#stoodMs;
  }

  wallNow(): number {
    return this.#clock.wallNow();
  }

  setTimer(callback: () => void, delayMs: number): ClockTimer {
    return this.#clock.setTimer(callback, delayMs);
  }

  defer(callback: () => void): ClockTimer {
    return this.#clock.defer(callback);
  }

  /**
   * The wall clock has gone on by so many milliseconds more than `now`. Where the system knows how long it has been up, and that says otherwise, the wall
   * clock was set.
   */
  wallIsAhead(ms: number): void {
    const ahead = this.#ahead;
    this.#stoodMs = ahead === undefined ? this.#stoodMs + ms : ahead - (this.#aheadMs ?? ahead);
  }

  get #ahead(): number | undefined {
    const up = this.#clock.upNow?.();
    return up && up - this.#clock.now();
  }
}

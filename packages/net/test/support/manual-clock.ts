import type { Clock, ClockTimer } from '../../src/util/clock.js';

interface Pending {
  readonly at: number;
  readonly callback: () => void;
}

/**
 * A clock that stands still until a test moves it.
 *
 * Between two timers, and at the end, everything runs that is ready to run: promises, and the immediates in which this package
 * batches its work.
 */
export class ManualClock implements Clock {
  #now = 0;
  readonly #pending = new Set<Pending>();

  now(): number {
    return this.#now;
  }

  setTimer(callback: () => void, delayMs: number): ClockTimer {
    const pending = { at: this.#now + Math.max(0, delayMs), callback };
    this.#pending.add(pending);
    return { cancel: () => this.#pending.delete(pending) };
  }

  /** This machine never sleeps: both clocks show the same. */
  wallNow(): number {
    return this.#now;
  }

  defer(callback: () => void): ClockTimer {
    const immediate = setImmediate(callback);
    return { cancel: () => clearImmediate(immediate) };
  }

  /** How many timers are armed. */
  get timers(): number {
    return this.#pending.size;
  }

  /** Moves the clock by `ms`, and fires the timers on the way. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#now = Math.max(this.#now, next.at);
      this.#pending.delete(next);
      next.callback();
      await settle();
    }
    this.#now = end;
    await settle();
  }

  /** Moves the clock by `ms` without firing a timer: those that are due by then are late. */
  jump(ms: number): void {
    this.#now += ms;
  }

  /** Moves the clock in small steps until a condition holds. @throws when it does not hold after `limitMs` */
  async until(condition: () => boolean, limitMs = 60_000, stepMs = 5): Promise<void> {
    await settle();
    for (let waited = 0; !condition(); waited += stepMs) {
      if (waited > limitMs) throw new Error(`still not so after ${limitMs} ms of virtual time`);
      await this.advance(stepMs);
    }
  }

  #next(end: number): Pending | undefined {
    let first: Pending | undefined;
    for (const pending of this.#pending) {
      if (pending.at <= end && (first === undefined || pending.at < first.at)) first = pending;
    }
    return first;
  }
}

/** Lets everything run that is ready to run. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 8; i++) await new Promise((resolve) => setImmediate(resolve));
}

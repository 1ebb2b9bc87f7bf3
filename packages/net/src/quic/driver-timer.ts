/** A timer that fires so much too late shows that our event loop is behind, in milliseconds. */
const BUSY_MS = 25;
/** A timer that fires so much too late, in milliseconds, tells that the event loop stood still. */
const LATE_MS = 20;

/**
 * The one timer of a connection.
 *
 * When it fires late, our event loop stood still. What came meanwhile is read before anything is taken for unanswered: it calls
 * back one turn later.
 */
export class DriverTimer {
  readonly #onDue: (isBusy: boolean) => void;
  #timer: NodeJS.Timeout | undefined;
  #at = Number.POSITIVE_INFINITY;
  /** Whether it fired late, and what came meanwhile is being read. */
  #isLate = false;

  /** @param onDue - called when it fires, and told whether our event loop is behind */
  constructor(onDue: (isBusy: boolean) => void) {
    this.#onDue = onDue;
  }

  /** Fires at this time or sooner. @param now both in milliseconds */
  arm(at: number, now: number): void {
    // Most ticks put the time off. A timer that fires too early looks again, which is cheaper than setting it anew each time.
    if (this.#timer && this.#at <= at) return;
    this.#set(Math.max(at, now), now);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #set(at: number, now: number): void {
    clearTimeout(this.#timer);
    this.#at = at;
    this.#timer = setTimeout(this.#fire, at - now);
  }

  readonly #fire = (): void => {
    this.#timer = undefined;
    const now = performance.now();
    const isBusy = this.#isLate || now > this.#at + BUSY_MS;
    if (now > this.#at + LATE_MS && !this.#isLate) {
      this.#isLate = true;
      this.#set(now, now);
      return;
    }
    this.#isLate = false;
    this.#onDue(isBusy);
  };
}

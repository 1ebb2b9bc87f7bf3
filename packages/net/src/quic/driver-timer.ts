/** A timer that fires so much too late shows that our event loop is behind, in milliseconds. */
const BUSY_MS = 25;
/** A timer that fires so much too late, in milliseconds, tells that the event loop stood still. */
const LATE_MS = 20;
/** A timer is put off by setting it anew if that spares so much, in milliseconds, and it was set at least so long ago. */
const PUT_OFF_MS = 20;
const SETTLED_MS = 1;
/** A timer that was set for the first time in so long, in milliseconds, is at rest: nothing is saved by leaving it. */
const RESTED_MS = 100;

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
  #setAt = 0;
  /** Whether it had not been set for a while when it was last set. */
  #isAtRest = false;
  /** Whether it fired late, and what came meanwhile is being read. */
  #isLate = false;

  /** @param onDue - called when it fires, and told whether our event loop is behind */
  constructor(onDue: (isBusy: boolean) => void) {
    this.#onDue = onDue;
  }

  /** Fires at this time or sooner. @param now both in milliseconds */
  arm(at: number, now: number): void {
    // Most ticks put the time off. In a flood it is cheaper to let a timer fire too early and look again than to set it anew each time; at
    // rest, to set it anew: the loss timer of a message would wake the process up long after the acknowledgement has come.
    const isFlood = now - this.#setAt < SETTLED_MS && !this.#isAtRest;
    if (this.#timer && this.#at <= at && (at - this.#at < PUT_OFF_MS || isFlood)) return;
    this.#isLate = false; // what was late has come, or is due at once anyway
    this.#set(Math.max(at, now), now);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #set(at: number, now: number): void {
    clearTimeout(this.#timer);
    this.#at = at;
    this.#isAtRest = now - this.#setAt >= RESTED_MS;
    this.#setAt = now;
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

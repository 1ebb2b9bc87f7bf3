/** A timer that fires so much too late shows that our event loop is behind, in milliseconds. */
const BUSY_MS = 25;
/** A timer that fires so much too late, in milliseconds, tells that the event loop stood still. */
const LATE_MS = 20;
/** Timers of Node may fire so much too early, in milliseconds. */
export const EARLY_MS = 1;

/**
 * The one timer of a connection.
 *
 * Almost each datagram puts off what is due: the loss timer of a message is taken back by its acknowledgement. Nothing is done about that until
 * the timer fires: then it is set anew, and nobody is called. To clear it at once would spare nothing: Node's timers share one of libuv's, which
 * wakes the process up all the same.
 *
 * When it fires late, our event loop stood still. What came meanwhile is read before anything is taken for unanswered: it calls
 * back one turn later.
 */
export class DriverTimer {
  readonly #onDue: (isBusy: boolean) => void;
  #timer: NodeJS.Timeout | undefined;
  /** When it fires. */
  #at = Number.POSITIVE_INFINITY;
  /** When something is due: then, or later. */
  #dueAt = Number.POSITIVE_INFINITY;
  /** Whether it fired late, and what came meanwhile is being read. */
  #isLate = false;

  /** @param onDue - called when something is due, and told whether our event loop is behind */
  constructor(onDue: (isBusy: boolean) => void) {
    this.#onDue = onDue;
  }

  /** Calls back at this time, and not at the one that was named before. @param now both in milliseconds */
  arm(at: number, now: number): void {
    this.#dueAt = at;
    if (at > now) this.#isLate = false; // what was late has come
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
    if (now < this.#dueAt - EARLY_MS) return this.#set(this.#dueAt, now);
    const isBusy = this.#isLate || now > this.#dueAt + BUSY_MS;
    if (now > this.#dueAt + LATE_MS && !this.#isLate) {
      this.#isLate = true;
      this.#set(now, now);
      return;
    }
    this.#isLate = false;
    this.#onDue(isBusy);
  };
}

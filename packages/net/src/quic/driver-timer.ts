/** A timer that fires more than this late shows that our event loop is behind, in milliseconds. */
const BUSY_MS = 25;
/** A timer that fires more than this late shows that the event loop stood still, in milliseconds. */
const LATE_MS = 20;
/** By how much Node's timers may fire too early, in milliseconds. */
export const EARLY_MS = 1;

/**
 * The one timer of a connection.
 *
 * Almost every datagram puts off what is due: an acknowledgement cancels the loss timer of a message. The timer stays as it is until it fires; then
 * it is set anew, without a call back. Clearing it at once would save nothing: Node's timers share one of libuv's, which wakes the process up all the
 * same.
 *
 * When it fires late, our event loop stood still. Then it calls back one turn later, so that what came meanwhile is read before anything counts as
 * unanswered.
 */
export class DriverTimer {
  readonly #onDue: (isBusy: boolean) => void;
  #timer: NodeJS.Timeout | undefined;
  /** When it fires. */
  #at = Number.POSITIVE_INFINITY;
  /** When something is due: at `#at` or later. */
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
    if (at > now) this.#isLate = false; // what came meanwhile has been read
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

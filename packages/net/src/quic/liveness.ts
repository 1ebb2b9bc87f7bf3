/** How long a peer may leave data or a keep-alive unanswered, in milliseconds ... */
const PATIENCE_MS = 3_000;
/** ... on a slow path this many round trips: a peer acknowledges within one, and the first repetitions may be lost. */
const PATIENCE_ROUND_TRIPS = 6;
/** The event loop stood still if a look comes this late, in milliseconds; then what came meanwhile is still to be read. */
const LATE_MS = 500;
/** What the longest time-out of a probe may be: setTimeout takes no more. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Whether the peer of one connection gives signs of life.
 *
 * It owns no clock but for {@link Liveness.probe}: the driver says what happened when, and asks what is due.
 */
export class Liveness {
  #receivedAt: number;
  /** Since when something that the peer must answer is unanswered. */
  #unansweredSince: number | undefined;
  #isReported = false;
  readonly #callbacks: Array<() => void> = [];
  readonly #probes = new Set<(heard: boolean) => void>();

  constructor(now: number) {
    this.#receivedAt = now;
  }

  /** When the peer was heard last, or asked for a sign. */
  get quietSince(): number {
    return this.#receivedAt;
  }

  /** Calls back when the peer has been silent for too long; at most once until it is heard again. */
  onUnresponsive(callback: () => void): void {
    this.#callbacks.push(callback);
  }

  /** Something came from the peer. */
  received(now: number): void {
    this.#receivedAt = now;
    this.#unansweredSince = undefined;
    this.#isReported = false;
    if (this.#probes.size > 0) this.#settle(true);
  }

  /** The peer was asked for a sign of life. */
  asked(now: number): void {
    this.#receivedAt = now;
  }

  /** Something is under way that the peer must answer. */
  awaitsAnswer(now: number): void {
    this.#unansweredSince ??= now;
  }

  /** When {@link Liveness.check} is to be called, infinite when it need not be. */
  get checkAt(): number {
    if (this.#unansweredSince === undefined || this.#isReported || this.#callbacks.length === 0) {
      return Number.POSITIVE_INFINITY;
    }
    return this.#unansweredSince + PATIENCE_MS;
  }

  /** Looks whether the peer has been silent for too long. @param rttMs asked only if it may have been */
  check(now: number, rttMs: () => number): void {
    if (this.#unansweredSince === undefined || now < this.checkAt) return;
    if (now > this.checkAt + LATE_MS) {
      this.#unansweredSince = now - PATIENCE_MS + LATE_MS;
      return;
    }
    const patience = PATIENCE_ROUND_TRIPS * rttMs();
    if (now < this.#unansweredSince + patience) {
      this.#unansweredSince += patience - PATIENCE_MS;
      return;
    }
    this.#isReported = true;
    for (const callback of this.#callbacks) callback();
  }

  /** @returns true when the peer is heard from within the time, else false */
  probe(timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (heard: boolean) => {
        clearTimeout(timer);
        this.#probes.delete(settle);
        resolve(heard);
      };
      const timer = setTimeout(() => settle(false), Math.min(timeoutMs, MAX_TIMER_MS));
      this.#probes.add(settle);
    });
  }

  /** The connection is over. */
  end(): void {
    this.#callbacks.length = 0;
    this.#settle(false);
  }

  #settle(heard: boolean): void {
    for (const settle of [...this.#probes]) settle(heard);
  }
}

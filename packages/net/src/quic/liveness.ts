/** How long a peer may leave data or a keep-alive unanswered, in milliseconds. */
const PATIENCE_MS = 3_000;
/** The same on a slow path, in round trips: a peer acknowledges within one, and the first repetitions may be lost. */
const PATIENCE_ROUND_TRIPS = 6;
/**
 * Unanswered data is followed by pings after this long, in milliseconds (on slow paths somewhat more than a round trip), then after twice as
 * long, and so on.
 */
const FIRST_NUDGE_MS = 200;
const NUDGE_ROUND_TRIPS = 1.25;
/** Most pings in a row: after that many, quiche's own probes are as frequent. */
const MAX_NUDGES = 5;
/** A check that comes this late shows that the event loop stood still, in milliseconds; what came meanwhile is still to be read. */
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
  #checkAt = Number.POSITIVE_INFINITY;
  #nudges = 0;
  #nudgeAt = Number.POSITIVE_INFINITY;
  #isReported = false;
  readonly #callbacks: Array<() => void> = [];
  readonly #probes = new Set<(heard: boolean) => void>();

  constructor(now: number) {
    this.#receivedAt = now;
  }

  /** When the peer was last heard from, or asked for a sign of life. */
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
    this.#checkAt = Number.POSITIVE_INFINITY;
    this.#nudges = 0;
    this.#nudgeAt = Number.POSITIVE_INFINITY;
    this.#isReported = false;
    if (this.#probes.size > 0) this.#settle(true);
  }

  /** The peer was asked for a sign of life. */
  asked(now: number): void {
    this.#receivedAt = now;
  }

  /** Something is under way that the peer must answer. @param lateMs how much sooner than usual it must, in milliseconds */
  awaitsAnswer(now: number, lateMs = 0): void {
    if (this.#unansweredSince !== undefined) return;
    this.#unansweredSince = now;
    this.#checkAt = now + PATIENCE_MS - lateMs;
    this.#nudgeAt = now + FIRST_NUDGE_MS;
  }

  /** When {@link Liveness.nudge} is to be called, infinite when it need not be. */
  get nudgeAt(): number {
    return this.#nudgeAt;
  }

  /**
   * Whether to ping now, so that the peer's acknowledgement shows what was lost.
   *
   * quiche probes after a time that it derives from measured round trips (RFC 9002, section 6.2), and doubles it. On a lossy path, acknowledgements
   * are lost, too, and round trips measured over such a loss are many times too long: with 30 % lost, and a round trip of 10 ms, it waited for
   * seconds.
   *
   * @param rttMs asked only if it may be time
   */
  nudge(now: number, rttMs: () => number): boolean {
    if (now < this.#nudgeAt || this.#unansweredSince === undefined) return false;
    const first = Math.max(FIRST_NUDGE_MS, NUDGE_ROUND_TRIPS * rttMs());
    const isDue = this.#nudges > 0 || now >= this.#unansweredSince + first;
    if (isDue) this.#nudges++;
    const wait = first * (2 ** (this.#nudges + 1) - 1);
    this.#nudgeAt = this.#nudges > MAX_NUDGES ? Number.POSITIVE_INFINITY : this.#unansweredSince + wait;
    return isDue;
  }

  /** When {@link Liveness.check} is to be called, infinite when it need not be. */
  get checkAt(): number {
    return this.#isReported || this.#callbacks.length === 0 ? Number.POSITIVE_INFINITY : this.#checkAt;
  }

  /** Checks whether the peer has been silent for too long. @param rttMs asked only if it may have been */
  check(now: number, rttMs: () => number): void {
    if (this.#unansweredSince === undefined || now < this.checkAt) return;
    if (now > this.#checkAt + LATE_MS) {
      this.#checkAt = now + LATE_MS;
      return;
    }
    const dueAt = this.#unansweredSince + PATIENCE_ROUND_TRIPS * rttMs();
    if (now < dueAt) {
      this.#checkAt = dueAt;
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

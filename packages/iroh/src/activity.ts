import type { NativeConnection } from './binding.js';

/** How often a connection is checked, in milliseconds. */
const INTERVAL_MS = 250;

/** What {@link Activity} reports. */
export interface ActivityListener {
  /** Something came from the peer since the last look. */
  onReceived(): void;
  /** Nothing came for the whole idle time-out. */
  onIdle(): void;
  /** Nothing came for about 3 s although we wrote something, which a peer acknowledges. */
  onUnresponsive(): void;
}

/** How long the peer may leave what we wrote unanswered, in milliseconds, and at least this many round trips. */
const PATIENCE_MS = 3_000;
const PATIENCE_ROUND_TRIPS = 6;
/** A check this late means that the event loop was blocked; what came meanwhile may not be counted yet. */
const LATE_MS = 1_000;
/** How often a probe checks for its answer, in milliseconds. */
const PROBE_INTERVAL_MS = 20;

/**
 * Checks at intervals whether anything comes from the peer.
 *
 * The binding neither reports that a peer stopped a stream nor takes an idle time-out. But it counts datagrams, and reading that count
 * costs two microseconds.
 */
export class Activity {
  readonly #native: NativeConnection;
  readonly #idleTimeoutMs: number;
  readonly #listener: ActivityListener;
  readonly #timer: NodeJS.Timeout;
  #datagrams = 0;
  #lastMs = performance.now();
  #lookedMs = this.#lastMs;
  /** When we wrote something that is still unanswered, and how many datagrams had come by then. */
  #unansweredMs: number | undefined;
  #before = 0;
  #isReported = false;
  readonly #probes = new Set<(heard: boolean) => void>();

  constructor(native: NativeConnection, idleTimeoutMs: number, listener: ActivityListener) {
    this.#native = native;
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#listener = listener;
    this.#timer = setInterval(() => this.#look(), INTERVAL_MS);
  }

  /**
   * Something was written that the peer will acknowledge. What came before is no answer. What comes later may have been under way already;
   * then only the idle time-out detects a dead peer.
   */
  wrote(): void {
    if (this.#unansweredMs !== undefined) return;
    this.#unansweredMs = performance.now();
    this.#before = this.#native.stats().udpRxDatagrams;
  }

  /** @returns true when anything comes from the peer within the time, else false */
  probe(timeoutMs: number): Promise<boolean> {
    const before = this.#native.stats().udpRxDatagrams;
    const until = performance.now() + timeoutMs;
    return new Promise((resolve) => {
      const settle = (heard: boolean) => {
        clearInterval(timer);
        this.#probes.delete(settle);
        resolve(heard);
      };
      const timer = setInterval(() => {
        if (this.#native.stats().udpRxDatagrams !== before) settle(true);
        else if (performance.now() >= until) settle(false);
      }, PROBE_INTERVAL_MS);
      this.#probes.add(settle);
    });
  }

  end(): void {
    clearInterval(this.#timer);
    for (const settle of [...this.#probes]) settle(false);
  }

  #look(): void {
    const { udpRxDatagrams } = this.#native.stats();
    const now = performance.now();
    if (udpRxDatagrams !== this.#datagrams) {
      this.#datagrams = udpRxDatagrams;
      this.#lastMs = now;
      if (udpRxDatagrams !== this.#before) this.#unansweredMs = undefined;
      this.#isReported = false;
      this.#listener.onReceived();
    } else if (now - this.#lastMs >= this.#idleTimeoutMs) {
      this.#listener.onIdle();
    } else if (!this.#isReported && this.#unansweredMs !== undefined) {
      if (now - this.#lookedMs > LATE_MS)
        this.#unansweredMs = Math.max(this.#unansweredMs, now - PATIENCE_MS + LATE_MS);
      const patience = Math.max(PATIENCE_MS, PATIENCE_ROUND_TRIPS * (this.#native.rtt() ?? 0));
      if (now - this.#unansweredMs >= patience) {
        this.#isReported = true;
        this.#listener.onUnresponsive();
      }
    }
    this.#lookedMs = now;
  }
}

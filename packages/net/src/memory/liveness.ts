import type { Clock, ClockTimer } from '../util/clock.js';

/** How long the peer may leave a ping unanswered before it counts as unresponsive, in milliseconds. */
const PATIENCE_MS = 3_000;
/** Data is accompanied by a ping this often, in milliseconds: other transports have acknowledgements. */
const PING_INTERVAL_MS = 1_000;

/** Whether the peer of one in-memory connection gives signs of life. */
export class Liveness {
  readonly #clock: Clock;
  readonly #ping: () => void;
  readonly #callbacks: Array<() => void> = [];
  readonly #probes = new Set<(heard: boolean) => void>();
  #pingedAt = Number.NEGATIVE_INFINITY;
  #timer: ClockTimer | undefined;
  #isReported = false;

  /** @param ping sends a ping */
  constructor(clock: Clock, ping: () => void) {
    this.#clock = clock;
    this.#ping = ping;
  }

  onUnresponsive(callback: () => void): void {
    this.#callbacks.push(callback);
  }

  /** Data was sent: is it answered? */
  sent(): void {
    if (this.#callbacks.length === 0 || this.#timer || this.#isReported) return;
    const now = this.#clock.now();
    if (now - this.#pingedAt < PING_INTERVAL_MS) return;
    this.#pingedAt = now;
    this.#timer = this.#clock.setTimer(() => {
      this.#timer = undefined;
      this.#isReported = true;
      for (const callback of this.#callbacks) callback();
    }, PATIENCE_MS);
    this.#ping();
  }

  /** Something came from the peer. */
  received(): void {
    this.#isReported = false;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#settle(true);
  }

  /** @returns true when the peer is heard from within the time, else false */
  probe(timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (heard: boolean) => {
        timer.cancel();
        this.#probes.delete(settle);
        resolve(heard);
      };
      const timer = this.#clock.setTimer(() => settle(false), timeoutMs);
      this.#probes.add(settle);
      this.#ping();
    });
  }

  /** The connection is over. */
  end(): void {
    this.#callbacks.length = 0;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#settle(false);
  }

  #settle(heard: boolean): void {
    for (const settle of [...this.#probes]) settle(heard);
  }
}

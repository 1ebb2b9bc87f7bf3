import type { EndpointId } from '../identity/endpoint-id.js';
import type { Clock, ClockTimer } from '../util/clock.js';
import { type Deferred, deferred } from '../util/deferred.js';

/** After this long over the mark a peer counts as slow. */
const SLOW_AFTER_MS = 1_000;

/**
 * The back-pressure that a publisher feels.
 *
 * A publisher waits while some peer's queue is over the mark. But one slow peer must not slow down everybody: after a second over
 * the mark it is left behind (it gets announcements and asks when it can), unless all peers are like that.
 */
export class PressureGauge {
  readonly #clock: Clock;
  readonly #mark: number;
  readonly #peers = new Set<EndpointId>();
  readonly #busy = new Map<EndpointId, ClockTimer>();
  readonly #slow = new Set<EndpointId>();
  #waiting: Deferred<void> | undefined;

  /** @param mark bytes queued to one peer above which publishers wait */
  constructor(clock: Clock, mark: number) {
    this.#clock = clock;
    this.#mark = mark;
  }

  /** Whether a publisher has to wait. */
  get closed(): boolean {
    return this.#busy.size > 0 || (this.#slow.size > 0 && this.#slow.size >= this.#peers.size);
  }

  /** Settles when publishers may go on. */
  open(): Promise<void> {
    if (!this.closed) return Promise.resolve();
    this.#waiting ??= deferred();
    return this.#waiting.promise;
  }

  /** A peer has this many bytes queued now. */
  report(peer: EndpointId, queuedBytes: number): void {
    if (queuedBytes > this.#mark) {
      this.#peers.add(peer);
      if (!this.#busy.has(peer) && !this.#slow.has(peer)) this.#busy.set(peer, this.#startTimer(peer));
    } else if (queuedBytes <= this.#mark / 2 && (this.#busy.has(peer) || this.#slow.has(peer))) {
      this.#clear(peer);
      this.#update();
    }
  }

  /** A peer takes part: it has a connection. */
  add(peer: EndpointId): void {
    this.#peers.add(peer);
    this.#update();
  }

  /** A peer is gone. */
  forget(peer: EndpointId): void {
    this.#peers.delete(peer);
    this.#clear(peer);
    this.#update();
  }

  #startTimer(peer: EndpointId): ClockTimer {
    return this.#clock.setTimer(() => {
      this.#busy.delete(peer);
      this.#slow.add(peer);
      this.#update();
    }, SLOW_AFTER_MS);
  }

  #clear(peer: EndpointId): void {
    this.#busy.get(peer)?.cancel();
    this.#busy.delete(peer);
    this.#slow.delete(peer);
  }

  #update(): void {
    if (this.closed || !this.#waiting) return;
    this.#waiting.resolve();
    this.#waiting = undefined;
  }
}

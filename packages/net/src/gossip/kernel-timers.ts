import { type Timer, TimerHeap } from '@grapevine/proto';
import type { EndpointId } from '../identity/endpoint-id.js';
import type { Clock, ClockTimer } from '../util/clock.js';

/** For how long timers are handled in one turn of the event loop, in milliseconds; the rest waits for the next one. Messages get as much. */
const SLICE_MS = 5;

/**
 * The timers of the protocol state, any number of them on one timer of the clock. Thousands may be due at once, such as those of payloads that were
 * announced and that nobody has.
 */
export class KernelTimers {
  readonly #clock: Clock;
  readonly #expired: (timer: Timer<EndpointId>) => void;
  readonly #heap = new TimerHeap<Timer<EndpointId>>();
  #armed: { readonly at: number; readonly handle: ClockTimer } | undefined;
  #stopped = false;

  constructor(clock: Clock, expired: (timer: Timer<EndpointId>) => void) {
    this.#clock = clock;
    this.#expired = expired;
  }

  /** Takes effect with the next {@link KernelTimers.arm}. */
  schedule(delay: number, timer: Timer<EndpointId>): void {
    this.#heap.insert(Math.ceil(this.#clock.now() + delay), timer); // a time with a fraction takes 16 bytes more, in each topic
  }

  /** Sets the clock's timer for the first of them. */
  arm(): void {
    const at = this.#heap.nextTime;
    if (at === this.#armed?.at || this.#stopped) return;
    this.#armed?.handle.cancel();
    const delay = (at ?? 0) - this.#clock.now();
    this.#armed = at === undefined ? undefined : { at, handle: this.#clock.setTimer(this.#onTimer, delay) };
  }

  /** Nothing expires any more. */
  stop(): void {
    this.#stopped = true;
    this.#armed?.handle.cancel();
    this.#armed = undefined;
    this.#heap.clear();
  }

  readonly #onTimer = (): void => {
    this.#armed = undefined;
    const now = this.#clock.now();
    for (let due = this.#heap.popUntil(now); due; due = this.#heap.popUntil(now)) {
      this.#expired(due.item);
      if (this.#clock.now() - now >= SLICE_MS) break;
    }
    this.arm();
  };
}

import { type Timer, TimerHeap } from '@grapevine/proto';
import type { EndpointId } from '../identity/endpoint-id.js';
import type { Clock, ClockTimer } from '../util/clock.js';

/** So long timers are handled in one turn of the event loop, in milliseconds; more of them wait for the next one. As much as messages get. */
const SLICE_MS = 5;

/** The timers of the protocol state: any number of them, and one of the clock's. Thousands may be due at once: announcements that nobody keeps, say. */
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
    this.#heap.insert(this.#clock.now() + delay, timer);
  }

  /** Sees to it that the clock calls when the first timer is due. */
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

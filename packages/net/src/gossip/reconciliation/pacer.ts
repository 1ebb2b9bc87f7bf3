import type { Clock, ClockTimer } from '../../util/clock.js';

/** How much is sent or handled in one go, in bytes and in milliseconds: a live message may have to wait for that. */
const SLICE_BYTES = 16 * 1024;
const SLICE_MS = 1;

/** The rest after a slice, as a multiple of the time that it took: fetching uses at most a quarter of the time. */
const REST = 3;

/** The longest rest: fetching goes on, however busy the process is, so that what a cache holds does not expire meanwhile. */
const MAX_REST_MS = 20;

/**
 * Breaks work into slices with rests between them, so that live traffic always comes first. Besides the work itself, a slice counts the time until
 * the event loop has turned: sockets are written then, and it grows by itself where there is other work to do.
 */
export class Pacer {
  readonly #clock: Clock;
  #bytes = 0;
  #took = 0;
  #timer: ClockTimer | undefined;
  #wake: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Does some work of the slice. */
  work<T>(work: () => T): T {
    const began = this.#clock.now();
    try {
      return work();
    } finally {
      this.#took += this.#clock.now() - began;
    }
  }

  /** This many bytes have been sent or handled. @returns what to wait for when the slice is full */
  spent(bytes: number): Promise<void> | undefined {
    this.#bytes += bytes;
    return this.#bytes >= SLICE_BYTES || this.#took >= SLICE_MS ? this.#rest() : undefined;
  }

  /** Lets others have their turn. */
  async #rest(): Promise<void> {
    const clock = this.#clock;
    const began = clock.now();
    await this.#until((wake) => clock.defer(wake));
    const took = this.#took + clock.now() - began;
    if (took > 0) await this.#until((wake) => clock.setTimer(wake, Math.min(REST * took, MAX_REST_MS)));
    this.#bytes = 0;
    this.#took = 0;
  }

  /** Ends a rest at once. */
  stop(): void {
    this.#timer?.cancel();
    this.#wake?.();
  }

  #until(schedule: (wake: () => void) => ClockTimer): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      this.#timer = schedule(resolve);
    });
  }
}

import type { Clock, ClockTimer } from '../../util/clock.js';

/** Bytes that are sent or handled in one go. */
export const SLICE_BYTES = 32 * 1024;

/** The rest after a slice, as a multiple of the time that it took: fetching uses a quarter of what is there at most. */
const REST = 3;

/**
 * Breaks work into slices with rests between them, so that live traffic always comes first. What a slice took is measured until the loop
 * comes round again: that includes writing to sockets, and grows by itself where there is other work to do.
 */
export class Pacer {
  readonly #clock: Clock;
  #bytes = 0;
  #since: number;
  #timer: ClockTimer | undefined;
  #wake: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#since = clock.now();
  }

  /** So much has been sent or handled. @returns what to wait for where the slice is full */
  spent(bytes: number): Promise<void> | undefined {
    this.#bytes += bytes;
    return this.#bytes >= SLICE_BYTES ? this.rest() : undefined;
  }

  /** Lets others have their turn. */
  async rest(): Promise<void> {
    const clock = this.#clock;
    await this.#until((wake) => clock.defer(wake));
    const took = clock.now() - this.#since;
    if (took > 0) await this.#until((wake) => clock.setTimer(wake, REST * took));
    this.#bytes = 0;
    this.#since = clock.now();
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

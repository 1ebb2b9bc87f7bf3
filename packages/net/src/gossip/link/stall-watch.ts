import type { Clock, ClockTimer } from '../../util/clock.js';

/** The time without progress is divided into this many looks: a turn of the event loop that takes very long counts as one of them. */
const LOOKS = 10;

/** Notices that something has made no progress for a while. Time in which this process did not run does not count. */
export class StallWatch {
  readonly #clock: Clock;
  readonly #lookMs: number;
  readonly #onStalled: () => void;
  #timer: ClockTimer | undefined;
  #inVain = 0;

  /** @param afterMs how long nothing happens before it counts as stalled, in milliseconds */
  constructor(clock: Clock, afterMs: number, onStalled: () => void) {
    this.#clock = clock;
    this.#lookMs = afterMs / LOOKS;
    this.#onStalled = onStalled;
  }

  /** Begins to watch, unless it does already. */
  start(): void {
    if (this.#timer) return;
    this.#inVain = 0;
    this.#timer = this.#clock.setTimer(this.#look, this.#lookMs);
  }

  /** Something has moved. */
  progress(): void {
    this.#inVain = 0;
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  readonly #look = (): void => {
    this.#timer = undefined;
    if (++this.#inVain >= LOOKS) return this.#onStalled();
    this.#timer = this.#clock.setTimer(this.#look, this.#lookMs);
  };
}

/** Weights of a new sample in the mean and in the deviation, and how many deviations are waited for: RFC 6298, section 2. */
const MEAN_GAIN = 1 / 8;
const DEVIATION_GAIN = 1 / 4;
const DEVIATIONS = 4;
/** However late others seem to be, a lost payload is asked for after this many times the least wait. So it is while nothing is known. */
const MAX_FACTOR = 4;

/**
 * How long to wait for something before doing something about it, learned from how long it took when it came: the estimator
 * of TCP's retransmission timer (RFC 6298), which begins with a long wait as well. Never less than `least`, never more than four times that, so
 * that whoever lies about times can only cost others that much.
 */
export class Patience {
  readonly #least: number;
  #mean: number | undefined;
  #deviation = 0;

  constructor(least: number) {
    this.#least = least;
  }

  /** How long to wait now. */
  get value(): number {
    const most = MAX_FACTOR * this.#least;
    if (this.#mean === undefined) return most;
    return Math.min(Math.max(this.#mean + DEVIATIONS * this.#deviation, this.#least), most);
  }

  /** It came, after this long. */
  observe(time: number): void {
    if (this.#mean === undefined) {
      this.#mean = time;
      this.#deviation = time / 2;
      return;
    }
    this.#deviation += DEVIATION_GAIN * (Math.abs(time - this.#mean) - this.#deviation);
    this.#mean += MEAN_GAIN * (time - this.#mean);
  }
}

import { aNumber, aShare } from './checks.js';

/** Numbers to take percentiles of, all of them kept: 8 bytes each. */
export class Samples {
  #values = new Float64Array(64);
  #length = 0;
  #isSorted = true;

  get size(): number {
    return this.#length;
  }

  add(value: number): void {
    if (typeof value !== 'number') aNumber('value', value);
    if (this.#length === this.#values.length) {
      const enlarged = new Float64Array(2 * this.#length);
      enlarged.set(this.#values);
      this.#values = enlarged;
    }
    this.#values[this.#length++] = value;
    this.#isSorted = false;
  }

  /**
   * The smallest value that at least this share of all values does not exceed; NaN when there are none.
   *
   * @param share - From 0 to 1.
   */
  percentile(share: number): number {
    aShare('share', share);
    if (this.#length === 0) return Number.NaN;
    const values = this.#values.subarray(0, this.#length);
    if (!this.#isSorted) values.sort();
    this.#isSorted = true;
    return values[Math.max(0, Math.ceil(share * this.#length) - 1)] as number;
  }
}

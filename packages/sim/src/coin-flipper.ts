import type { WordSource } from './uniform.js';

/**
 * Decides with as few random bits as possible: bits are taken one by one from the top of a word, and a word is drawn only
 * when they run out. As `rand` 0.10 does it, bit for bit.
 */
export class CoinFlipper {
  readonly #words: WordSource;
  #chunk = 0;
  #left = 0;

  constructor(words: WordSource) {
    this.#words = words;
  }

  /** True with a probability of 1 in `denominator`, which is a 32-bit integer of at least 1. */
  oneOver(denominator: number): boolean {
    const bits = 31 - Math.clz32(denominator);
    return this.#heads(bits) && this.#ratio(2 ** bits, denominator);
  }

  /** True with a probability of `numerator / denominator`. */
  #ratio(numerator: number, denominator: number): boolean {
    let n = numerator;
    while (n < denominator) {
      const bits = Math.min(32, Math.max(1, Math.clz32(n) - (Math.clz32(denominator) + 1)));
      if (this.#heads(bits)) {
        n *= 2 ** bits;
      } else {
        // One bit was not enough: what is left of the probability decides. With more bits it was lost for certain.
        if (bits > 1 || 2 * n <= denominator) return false;
        n = 2 * n - denominator;
      }
    }
    return true;
  }

  /** Whether the next `count` bits are all zero. */
  #heads(count: number): boolean {
    for (let wanted = count; ; ) {
      const zeros = Math.clz32(this.#chunk);
      if (zeros < wanted) {
        this.#chunk = (this.#chunk << ((zeros + 1) & 31)) >>> 0;
        this.#left = Math.max(0, this.#left - (zeros + 1));
        return false;
      }
      if (this.#left >= wanted) {
        this.#left -= wanted;
        this.#chunk = (this.#chunk << (wanted & 31)) >>> 0;
        return true;
      }
      wanted -= this.#left;
      this.#chunk = this.#words.nextU32();
      this.#left = 32;
    }
  }
}

/** A source of random words. */
export interface WordSource {
  nextU32(): number;
  nextU64(): bigint;
}

const TWO_32 = 0x1_0000_0000;
const TWO_64 = 1n << 64n;
const NANOS_PER_SECOND = 1_000_000_000;

/** The high word of the 64-bit product of two words; `Math.imul` gives the low one. */
function highProduct(a: number, b: number): number {
  const upper = (a >>> 16) * b;
  const lower = (a & 0xffff) * b;
  // `upper` is below 2^48 and `lower >>> 16` below 2^32: exact.
  return Math.floor((upper + Math.floor(lower / 0x1_0000)) / 0x1_0000);
}

function checkRange(low: number | bigint, high: number | bigint): void {
  if (!(low < high)) throw new RangeError(`the range from ${low} up to ${high} is empty`);
}

/**
 * A random integer from `low` up to but not including `high`, drawn once (Rust: `random_range` of `u32`, and of `usize`
 * while `high` is below 2^32). One word, rarely two; a tiny bias is part of it.
 *
 * @throws RangeError when the range is empty.
 */
export function rangeU32(rng: WordSource, low: number, high: number): number {
  checkRange(low, high);
  const range = high - low;
  const word = rng.nextU32();
  const result = low + highProduct(word, range);
  const rest = Math.imul(word, range) >>> 0;
  if (rest <= TWO_32 - range) return result;
  return rest + highProduct(rng.nextU32(), range) >= TWO_32 ? result + 1 : result;
}

/** {@link rangeU32} for `u64`: two words, rarely four. */
export function rangeU64(rng: WordSource, low: bigint, high: bigint): bigint {
  checkRange(low, high);
  const range = high - low;
  const product = rng.nextU64() * range;
  const result = low + (product >> 64n);
  const rest = BigInt.asUintN(64, product);
  if (rest <= TWO_64 - range) return result;
  return rest + ((rng.nextU64() * range) >> 64n) >= TWO_64 ? result + 1n : result;
}

/** A range to draw from without bias (Rust: `Uniform` of `u32`), both ends included. */
export class UniformU32 {
  readonly #low: number;
  readonly #range: number;
  readonly #threshold: number;

  /** @throws RangeError when the range is empty. */
  constructor(low: number, high: number) {
    checkRange(low, high + 1);
    this.#low = low;
    this.#range = high - low + 1;
    this.#threshold = (TWO_32 - this.#range) % this.#range;
  }

  sample(rng: WordSource): number {
    // All words are in range: the reference returns the word itself.
    if (this.#range === TWO_32) return rng.nextU32();
    for (;;) {
      const word = rng.nextU32();
      if (Math.imul(word, this.#range) >>> 0 >= this.#threshold) return this.#low + highProduct(word, this.#range);
    }
  }
}

/** A range to draw from without bias (Rust: `Uniform` of `u64`), both ends included. */
export class UniformU64 {
  readonly #low: bigint;
  readonly #range: bigint;
  readonly #threshold: bigint;

  /** @throws RangeError when the range is empty. */
  constructor(low: bigint, high: bigint) {
    checkRange(low, high + 1n);
    this.#low = low;
    this.#range = high - low + 1n;
    this.#threshold = (TWO_64 - this.#range) % this.#range;
  }

  sample(rng: WordSource): bigint {
    if (this.#range === TWO_64) return rng.nextU64();
    for (;;) {
      const product = rng.nextU64() * this.#range;
      if (BigInt.asUintN(64, product) >= this.#threshold) return this.#low + (product >> 64n);
    }
  }
}

/**
 * A random duration from `min` up to but not including `max`, in nanoseconds (Rust: `random_range` of `Duration`). Within
 * one second a single word, otherwise two; rarely more.
 *
 * @throws RangeError when the range is empty.
 */
export function rangeDuration(rng: WordSource, min: number, max: number): number {
  return uniformDuration(min, max)(rng);
}

/** {@link rangeDuration}, prepared for many draws. */
export function uniformDuration(min: number, max: number): (rng: WordSource) => number {
  checkRange(min, max);
  const last = max - 1;
  const seconds = Math.floor(min / NANOS_PER_SECOND);
  const lastSeconds = Math.floor(last / NANOS_PER_SECOND);
  const nanos = min - seconds * NANOS_PER_SECOND;
  const lastNanos = last - lastSeconds * NANOS_PER_SECOND;
  // The reference borrows a second if the end's nanoseconds are smaller than the start's.
  const borrowed = lastNanos < nanos ? 1 : 0;
  if (lastSeconds - borrowed === seconds) {
    const uniform = new UniformU32(nanos, lastNanos + borrowed * NANOS_PER_SECOND);
    return (rng) => seconds * NANOS_PER_SECOND + uniform.sample(rng);
  }
  const uniform = new UniformU64(BigInt(min), BigInt(last));
  return (rng) => Number(uniform.sample(rng));
}

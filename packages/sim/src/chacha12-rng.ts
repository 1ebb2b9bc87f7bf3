import type { Rng } from '@grapevine/proto';
import { aFunction, anInteger, describe, someBytes } from '@grapevine/proto/check';
import { chacha12Block } from './chacha12-block.js';
import { aSeed } from './checks.js';
import { choose, chooseWhere, shuffle } from './sequence.js';
import { rangeU32, type WordSource } from './uniform.js';

const WORDS_PER_BLOCK = 16;
const KEY_WORDS = 8;

/**
 * The generator of the Rust simulator (`rand` 0.10: `ChaCha12Rng`), with its draws: the same seed gives the same numbers,
 * word for word.
 *
 * @example
 * ```ts
 * const rng = ChaCha12Rng.seedFromU64(42);
 * rng.nextU32(); // 572990626
 * ```
 */
export class ChaCha12Rng implements Rng, WordSource {
  /** Plain arrays of signed 32-bit integers: a third of the memory of typed arrays, of which each node would need four. */
  readonly #key: readonly number[];
  readonly #block: number[] = [];
  #at = WORDS_PER_BLOCK;
  #counterLow = 0;
  #counterHigh = 0;

  private constructor(key: readonly number[]) {
    this.#key = key;
  }

  /**
   * A generator from 32 bytes (Rust: `SeedableRng::from_seed`).
   *
   * @throws RangeError when there are not 32 bytes.
   */
  static fromSeed(seed: Uint8Array): ChaCha12Rng {
    someBytes('seed', seed);
    if (seed.length !== 4 * KEY_WORDS) throw new RangeError(`seed must have 32 bytes, got ${seed.length}`);
    const view = new DataView(seed.buffer, seed.byteOffset, seed.byteLength);
    return new ChaCha12Rng(Array.from({ length: KEY_WORDS }, (_, i) => view.getInt32(4 * i, true)));
  }

  /**
   * A generator from an integer (Rust: `SeedableRng::seed_from_u64`).
   *
   * @param seed - From 0 to 2^64 - 1.
   * @throws RangeError when it is not an integer of that range.
   */
  static seedFromU64(seed: number | bigint): ChaCha12Rng {
    aSeed('seed', seed);
    const wide = BigInt(seed);
    const key: number[] = [];
    let state = wide;
    for (let i = 0; i < KEY_WORDS; i++) {
      state = BigInt.asUintN(64, state * 0x5851f42d4c957f2dn + 0xa17654e46fbe17f3n);
      const mixed = Number((((state >> 18n) ^ state) >> 27n) & 0xffff_ffffn);
      const turn = Number(state >> 59n);
      key.push((mixed >>> turn) | (mixed << ((32 - turn) & 31)));
    }
    return new ChaCha12Rng(key);
  }

  /** A generator from eight words of another one (Rust: `SeedableRng::from_rng`). */
  static fromRng(parent: ChaCha12Rng): ChaCha12Rng {
    if (!(parent instanceof ChaCha12Rng)) throw new TypeError(`parent must be a ChaCha12Rng, got ${describe(parent)}`);
    return new ChaCha12Rng(Array.from({ length: KEY_WORDS }, () => parent.#nextI32()));
  }

  /** {@link ChaCha12Rng.fromRng} of this generator. */
  fork(): ChaCha12Rng {
    return ChaCha12Rng.fromRng(this);
  }

  /** The next word, from 0 to 2^32 - 1. */
  nextU32(): number {
    return this.#nextI32() >>> 0;
  }

  /** The next two words, the first as the low half. */
  nextU64(): bigint {
    const low = BigInt(this.nextU32());
    return (BigInt(this.nextU32()) << 32n) | low;
  }

  /** Fills an array with the next words, little-endian; what is left of the last word is thrown away. */
  fillBytes(target: Uint8Array): void {
    someBytes('target', target);
    for (let start = 0; start < target.length; start += 4) {
      const word = this.#nextI32();
      const end = Math.min(start + 4, target.length);
      for (let i = start; i < end; i++) target[i] = word >>> (8 * (i - start));
    }
  }

  /** A random index below `length` (Rust: a `usize` range that starts at 0); consumes a word even for a length of 1. */
  index(length: number): number {
    if (typeof length !== 'number' || !(length > 0)) anInteger(1)('length', length);
    return rangeU32(this, 0, length);
  }

  /** See {@link shuffle}. */
  shuffle<T>(items: T[]): void {
    if (!Array.isArray(items)) throw notItems(items);
    shuffle(this, items);
  }

  /** See {@link choose}. */
  choose<T>(items: readonly T[]): T | undefined {
    if (!Array.isArray(items)) throw notItems(items);
    return choose(this, items);
  }

  /** See {@link chooseWhere}. */
  chooseWhere<T>(items: readonly T[], keep: (item: T) => boolean): T | undefined {
    if (!Array.isArray(items)) throw notItems(items);
    aFunction('keep', keep);
    return chooseWhere(this, items, keep);
  }

  #nextI32(): number {
    if (this.#at === WORDS_PER_BLOCK) this.#refill();
    return this.#block[this.#at++] as number;
  }

  #refill(): void {
    chacha12Block(this.#key, this.#counterLow, this.#counterHigh, this.#block);
    this.#counterLow = (this.#counterLow + 1) | 0;
    if (this.#counterLow === 0) this.#counterHigh = (this.#counterHigh + 1) | 0;
    this.#at = 0;
  }
}

function notItems(value: unknown): TypeError {
  return new TypeError(`items must be an array, got ${describe(value)}`);
}

import { someBytes } from '../check/index.js';
import type { Rng } from './rng.js';

/** Fewest bytes of a seed. */
const MIN_SEED = 16;

/**
 * The default generator: xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021).
 * Small and fast; good for choosing peers, not for secrets.
 */
class Xoshiro128 implements Rng {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor([a, b, c, d]: readonly [number, number, number, number]) {
    // Signed, because an engine keeps such numbers inside of the object and larger ones beside it. Every topic has a generator.
    this.#a = a | 0;
    this.#b = b | 0;
    this.#c = c | 0;
    // The state of all zeros never leaves itself.
    this.#d = (a | b | c | d) === 0 ? 1 : d | 0;
  }

  index(length: number): number {
    // The high part of word x length. Its bias is below length / 2^32, which no view is large enough to notice.
    return Math.floor((this.#next() / 0x1_0000_0000) * length);
  }

  shuffle<T>(items: T[]): void {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.index(i + 1);
      const item = items[i] as T;
      items[i] = items[j] as T;
      items[j] = item;
    }
  }

  chooseWhere<T>(items: readonly T[], keep: (item: T) => boolean): T | undefined {
    const kept = items.filter(keep);
    return kept.length === 0 ? undefined : kept[this.index(kept.length)];
  }

  fork(): Rng {
    return new Xoshiro128([this.#next(), this.#next(), this.#next(), this.#next()]);
  }

  #next(): number {
    const product = Math.imul(this.#b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }
}

/**
 * A generator for production: fast, deterministic from its seed, fit for protocol choices only.
 *
 * @param seed - At least 16 bytes from the host's source of entropy, or fixed ones for a run that can be repeated.
 * @throws RangeError when the seed is shorter.
 *
 * @example
 * ```ts
 * const rng = seededRng(crypto.getRandomValues(new Uint8Array(16)));
 * ```
 */
export function seededRng(seed: Uint8Array): Rng {
  CHECK: someBytes('seed', seed);
  if (seed.length < MIN_SEED) throw new RangeError(`the seed must have at least ${MIN_SEED} bytes, got ${seed.length}`);
  const words: [number, number, number, number] = [0, 0, 0, 0];
  for (let i = 0; i < seed.length; i++) {
    const word = (i >> 2) & 3;
    words[word] = Math.imul(words[word] as number, 0x0100_01b3) ^ ((seed[i] as number) << (8 * (i & 3)));
  }
  return new Xoshiro128(words);
}

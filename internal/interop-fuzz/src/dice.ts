import { type Rng, seededRng } from '@grapevine/proto';

/** The random choices of a case. They follow from its seed. The nodes have generators of their own, which the crate shares. */
export class Dice {
  readonly #rng: Rng;

  /** @param seed - From 0 to 2^53 - 1. */
  constructor(seed: number) {
    const bytes = new Uint8Array(16);
    new DataView(bytes.buffer).setFloat64(0, seed);
    this.#rng = seededRng(bytes);
    // The first draws of seeds that differ in one bit are alike.
    for (let i = 0; i < 16; i++) this.#rng.index(2);
  }

  /** A whole number between two, both included. */
  between(min: number, max: number): number {
    return min + this.#rng.index(max - min + 1);
  }

  chance(share: number): boolean {
    return this.#rng.index(0x1_0000) < share * 0x1_0000;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.#rng.index(items.length)] as T;
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) bytes[i] = this.#rng.index(256);
    return bytes;
  }

  /** A whole number between two. Each order of magnitude is equally likely. */
  magnitude(min: number, max: number): number {
    return Math.round(min * (max / min) ** (this.#rng.index(0x1_0000) / 0xffff));
  }

  /** One of the names, with a probability in proportion to its weight. */
  weighed<T extends string>(weights: Readonly<Record<T, number>>): T {
    const names = Object.keys(weights) as T[];
    let total = 0;
    for (const name of names) total += weights[name];
    let at = (this.#rng.index(0x100_0000) / 0x100_0000) * total;
    for (const name of names) {
      at -= weights[name];
      if (at < 0) return name;
    }
    return names.at(-1) as T;
  }
}

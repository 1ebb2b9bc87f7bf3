/** A seeded generator of random numbers (sfc32, C. Doty-Humphrey; its state is mixed from the seed by splitmix32). */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(...seed: readonly number[]) {
    let state = 0x9e3779b9;
    for (const word of seed) state = mix(state ^ (word >>> 0)) ^ mix(Math.floor(word / 2 ** 32));
    this.#a = mix(state);
    this.#b = mix(state + 0x9e3779b9);
    this.#c = mix(state + 0x3c6ef372);
    for (let i = 0; i < 12; i++) this.next();
  }

  /** From 0 up to but not including 1. */
  readonly next = (): number => {
    const sum = (((this.#a + this.#b) | 0) + this.#counter++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };

  /** A whole number between two, both included. */
  between(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(items: readonly [T, ...T[]] | readonly T[]): T {
    return items[this.between(0, items.length - 1)] as T;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.between(0, 255));
  }
}

function mix(value: number): number {
  let z = value | 0;
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return (z ^ (z >>> 16)) >>> 0;
}

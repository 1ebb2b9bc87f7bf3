import type { Rng } from '../../src/index.js';

/** The generator of the reference with the draws of rand 0.10, written after `random.md`; `@grapevine/sim` has the one to use. */
export class ChaCha12 implements Rng {
  private readonly key: Uint32Array;
  private counter = 0;
  private words = new Uint32Array(0);
  private at = 0;

  constructor(key: Uint32Array) {
    this.key = key;
  }

  /** §7.2, `seed_from_u64`. */
  static fromU64(seed: number): ChaCha12 {
    const key = new Uint32Array(8);
    let state = BigInt(seed);
    for (let i = 0; i < 8; i++) {
      state = BigInt.asUintN(64, state * 0x5851f42d4c957f2dn + 0xa17654e46fbe17f3n);
      const value = Number((((state >> 18n) ^ state) >> 27n) & 0xffff_ffffn);
      key[i] = rotateLeft(value, (32 - Number(state >> 59n)) & 31);
    }
    return new ChaCha12(key);
  }

  /** §7.2, `from_rng`. */
  fork(): Rng {
    return new ChaCha12(Uint32Array.from({ length: 8 }, () => this.next()));
  }

  /** §7.3, one-shot range. */
  index(length: number): number {
    const range = BigInt(length);
    const product = BigInt(this.next()) * range;
    const high = Number(product >> 32n);
    const low = product & 0xffff_ffffn;
    if (low <= 0x1_0000_0000n - range) return high;
    const carry = low + ((BigInt(this.next()) * range) >> 32n) >= 0x1_0000_0000n;
    return carry ? high + 1 : high;
  }

  /** §7.5. */
  shuffle<T>(items: T[]): void {
    let chunk = 0;
    let left = 0;
    for (let i = 1; i < items.length; i++) {
      const count = i + 1;
      if (left === 0) {
        let product = count;
        for (left = 1; product * (count + left) <= 0xffff_ffff; left++) product *= count + left;
        chunk = this.index(product);
      }
      left--;
      const j = left === 0 ? chunk : chunk % count;
      chunk = Math.floor(chunk / count);
      const item = items[i] as T;
      items[i] = items[j] as T;
      items[j] = item;
    }
  }

  /** §7.6, lower bound 0. */
  chooseWhere<T>(items: readonly T[], keep: (item: T) => boolean): T | undefined {
    const coin = new CoinFlipper(() => this.next());
    let chosen: T | undefined;
    let seen = 0;
    for (const item of items) {
      if (!keep(item)) continue;
      seen++;
      if (seen === 1 || coin.oneOver(seen)) chosen = item;
    }
    return chosen;
  }

  private next(): number {
    if (this.at === this.words.length) this.refill();
    return this.words[this.at++] as number;
  }

  private refill(): void {
    const input = Uint32Array.of(0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, ...this.key, this.counter++, 0, 0, 0);
    const words = input.slice();
    for (let i = 0; i < 6; i++) {
      for (const [a, b, c, d] of QUARTERS) quarterRound(words, a, b, c, d);
    }
    for (let i = 0; i < 16; i++) words[i] = (words[i] as number) + (input[i] as number);
    this.words = words;
    this.at = 0;
  }
}

const QUARTERS: readonly (readonly [number, number, number, number])[] = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
];

const rotateLeft = (value: number, by: number): number => ((value << by) | (value >>> (32 - by))) >>> 0;

function quarterRound(words: Uint32Array, a: number, b: number, c: number, d: number): void {
  const get = (i: number): number => words[i] as number;
  const step = (x: number, y: number, z: number, by: number): void => {
    words[x] = get(x) + get(y);
    words[z] = rotateLeft(get(z) ^ get(x), by);
  };
  step(a, b, d, 16);
  step(c, d, b, 12);
  step(a, b, d, 8);
  step(c, d, b, 7);
}

/** Spends random bits one by one: §7.6. */
class CoinFlipper {
  private chunk = 0;
  private left = 0;
  private readonly draw: () => number;

  constructor(draw: () => number) {
    this.draw = draw;
  }

  oneOver(denominator: number): boolean {
    const bits = 31 - Math.clz32(denominator);
    return this.heads(bits) && this.ratio(2 ** bits, denominator);
  }

  private ratio(numerator: number, denominator: number): boolean {
    let n = numerator;
    while (n < denominator) {
      // Both are below 2^32, so 32-bit leading zeros give the same difference.
      const bits = Math.min(32, Math.max(1, Math.clz32(n) - (Math.clz32(denominator) + 1)));
      if (this.heads(bits)) n *= 2 ** bits;
      else if (bits > 1 || 2 * n - denominator <= 0) return false;
      else n = 2 * n - denominator;
    }
    return true;
  }

  private heads(bits: number): boolean {
    for (let wanted = bits; ; ) {
      const zeros = Math.clz32(this.chunk);
      if (zeros < wanted) {
        this.chunk = (this.chunk << ((zeros + 1) & 31)) >>> 0;
        this.left = Math.max(0, this.left - (zeros + 1));
        return false;
      }
      if (this.left >= wanted) {
        this.left -= wanted;
        this.chunk = (this.chunk << (wanted & 31)) >>> 0;
        return true;
      }
      wanted -= this.left;
      this.chunk = this.draw();
      this.left = 32;
    }
  }
}

import { someBytes } from '../check/index.js';
import { HalfSipHash, SALT_LENGTH } from './half-sip-hash.js';

/** Bits of a key. */
export const KEY_BITS = 48;

/** Keys, and sums of keys, count modulo this. */
export const KEY_SPACE = 2 ** KEY_BITS;

/** Keys are first put into parts by this many leading bits, so that no slice of the work is long. */
const PART_BITS = 10;
const PARTS = 2 ** PART_BITS;
const PART_SPAN = KEY_SPACE / PARTS;

/** The ids of one side as keys of one session, sorted, with a running sum that gives the fingerprint of any range at once. */
export class KeySet {
  readonly salt: Uint8Array;
  readonly #inOrder: Float64Array;
  readonly #sorted: Float64Array;
  /** The sum of all keys before this one. One longer than the keys. */
  readonly #sums: Float64Array;

  readonly #hash: HalfSipHash;

  /** @internal Use {@link KeySetBuilder}. */
  constructor(salt: Uint8Array, hash: HalfSipHash, inOrder: Float64Array, sorted: Float64Array, sums: Float64Array) {
    this.salt = salt;
    this.#hash = hash;
    this.#inOrder = inOrder;
    this.#sorted = sorted;
    this.#sums = sums;
  }

  /** Different keys. */
  get size(): number {
    return this.#sorted.length;
  }

  /** The sum of all keys. */
  get sum(): number {
    return this.#sums[this.size] as number;
  }

  /** The key of any id in this session. @param id 32 bytes */
  keyOf(id: Uint8Array): number {
    return this.#hash.hash(id);
  }

  /** Where the first key stands that is not below a bound. */
  indexFrom(bound: number): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sorted[middle] as number) < bound) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The sum of the keys from one index up to another. */
  sumBetween(start: number, end: number): number {
    return ((this.#sums[end] as number) - (this.#sums[start] as number) + KEY_SPACE) % KEY_SPACE;
  }

  /** The keys from one index up to another, ascending: a view. */
  slice(start: number, end: number): Float64Array {
    return this.#sorted.subarray(start, end);
  }

  /**
   * Which of the added ids have one of these keys.
   *
   * @param keys a set, where positions are asked for in slices: anything else is made into one each time
   * @param from the first position that is looked at, in the order of their adding
   * @param to the position before which looking ends
   * @returns positions, ascending
   */
  positionsOf(keys: Iterable<number>, from = 0, to = Infinity): number[] {
    const wanted = keys instanceof Set ? keys : new Set(keys);
    const positions: number[] = [];
    if (wanted.size === 0) return positions;
    const end = Math.min(to, this.#inOrder.length);
    for (let i = from; i < end; i++) if (wanted.has(this.#inOrder[i] as number)) positions.push(i);
    return positions;
  }
}

/**
 * Makes a {@link KeySet}: first {@link KeySetBuilder.add} every id, then {@link KeySetBuilder.step} until it is built. Both can be spread over
 * time, so that a set of a million ids blocks nobody.
 *
 * @example
 * ```ts
 * const builder = new KeySetBuilder(salt);
 * for (const id of ids) builder.add(id);
 * while (!builder.step(20_000)) await pause();
 * const set = builder.build();
 * ```
 */
export class KeySetBuilder {
  readonly #salt: Uint8Array;
  readonly #hash: HalfSipHash;
  #keys = new Float64Array(64);
  #count = 0;
  /** How many keys each part has; after the scattering, where each part ends. */
  readonly #ends = new Uint32Array(PARTS);
  #work: Generator<number, void, undefined> | undefined;
  #done = false;
  #sorted: Float64Array = new Float64Array(0);
  #sums: Float64Array = new Float64Array(1);

  /** @param salt 8 bytes that nobody could know when the ids were made: from the system's generator, new for each session */
  constructor(salt: Uint8Array) {
    CHECK: someBytes('salt', salt);
    if (salt.length !== SALT_LENGTH) throw new RangeError(`salt must have ${SALT_LENGTH} bytes, got ${salt.length}`);
    this.#salt = salt.slice();
    this.#hash = new HalfSipHash(salt);
  }

  /** @param id 32 bytes; not kept */
  add(id: Uint8Array): void {
    if (id?.length !== 32) throw new RangeError(`id must have 32 bytes, got ${id?.length}`);
    if (this.#work) throw new Error('no id can be added once the building has begun');
    const key = this.#hash.hash(id);
    if (this.#count === this.#keys.length) {
      const larger = new Float64Array(2 * this.#count);
      larger.set(this.#keys);
      this.#keys = larger;
    }
    this.#keys[this.#count++] = key;
    const part = Math.floor(key / PART_SPAN);
    this.#ends[part] = (this.#ends[part] as number) + 1;
  }

  /** Does some of the work. @param keys about how many keys to go over @returns whether all is done */
  step(keys: number): boolean {
    CHECK: if (typeof keys !== 'number' || !(keys > 0))
      throw new RangeError(`keys must be a number above 0, got ${keys}`);
    this.#work ??= this.#sort();
    for (let left = keys; left > 0 && !this.#done; ) {
      const { done, value } = this.#work.next();
      if (done) this.#done = true;
      else left -= value;
    }
    return this.#done;
  }

  /** The set, after the rest of the work. */
  build(): KeySet {
    this.step(Infinity);
    return new KeySet(this.#salt, this.#hash, this.#keys.subarray(0, this.#count), this.#sorted, this.#sums);
  }

  /** Yields how many keys it has gone over. */
  *#sort(): Generator<number, void, undefined> {
    const sorted = new Float64Array(this.#count);
    yield* this.#scatter(sorted);
    for (let part = 0, start = 0; part < PARTS; part++) {
      const end = this.#ends[part] as number;
      if (end - start > 1) sorted.subarray(start, end).sort();
      yield end - start;
      start = end;
    }
    yield* this.#sum(sorted);
  }

  /** Puts each key into its part. */
  *#scatter(sorted: Float64Array): Generator<number, void, undefined> {
    let before = 0;
    for (let part = 0; part < PARTS; part++) {
      const count = this.#ends[part] as number;
      this.#ends[part] = before;
      before += count;
    }
    for (let i = 0; i < this.#count; i++) {
      const key = this.#keys[i] as number;
      const part = Math.floor(key / PART_SPAN);
      const at = this.#ends[part] as number;
      sorted[at] = key;
      this.#ends[part] = at + 1;
      if (i % 1024 === 1023) yield 1024;
    }
  }

  /** Leaves equal keys out, and adds up. */
  *#sum(sorted: Float64Array): Generator<number, void, undefined> {
    const sums = new Float64Array(sorted.length + 1);
    let count = 0;
    let last = -1;
    for (let i = 0; i < sorted.length; i++) {
      const key = sorted[i] as number;
      if (key !== last) {
        sorted[count] = key;
        sums[count + 1] = ((sums[count] as number) + key) % KEY_SPACE;
        count++;
        last = key;
      }
      if (i % 1024 === 1023) yield 1024;
    }
    this.#sorted = sorted.subarray(0, count);
    this.#sums = sums.subarray(0, count + 1);
  }
}

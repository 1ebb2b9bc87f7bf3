import type { Rng } from './rng.js';
import { NO_ITEMS, withOneMore } from './short-list.js';

/** Up to this many values take up no more room than they need. */
const SMALL = 5;

/**
 * A set that keeps an order: the random choices of the protocol go by position, so the order is part of every decision.
 * It behaves as the reference's set does, whose deletions differ in what they do to the order.
 *
 * An array inside: the views of a node are small (5 and 30 by default), where scanning beats hashing.
 */
export class IndexSet<T> {
  #items: T[] = NO_ITEMS;

  /** How many values there are. */
  get size(): number {
    return this.#items.length;
  }

  /** The values in order. No copy: do not change the set while walking it, and do not keep it. */
  get values(): readonly T[] {
    return this.#items;
  }

  has(value: T): boolean {
    return this.#items.includes(value);
  }

  /** Appends a value; one that is present keeps its place. Returns whether it is new. */
  add(value: T): boolean {
    if (this.#items.includes(value)) return false;
    if (this.#items.length < SMALL) this.#items = withOneMore(this.#items, this.#items.length, value);
    else this.#items.push(value);
    return true;
  }

  /** Removes a value; the last one moves into the hole. Returns whether it was present. */
  delete(value: T): boolean {
    const index = this.#items.indexOf(value);
    if (index < 0) return false;
    this.deleteAt(index);
    return true;
  }

  /**
   * Removes and returns the value at an index; the last one moves into the hole.
   *
   * @throws RangeError when there is no such index.
   */
  deleteAt(index: number): T {
    const items = this.#items;
    if (!(index >= 0 && index < items.length)) throw new RangeError(`no value at index ${index} of ${items.length}`);
    const removed = items[index] as T;
    const last = items.pop() as T;
    if (index < items.length) items[index] = last;
    else if (index === 0) this.#items = NO_ITEMS;
    return removed;
  }

  /** Removes and returns a random value; those behind it move up and keep their order. */
  deleteRandom(rng: Rng): T | undefined {
    const items = this.#items;
    return items.length === 0 ? undefined : items.splice(rng.index(items.length), 1)[0];
  }

  /** A random value, `undefined` (without a draw) when there is none. */
  pick(rng: Rng): T | undefined {
    const items = this.#items;
    return items.length === 0 ? undefined : items[rng.index(items.length)];
  }

  /** A random value among those that `keep` accepts. */
  pickWhere(keep: (value: T) => boolean, rng: Rng): T | undefined {
    return rng.chooseWhere(this.#items, keep);
  }

  /** At most `limit` of the values in random order: all are shuffled, then the list is cut. */
  shuffled(limit: number, rng: Rng): T[] {
    return cut(this.#items.slice(), limit, rng);
  }

  /** As {@link shuffled}, leaving out one value. */
  shuffledWithout(value: T, limit: number, rng: Rng): T[] {
    return cut(
      this.#items.filter((item) => item !== value),
      limit,
      rng,
    );
  }
}

function cut<T>(items: T[], limit: number, rng: Rng): T[] {
  rng.shuffle(items);
  if (items.length > limit) items.length = limit;
  return items;
}

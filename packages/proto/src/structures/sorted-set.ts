import { NO_ITEMS, removeAt, withOneMore } from './short-list.js';

/**
 * A small set that is walked in ascending order, without sorting on each walk. Numbers sort by value, strings by UTF-16
 * units, which for lower-case hex is the order of the bytes.
 */
export class SortedSet<T extends string | number> {
  #items: T[] = NO_ITEMS;

  get size(): number {
    return this.#items.length;
  }

  /** The values in ascending order. No copy: do not change the set while walking it, and do not keep it. */
  get values(): readonly T[] {
    return this.#items;
  }

  has(value: T): boolean {
    return this.#items.includes(value);
  }

  add(value: T): void {
    const items = this.#items;
    const index = lowerBound(items, value);
    if (items[index] !== value) this.#items = withOneMore(items, index, value);
  }

  delete(value: T): void {
    const items = this.#items;
    const index = items.indexOf(value);
    if (index < 0) return;
    if (items.length === 1) this.#items = NO_ITEMS;
    else removeAt(items, index, 1);
  }
}

/** The first index whose item is not below `value`. */
function lowerBound<T extends string | number>(items: readonly T[], value: T): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle] as T) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

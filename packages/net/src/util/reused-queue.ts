/** How many free places there must be in front of the oldest item to be used again before the queue grows. */
const GAP = 64;

/**
 * Items that wait until all of them are taken at once, again and again, on the path of each datagram. The queue reuses its places; a set or an array
 * that is emptied would make garbage each time.
 */
export class ReusedQueue<T> {
  readonly #items: (T | undefined)[] = [];
  #next = 0;
  #end = 0;

  get size(): number {
    return this.#end - this.#next;
  }

  /** The oldest item; undefined when there is none. */
  get first(): T | undefined {
    return this.#items[this.#next];
  }

  push(item: T): void {
    if (this.#next >= GAP && this.#end === this.#items.length) this.#closeUp();
    this.#items[this.#end++] = item;
  }

  /** The oldest item, also one that was pushed a moment ago; undefined when there is none. */
  take(): T | undefined {
    if (this.#next === this.#end) return undefined;
    const item = this.#items[this.#next] as T;
    this.#items[this.#next++] = undefined;
    if (this.#next === this.#end) this.#next = this.#end = 0;
    return item;
  }

  /** Moves the items to the front. Each item is moved at most once for every `GAP` items that are taken. */
  #closeUp(): void {
    const items = this.#items;
    items.copyWithin(0, this.#next, this.#end);
    items.fill(undefined, this.#end - this.#next);
    this.#end -= this.#next;
    this.#next = 0;
  }

  clear(): void {
    this.#items.length = 0;
    this.#next = this.#end = 0;
  }
}

/**
 * A queue that one side pushes into and the other reads as an async iterable. Leaving a `for await` loop leaves the queue open.
 *
 * It holds no limit of its own: whoever pushes checks {@link AsyncQueue.size} first, because only the owner knows what to do
 * when it is full.
 */
export class AsyncQueue<T> implements AsyncIterableIterator<T> {
  #items: T[] = [];
  #head = 0;
  #waiting: Array<(result: IteratorResult<T>) => void> = [];
  #ended = false;

  /** How many items nobody has read yet. */
  get size(): number {
    return this.#items.length - this.#head;
  }

  /** Whether {@link AsyncQueue.end} was called. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Adds an item. After the end it is dropped. */
  push(item: T): void {
    if (this.#ended) return;
    const reader = this.#waiting.shift();
    if (reader) reader({ done: false, value: item });
    else this.#items.push(item);
  }

  /** Readers get what is left, then the end. */
  end(): void {
    this.#ended = true;
    for (const reader of this.#waiting.splice(0)) reader({ done: true, value: undefined });
  }

  /** Takes out the oldest item without waiting. */
  shift(): T | undefined {
    if (this.size === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head++] = undefined as T; // freed at once; the array is compacted now and then
    if (this.#head === this.#items.length || this.#head >= 1024) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Takes out an item that nobody has read yet. Looks through all. */
  remove(item: T): void {
    const at = this.#items.indexOf(item, this.#head);
    if (at >= 0) this.#items.splice(at, 1);
  }

  next(): Promise<IteratorResult<T>> {
    if (this.size > 0) return Promise.resolve({ done: false, value: this.shift() as T });
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** A loop was left: what comes is kept for the next one, which goes on where this one stopped. */
  return(): Promise<IteratorResult<T>> {
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

interface Entry<T> {
  readonly time: number;
  readonly sequence: number;
  readonly item: T;
}

/**
 * Items by time, earliest first; those of equal time in the order of their insertion. A binary heap: inserting and
 * taking cost the logarithm of its size. For hosts that keep the kernel's timers.
 *
 * @example
 * ```ts
 * const timers = new TimerHeap<string>();
 * timers.insert(20, 'later');
 * timers.insert(10, 'sooner');
 * timers.popUntil(15); // { time: 10, item: 'sooner' }
 * timers.popUntil(15); // undefined
 * ```
 */
export class TimerHeap<T> {
  readonly #heap: Entry<T>[] = [];
  #sequence = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** The earliest time, `undefined` when the heap is empty. */
  get nextTime(): number | undefined {
    return this.#heap[0]?.time;
  }

  insert(time: number, item: T): void {
    CHECK: if (typeof time !== 'number' || !(time >= 0))
      throw new RangeError(`time must be a number of at least 0, got ${time}`);
    const heap = this.#heap;
    const entry: Entry<T> = { time, sequence: this.#sequence++, item };
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as Entry<T>;
      if (!before(entry, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
  }

  /** Takes the earliest item if its time is `limit` or before. */
  popUntil(limit: number): { readonly time: number; readonly item: T } | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.time > limit) return undefined;
    const last = this.#heap.pop() as Entry<T>;
    if (this.#heap.length > 0) this.#sinkFromTop(last);
    return first;
  }

  clear(): void {
    this.#heap.length = 0;
  }

  #sinkFromTop(entry: Entry<T>): void {
    const heap = this.#heap;
    const { length } = heap;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= length) break;
      if (child + 1 < length && before(heap[child + 1] as Entry<T>, heap[child] as Entry<T>)) child++;
      const below = heap[child] as Entry<T>;
      if (!before(below, entry)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = entry;
  }
}

function before<T>(a: Entry<T>, b: Entry<T>): boolean {
  return a.time < b.time || (a.time === b.time && a.sequence < b.sequence);
}

interface Entry<T> {
  readonly value: T;
  readonly expires: number;
}

/**
 * A set whose values expire. Time is whatever the caller says it is.
 *
 * The kernel inserts with ever later expiry, so a queue keeps the order of expiry: values enter at one end and leave at the other, both in constant
 * time.
 */
export class TimeBoundSet<T> {
  /** Made with the first value and let go with the last: most topics of a node are quiet. */
  #entries: Map<T, Entry<T>> | undefined;
  /** By expiry, ties by insertion. An entry that is no longer in the map is a leftover of a replaced one. */
  #queue: Entry<T>[] = [];
  #head = 0;

  get size(): number {
    return this.#entries?.size ?? 0;
  }

  /** Places that the queue of expiries takes up, leftovers of replaced and dropped entries included. */
  get slots(): number {
    return this.#queue.length;
  }

  /** Whether the value is in the set, also when it has expired and {@link expireUntil} has not been called since. */
  has(value: T): boolean {
    return this.#entries?.has(value) ?? false;
  }

  /** The values, also those that have expired and {@link expireUntil} has not removed since. */
  values(): Iterable<T> {
    return this.#entries?.keys() ?? [];
  }

  /** A copy of the values and their expiries, as {@link values}. */
  entries(): readonly { readonly value: T; readonly expires: number }[] {
    return [...(this.#entries?.values() ?? [])];
  }

  /** Inserts a value, or gives it another expiry. */
  insert(value: T, expires: number): void {
    const entry: Entry<T> = { value, expires };
    this.#entries ??= new Map();
    this.#entries.set(value, entry);
    const queue = this.#queue;
    let index = queue.length;
    while (index > this.#head && (queue[index - 1] as Entry<T>).expires > expires) index--;
    if (index === queue.length) queue.push(entry);
    else queue.splice(index, 0, entry);
  }

  /**
   * Gives a value that is in the set a later expiry, if it is later by at least `gain`: each time costs a place in the queue.
   *
   * @returns whether it is in the set
   */
  renew(value: T, expires: number, gain: number): boolean {
    const entry = this.#entries?.get(value);
    if (entry === undefined) return false;
    if (expires - entry.expires >= gain) this.insert(value, expires);
    return true;
  }

  /** Removes all values that expire at `now` or before and returns how many there were. @param onExpired - is told of each, and when it expired */
  expireUntil(now: number, onExpired?: (value: T, expires: number) => void): number {
    let count = 0;
    for (;;) {
      const first = this.#queue[this.#head];
      if (first === undefined || first.expires > now) return count;
      if (!this.#dropFirst()) continue;
      count++;
      onExpired?.(first.value, first.expires);
    }
  }

  /** Removes and returns the value that expires first. */
  dropOldest(): T | undefined {
    while (this.#head < this.#queue.length) {
      const { value } = this.#queue[this.#head] as Entry<T>;
      if (this.#dropFirst()) return value;
    }
    return undefined;
  }

  clear(): void {
    this.#entries = undefined;
    this.#queue = [];
    this.#head = 0;
  }

  /** Takes the head off the queue; false when it was a leftover. */
  #dropFirst(): boolean {
    const first = this.#queue[this.#head++] as Entry<T>;
    // Once half of the queue has left, the rest moves up. Each entry is moved at most once per halving, so the cost per entry stays constant.
    if (this.#head > 32 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    if (this.#entries?.get(first.value) !== first) return false;
    this.#entries.delete(first.value);
    if (this.#entries.size === 0) this.clear();
    return true;
  }
}

interface Entry<K, V> {
  readonly key: K;
  readonly value: V;
  readonly expires: number;
  readonly weight: number;
}

/** What a {@link TimeBoundCache} may hold besides the bound in time. */
export interface CacheLimits<V> {
  /** Most entries. Default: no limit. */
  readonly maxCount?: number;
  /** Largest sum of weights. Default: no limit. */
  readonly maxWeight?: number;
  /** What an entry counts towards `maxWeight`. Default: nothing. */
  readonly weigh?: (value: V) => number;
}

/**
 * A map whose entries expire. Time is whatever the caller says it is.
 *
 * The kernel inserts with ever later expiry, so the order of expiry is kept in a queue that is appended to at one end
 * and eaten from the other: both in constant time.
 */
export class TimeBoundCache<K, V> {
  readonly #entries = new Map<K, Entry<K, V>>();
  /** By expiry, ties by insertion. An entry that is no longer in the map is a leftover of a replaced one. */
  #queue: Entry<K, V>[] = [];
  #head = 0;
  #totalWeight = 0;
  readonly #maxCount: number;
  readonly #maxWeight: number;
  readonly #weigh: (value: V) => number;

  constructor({ maxCount = Infinity, maxWeight = Infinity, weigh = () => 0 }: CacheLimits<V> = {}) {
    this.#maxCount = maxCount;
    this.#maxWeight = maxWeight;
    this.#weigh = weigh;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The sum of the entries' weights. */
  get weight(): number {
    return this.#totalWeight;
  }

  /** Places that the queue of expiries takes up, leftovers of replaced and dropped entries included. */
  get slots(): number {
    return this.#queue.length;
  }

  has(key: K): boolean {
    return this.#entries.has(key);
  }

  /** The value, also when it has expired and {@link expireUntil} has not been called since. */
  get(key: K): V | undefined {
    return this.#entries.get(key)?.value;
  }

  /** When the entry of a key expires. */
  expires(key: K): number | undefined {
    return this.#entries.get(key)?.expires;
  }

  /**
   * Inserts or replaces an entry; a replaced one takes over the new expiry.
   *
   * @returns How many entries had to go, the next to expire first, so that the limits hold. The new one may be among
   * them.
   */
  insert(key: K, value: V, expires: number): number {
    const replaced = this.#entries.get(key);
    if (replaced !== undefined) this.#totalWeight -= replaced.weight;
    const entry: Entry<K, V> = { key, value, expires, weight: this.#weigh(value) };
    this.#entries.set(key, entry);
    this.#totalWeight += entry.weight;
    this.#enqueue(entry);

    let evicted = 0;
    while (this.#entries.size > this.#maxCount || this.#totalWeight > this.#maxWeight) evicted += this.#dropFirst();
    return evicted;
  }

  /** Removes all entries that expire at `now` or before and returns how many there were. */
  expireUntil(now: number): number {
    let count = 0;
    for (;;) {
      const first = this.#queue[this.#head];
      if (first === undefined || first.expires > now) return count;
      count += this.#dropFirst();
    }
  }

  /** The keys that expire last, at most `limit`, in the order of their expiry. */
  newestKeys(limit: number): K[] {
    const keys: K[] = [];
    for (let i = this.#queue.length - 1; i >= this.#head && keys.length < limit; i--) {
      const entry = this.#queue[i] as Entry<K, V>;
      if (this.#entries.get(entry.key) === entry) keys.push(entry.key);
    }
    return keys.reverse();
  }

  #enqueue(entry: Entry<K, V>): void {
    const queue = this.#queue;
    let index = queue.length;
    while (index > this.#head && (queue[index - 1] as Entry<K, V>).expires > entry.expires) index--;
    if (index === queue.length) queue.push(entry);
    else queue.splice(index, 0, entry);
  }

  /** Takes the head off the queue and returns how many entries that removed from the map: 1, or 0 for a leftover. */
  #dropFirst(): number {
    const first = this.#queue[this.#head++] as Entry<K, V>;
    // Half of the queue eaten: close up. Each entry is moved at most once per halving, so this stays constant per entry.
    if (this.#head > 32 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    if (this.#entries.get(first.key) !== first) return 0;
    this.#entries.delete(first.key);
    this.#totalWeight -= first.weight;
    return 1;
  }
}

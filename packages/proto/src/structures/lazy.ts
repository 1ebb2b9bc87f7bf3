// Most of what a topic may have to remember it has not, most of the time, and a node may be in thousands of quiet topics. An
// empty Map or Set takes some 200 bytes. These are made with their first entry and let go with their last.

/** A map that takes up nothing while it is empty. */
export class LazyMap<K, V> {
  #map: Map<K, V> | undefined;

  get size(): number {
    return this.#map?.size ?? 0;
  }

  get(key: K): V | undefined {
    return this.#map?.get(key);
  }

  has(key: K): boolean {
    return this.#map?.has(key) ?? false;
  }

  set(key: K, value: V): void {
    this.#map ??= new Map();
    this.#map.set(key, value);
  }

  delete(key: K): boolean {
    const map = this.#map;
    if (map?.delete(key) !== true) return false;
    if (map.size === 0) this.#map = undefined;
    return true;
  }

  clear(): void {
    this.#map = undefined;
  }

  /** The keys, oldest first. */
  keys(): Iterable<K> {
    return this.#map?.keys() ?? [];
  }

  /** The values, oldest first. */
  values(): Iterable<V> {
    return this.#map?.values() ?? [];
  }

  /** Keys and values, oldest first. */
  [Symbol.iterator](): Iterator<[K, V]> {
    return (this.#map ?? [])[Symbol.iterator]() as Iterator<[K, V]>;
  }

  /** The key that has been in the map for longest. */
  get oldest(): K | undefined {
    return this.#map?.keys().next().value;
  }
}

/** A set that takes up nothing while it is empty. */
export class LazySet<T> {
  #set: Set<T> | undefined;

  get size(): number {
    return this.#set?.size ?? 0;
  }

  has(value: T): boolean {
    return this.#set?.has(value) ?? false;
  }

  add(value: T): void {
    this.#set ??= new Set();
    this.#set.add(value);
  }

  delete(value: T): boolean {
    const set = this.#set;
    if (set?.delete(value) !== true) return false;
    if (set.size === 0) this.#set = undefined;
    return true;
  }

  /** The values, oldest first. */
  [Symbol.iterator](): Iterator<T> {
    return (this.#set ?? [])[Symbol.iterator]() as Iterator<T>;
  }

  /** The value that has been in the set for longest. */
  get oldest(): T | undefined {
    return this.#set?.values().next().value;
  }
}

import { removeAt, withOneMore } from './short-list.js';

// A topic has little of all that it may have to remember, and only about a neighbor or two; and a node may be in thousands of quiet topics. An empty
// Map or Set takes some 200 bytes, one with an entry up to 500. So these take up nothing while they are empty, and are a short list while they have
// few entries.

/**
 * Up to this many entries are a list that is looked through. An active view has five: comparing them costs less than hashing, and each message does
 * it.
 */
const FEW = 8;

/** A map that takes up nothing while it is empty, and little while it is small. */
export class LazyMap<K, V extends NonNullable<unknown>> {
  /** Keys and values in turns, oldest first; a map where there are more than a few. */
  #entries: (K | V)[] | Map<K, V> | undefined;

  get size(): number {
    const entries = this.#entries;
    if (entries === undefined) return 0;
    return entries instanceof Map ? entries.size : entries.length / 2;
  }

  get(key: K): V | undefined {
    const entries = this.#entries;
    if (entries === undefined) return undefined;
    if (entries instanceof Map) return entries.get(key);
    const at = find(entries, key);
    return at === -1 ? undefined : (entries[at + 1] as V);
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  set(key: K, value: V): void {
    const entries = this.#entries;
    if (entries === undefined) {
      this.#entries = [key, value];
    } else if (entries instanceof Map) {
      entries.set(key, value);
    } else {
      const at = find(entries, key);
      if (at !== -1) entries[at + 1] = value;
      else if (entries.length < 2 * FEW)
        this.#entries = withOneMore<K | V>(withOneMore<K | V>(entries, entries.length, key), entries.length + 1, value);
      else this.#entries = new Map(pairs<K, V>(entries)).set(key, value);
    }
  }

  delete(key: K): boolean {
    const entries = this.#entries;
    if (entries === undefined) return false;
    if (entries instanceof Map) {
      if (!entries.delete(key)) return false;
    } else {
      const at = find(entries, key);
      if (at === -1) return false;
      removeAt(entries, at, 2);
    }
    if (this.size === 0) this.#entries = undefined;
    return true;
  }

  clear(): void {
    this.#entries = undefined;
  }

  /** The keys, oldest first. As with a Map, entries may be deleted on the way. */
  keys(): Iterable<K> {
    return [...this].map(([key]) => key);
  }

  /** The values, oldest first. */
  values(): Iterable<V> {
    return [...this].map(([, value]) => value);
  }

  /** Keys and values, oldest first. */
  [Symbol.iterator](): Iterator<[K, V]> {
    const entries = this.#entries;
    return (entries instanceof Map ? entries : pairs<K, V>(entries ?? []))[Symbol.iterator]();
  }

  /** The key that has been in the map for longest. */
  get oldest(): K | undefined {
    const entries = this.#entries;
    return entries instanceof Map ? entries.keys().next().value : (entries?.[0] as K | undefined);
  }
}

/** A set that takes up nothing while it is empty, and little while it is small. */
export class LazySet<T> {
  #values: T[] | Set<T> | undefined;

  get size(): number {
    const values = this.#values;
    if (values === undefined) return 0;
    return values instanceof Set ? values.size : values.length;
  }

  has(value: T): boolean {
    const values = this.#values;
    if (values === undefined) return false;
    return values instanceof Set ? values.has(value) : values.includes(value);
  }

  add(value: T): void {
    const values = this.#values;
    if (values === undefined) this.#values = [value];
    else if (values instanceof Set) values.add(value);
    else if (values.includes(value)) return;
    else if (values.length < FEW) this.#values = withOneMore(values, values.length, value);
    else this.#values = new Set(values).add(value);
  }

  delete(value: T): boolean {
    const values = this.#values;
    if (values === undefined) return false;
    if (values instanceof Set) {
      if (!values.delete(value)) return false;
    } else {
      const at = values.indexOf(value);
      if (at === -1) return false;
      removeAt(values, at, 1);
    }
    if (this.size === 0) this.#values = undefined;
    return true;
  }

  clear(): void {
    this.#values = undefined;
  }

  /** The values, oldest first. As with a Set, they may be deleted on the way. */
  [Symbol.iterator](): Iterator<T> {
    const values = this.#values;
    return (values instanceof Set ? values : [...(values ?? [])])[Symbol.iterator]();
  }

  /** The value that has been in the set for longest. */
  get oldest(): T | undefined {
    const values = this.#values;
    return values instanceof Set ? values.values().next().value : values?.[0];
  }
}

// These are functions because private methods would cost each instance eight bytes.

/** Where a key stands among keys and values in turns. */
function find(entries: readonly unknown[], key: unknown): number {
  for (let at = 0; at < entries.length; at += 2) if (entries[at] === key) return at;
  return -1;
}

function pairs<K, V>(entries: readonly (K | V)[]): [K, V][] {
  const found: [K, V][] = [];
  for (let at = 0; at < entries.length; at += 2) found.push([entries[at] as K, entries[at + 1] as V]);
  return found;
}

import { LazyMap } from '../structures/lazy.js';

/** Keys that are remembered. The oldest are forgotten: somebody with more identities than this is bounded by rates for all together. */
const MAX_KEYS = 1024;

/** How often something may happen within a window, for each key. Fixed windows: simple, and never more than twice the limit within any window. */
export class RateLimit<K> {
  readonly #windows = new LazyMap<K, { readonly start: number; count: number }>();
  readonly #perWindow: number;
  readonly #window: number;

  constructor(perWindow: number, window: number) {
    this.#perWindow = perWindow;
    this.#window = window;
  }

  /** Whether it may happen now. */
  allows(key: K, now: number): boolean {
    const current = this.#windows.get(key);
    return current === undefined || now - current.start >= this.#window || current.count < this.#perWindow;
  }

  /** It happens. */
  count(key: K, now: number): void {
    const current = this.#windows.get(key);
    if (current !== undefined && now - current.start < this.#window) {
      current.count++;
      return;
    }
    // Deleting first moves the key to the end of the map's order, which is the order of forgetting.
    this.#windows.delete(key);
    if (this.#windows.size >= MAX_KEYS) this.#windows.delete(this.#windows.oldest as K);
    this.#windows.set(key, { start: now, count: 1 });
  }

  /** Whether it may happen now; if so, it is counted. */
  admit(key: K, now: number): boolean {
    if (!this.allows(key, now)) return false;
    this.count(key, now);
    return true;
  }
}

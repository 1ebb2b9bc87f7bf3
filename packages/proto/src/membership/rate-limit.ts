import { LazyMap } from '../structures/lazy.js';

/** Keys that are remembered. The oldest are forgotten: somebody with more identities than this is bounded by rates for all together. */
const MAX_KEYS = 1024;

interface Window {
  /** Whole: a number with a fraction takes 16 bytes more. */
  readonly start: number;
  count: number;
}

/** How often something may happen within a window, for each key. Fixed windows: simple, and never more than twice the limit within any window. */
export class RateLimit<K> extends LazyMap<K, Window> {
  readonly #perWindow: number;
  readonly #window: number;

  constructor(perWindow: number, window: number) {
    super();
    this.#perWindow = perWindow;
    this.#window = window;
  }

  /** Its window, until that is over. Protected, because private methods would cost each instance eight bytes. */
  protected current(key: K, now: number): Window | undefined {
    const last = this.get(key);
    return last !== undefined && now - last.start < this.#window ? last : undefined;
  }

  /** Whether it may happen now. */
  allows(key: K, now: number): boolean {
    return (this.current(key, now)?.count ?? 0) < this.#perWindow;
  }

  /** It happens. */
  count(key: K, now: number): void {
    const current = this.current(key, now);
    if (current !== undefined) {
      current.count++;
      return;
    }
    // Deleting first moves the key to the end of the map's order, which is the order of forgetting.
    this.delete(key);
    if (this.size >= MAX_KEYS) this.delete(this.oldest as K);
    this.set(key, { start: Math.floor(now), count: 1 });
  }

  /** Whether it may happen now; if so, it is counted. */
  admit(key: K, now: number): boolean {
    if (!this.allows(key, now)) return false;
    this.count(key, now);
    return true;
  }
}

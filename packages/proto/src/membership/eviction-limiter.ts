import { LazyMap } from '../structures/lazy.js';

/** Peers whose evictions are remembered. The oldest are forgotten: a host with more identities than this is not one host. */
const MAX_PEERS = 1024;

/**
 * Limits how often one peer may push somebody out of a full active view, so that one host cannot flush the view by joining
 * again and again. Counts in fixed windows: simple, and never more than twice the limit within any window.
 */
export class EvictionLimiter<P> {
  readonly #windows = new LazyMap<P, { readonly start: number; count: number }>();
  readonly #perWindow: number;
  readonly #window: number;

  constructor(perWindow: number, window: number) {
    this.#perWindow = perWindow;
    this.#window = window;
  }

  /** Whether a peer may evict now; if so, it is counted. */
  admit(peer: P, now: number): boolean {
    const current = this.#windows.get(peer);
    if (current !== undefined && now - current.start < this.#window) {
      if (current.count >= this.#perWindow) return false;
      current.count++;
      return true;
    }
    // Deleting first moves the peer to the end of the map's order, which is the order of forgetting.
    this.#windows.delete(peer);
    if (this.#windows.size >= MAX_PEERS) this.#windows.delete(this.#windows.oldest as P);
    this.#windows.set(peer, { start: now, count: 1 });
    return true;
  }
}

import { LazyMap } from '../structures/lazy.js';

/** A dial that takes this many times as long as an answer may is slow: most likely there is nobody. */
const SLOW = 4;

/** Requests whose dial was still running when the time for an answer was up, and how often it was. */
export class SlowDials<P> {
  readonly #overdue = new LazyMap<P, number>();

  /** A new request begins. */
  begin(peer: P): void {
    this.#overdue.delete(peer);
  }

  /** The time for an answer is up once more. @returns whether that makes the dial slow */
  overdue(peer: P): boolean {
    const times = (this.#overdue.get(peer) ?? 0) + 1;
    this.#overdue.set(peer, times);
    return times === SLOW;
  }

  has(peer: P): boolean {
    return (this.#overdue.get(peer) ?? 0) >= SLOW;
  }

  /** Forgets the requests that have ended. */
  sweep(pending: { readonly size: number; has(peer: P): boolean }): void {
    if (this.#overdue.size <= pending.size) return;
    for (const peer of this.#overdue.keys()) if (!pending.has(peer)) this.#overdue.delete(peer);
  }
}

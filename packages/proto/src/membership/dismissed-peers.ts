import { LazyMap } from '../structures/lazy.js';

/** Neighbors that were of no use: they are not taken back for a while. Bounded: those dismissed first are forgotten first. */
export class DismissedPeers<P> {
  /** When each may be taken back, in the order of these times. */
  readonly #until = new LazyMap<P, number>();
  readonly #duration: number;
  readonly #limit: number;

  constructor(duration: number, limit: number) {
    this.#duration = duration;
    this.#limit = limit;
  }

  add(peer: P, now: number): void {
    this.#until.delete(peer);
    this.#until.set(peer, now + this.#duration);
    if (this.#until.size > this.#limit) this.#until.delete(this.#until.oldest as P);
  }

  has(peer: P, now: number): boolean {
    const until = this.#until.get(peer);
    return until !== undefined && now < until;
  }
}

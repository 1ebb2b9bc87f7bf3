import type { Config } from '../config.js';
import { LazyMap } from '../structures/lazy.js';

/** Where there is no other neighbor, one is taken back after this part of the time that payloads are kept: two more tries, and all is still there. */
const ALONE = 1 / 3;

/** Neighbors that were of no use: they are not taken back for a while. Bounded: those dismissed first are forgotten first. */
export class DismissedPeers<P> {
  /** When each was dismissed, oldest first. */
  readonly #since = new LazyMap<P, number>();
  readonly #duration: number;
  readonly #durationAlone: number;
  readonly #limit: number;

  constructor({ hardened, broadcast }: Config, limit: number) {
    this.#duration = hardened.evictionWindow;
    this.#durationAlone = Math.min(this.#duration, ALONE * broadcast.messageCacheRetention);
    this.#limit = limit;
  }

  add(peer: P, now: number): void {
    this.#since.delete(peer);
    this.#since.set(peer, now);
    if (this.#since.size > this.#limit) this.#since.delete(this.#since.oldest as P);
  }

  delete(peer: P): void {
    this.#since.delete(peer);
  }

  has(peer: P, now: number, { isAlone }: { isAlone: boolean }): boolean {
    const since = this.#since.get(peer);
    return since !== undefined && now - since < (isAlone ? this.#durationAlone : this.#duration);
  }
}

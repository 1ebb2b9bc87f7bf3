import { LazyMap } from '../structures/lazy.js';

/** Most shuffles between two tries. */
const MAX_PAUSE = 16;

interface Lost {
  /** The shuffle from which on it may be tried again. */
  due: number;
  /** Shuffles from one try to the next. */
  pause: number;
}

/**
 * Neighbors whose links broke and that have not become neighbors again. They may be dead, or in another part of a network that has split: both halves
 * soon have full views again and forget each other. So now and then one of them is tried: at most one at each shuffle, and each ever more rarely. A
 * peer that can be reached and declines stays in the list, because the halves are still apart. Bounded: those lost first are forgotten first.
 */
export class LostPeers<P> {
  readonly #peers = new LazyMap<P, Lost>();
  readonly #limit: number;
  #shuffles = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#peers.size;
  }

  has(peer: P): boolean {
    return this.#peers.has(peer);
  }

  /** The link to a neighbor broke. */
  lost(peer: P): void {
    this.#peers.delete(peer);
    this.#peers.set(peer, { due: this.#shuffles + 1, pause: 1 });
    if (this.#peers.size > this.#limit) this.#peers.delete(this.#peers.oldest as P);
  }

  /** It is a neighbor again, or has left the topic. */
  found(peer: P): void {
    this.#peers.delete(peer);
  }

  /** All of them, those that were lost first to begin with. */
  keys(): Iterable<P> {
    return this.#peers.keys();
  }

  /** A shuffle is due. @returns whom to try along with it: of those whose time has come the one tried least, and of these the one lost last */
  next(): P | undefined {
    this.#shuffles++;
    let chosen: P | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const [peer, { due, pause }] of this.#peers) {
      if (due > this.#shuffles || pause > least) continue;
      chosen = peer;
      least = pause;
    }
    const entry = chosen === undefined ? undefined : this.#peers.get(chosen);
    if (entry !== undefined) {
      entry.due = this.#shuffles + entry.pause;
      entry.pause = Math.min(2 * entry.pause, MAX_PAUSE);
    }
    return chosen;
  }
}

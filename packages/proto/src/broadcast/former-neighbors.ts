import { LazyMap } from '../structures/lazy.js';

/** Former neighbors that are remembered; those that left first are forgotten first. */
const MAX_FORMER = 64;

interface Departure {
  readonly at: number;
  /** How many payloads had been here until then: it may have been told of these. */
  readonly insertions: number;
}

/**
 * Peers that were neighbors until a moment ago. What they sent before they knew is still on its way, and they may still ask for what we told them of.
 */
export class FormerNeighbors<P> {
  readonly #left = new LazyMap<P, Departure>();
  readonly #grace: number;

  /** @param grace - For how long they are remembered. */
  constructor(grace: number) {
    this.#grace = grace;
  }

  left(peer: P, insertions: number, now: number): void {
    for (const [other, { at }] of this.#left) {
      if (now - at < this.#grace && this.#left.size < MAX_FORMER) break;
      this.#left.delete(other);
    }
    this.#left.delete(peer);
    this.#left.set(peer, { at: now, insertions });
  }

  has(peer: P, now: number): boolean {
    return this.#departure(peer, now) !== undefined;
  }

  /** Whether a peer was still a neighbor when payload number `ordinal` came. */
  wasTold(peer: P, ordinal: number, now: number): boolean {
    const departure = this.#departure(peer, now);
    return departure !== undefined && ordinal <= departure.insertions;
  }

  /** It is a neighbor again. */
  returned(peer: P): void {
    this.#left.delete(peer);
  }

  #departure(peer: P, now: number): Departure | undefined {
    const departure = this.#left.get(peer);
    return departure !== undefined && now - departure.at < this.#grace ? departure : undefined;
  }
}

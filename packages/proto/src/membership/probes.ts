import { LazyMap } from '../structures/lazy.js';

/** Why a peer is asked. */
export type ProbeCause =
  /** The user wants us to join it. */
  | 'told'
  /** It is probably in our swarm. */
  | 'presumed'
  /** It was in our swarm, and may have ended up in another part of it since many were lost at once. */
  | 'doubted';

/**
 * Peers that we have asked whether they are in our swarm, although we have neighbors, until they answer. Bounded: those asked first are forgotten
 * first.
 */
export class Probes<P> {
  readonly #causes = new LazyMap<P, ProbeCause>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  has(peer: P): boolean {
    return this.#causes.has(peer);
  }

  /** Where a peer is asked twice, the stronger cause stays: what the user wants, then what we presume, then a doubt. */
  add(peer: P, cause: ProbeCause): void {
    const known = this.#causes.get(peer);
    this.#causes.delete(peer);
    this.#causes.set(peer, known !== undefined && RANK[known] < RANK[cause] ? known : cause);
    if (this.#causes.size > this.#limit) this.#causes.delete(this.#causes.oldest as P);
  }

  /** It has answered, or cannot. @returns why it was asked; undefined when it was not */
  delete(peer: P): ProbeCause | undefined {
    const cause = this.#causes.get(peer);
    this.#causes.delete(peer);
    return cause;
  }
}

const RANK: Readonly<Record<ProbeCause, number>> = { told: 0, presumed: 1, doubted: 2 };

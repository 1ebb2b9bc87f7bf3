import { LazyMap } from '../structures/lazy.js';

/** Why a peer is asked. */
export type ProbeCause =
  /** The user wants us to join it. */
  | 'told'
  /** It is probably in our swarm. */
  | 'presumed'
  /** It was in our swarm, and whether it has found its way since many are gone is in doubt. */
  | 'doubted';

/** Peers that we ask, although we have neighbors, whether they are in our swarm; until they answer. Bounded: those asked first are forgotten first. */
export class Probes<P> {
  readonly #causes = new LazyMap<P, ProbeCause>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  has(peer: P): boolean {
    return this.#causes.has(peer);
  }

  /** What the user wants counts more than what we presume, and that more than a doubt. */
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

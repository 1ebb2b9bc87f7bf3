import type { PeerId } from '../peer-id.js';
import type { SortedSet } from '../structures/sorted-set.js';

/** The active neighbors of a topic: those to which the shared tree carries payloads, and the others. */
export class ActiveNeighbors<P extends PeerId> {
  readonly #eager: SortedSet<P>;
  readonly #lazy: SortedSet<P>;
  #sorted: readonly P[] | undefined;

  constructor(eager: SortedSet<P>, lazy: SortedSet<P>) {
    this.#eager = eager;
    this.#lazy = lazy;
  }

  /** All of them, sorted. */
  get values(): readonly P[] {
    this.#sorted ??= [...this.#eager.values, ...this.#lazy.values].sort((a, b) => (a < b ? -1 : 1));
    return this.#sorted;
  }

  has(peer: P): boolean {
    return this.#eager.has(peer) || this.#lazy.has(peer);
  }

  /** Whether the shared tree carries payloads to a peer. */
  isEager(peer: P): boolean {
    return this.#eager.has(peer);
  }

  /** A neighbor has come or gone. */
  changed(): void {
    this.#sorted = undefined;
  }
}

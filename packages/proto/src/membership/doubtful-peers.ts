/**
 * Passive peers of which nothing was heard since many neighbors were lost at once: they are looked for one by one. Bounded: those that have been there
 * longest are forgotten first.
 */
export class DoubtfulPeers<P> {
  readonly #peers = new Set<P>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(peers: Iterable<P>): void {
    for (const peer of peers) this.#peers.add(peer);
    for (const oldest of this.#peers) {
      if (this.#peers.size <= this.#limit) break;
      this.#peers.delete(oldest);
    }
  }

  /** It is there. */
  heardFrom(peer: P): void {
    this.#peers.delete(peer);
  }

  /** Takes out the next; undefined when there is none. @param isOf - whether it is still of interest */
  next(isOf: (peer: P) => boolean): P | undefined {
    for (const peer of this.#peers) {
      this.#peers.delete(peer);
      if (isOf(peer)) return peer;
    }
    return undefined;
  }
}

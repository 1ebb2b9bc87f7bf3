/**
 * Passive peers that nothing was heard of since many neighbors were lost at once: they are probed one by one. Bounded: those added first are
 * forgotten first.
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

  /** A peer has sent something. */
  heardFrom(peer: P): void {
    this.#peers.delete(peer);
  }

  /** Takes out the next peer; `undefined` when there is none. @param isOf - whether a peer is still of interest */
  next(isOf: (peer: P) => boolean): P | undefined {
    for (const peer of this.#peers) {
      this.#peers.delete(peer);
      if (isOf(peer)) return peer;
    }
    return undefined;
  }
}

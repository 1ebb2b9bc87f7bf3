import type { PeerId } from '../peer-id.js';
import { LazyMap, LazySet } from '../structures/lazy.js';

/** How peers that we did not look for ourselves came to be known. Bounded by sweeps. */
export class Provenance<P extends PeerId> {
  /** Peers that we have asked to be neighbors because others have introduced them, each with its introducer: we have not chosen them. */
  readonly #introduced = new LazyMap<P, P>();
  /** Who has named the peers that we know by hearsay. */
  readonly #namedBy = new LazyMap<P, P>();
  /** Passive peers that came unasked and were pushed out of the active view. */
  readonly #uninvited = new LazySet<P>();

  /** How many introduced peers are being asked. */
  get asking(): number {
    return this.#introduced.size;
  }

  /** Whether this peer has introduced one of them. */
  hasIntroduced(by: P): boolean {
    for (const introducer of this.#introduced.values()) if (introducer === by) return true;
    return false;
  }

  introduced(peer: P, by: P): void {
    this.#introduced.set(peer, by);
  }

  isIntroduced(peer: P): boolean {
    return this.#introduced.has(peer);
  }

  named(peer: P, by: P): void {
    this.#namedBy.set(peer, by);
  }

  namedBy(peer: P): P | undefined {
    return this.#namedBy.get(peer);
  }

  uninvited(peer: P): void {
    this.#uninvited.add(peer);
  }

  isUninvited(peer: P): boolean {
    return this.#uninvited.has(peer);
  }

  /** It is a neighbor now. */
  forget(peer: P): void {
    this.#introduced.delete(peer);
    this.#namedBy.delete(peer);
    this.#uninvited.delete(peer);
  }

  /** @param limit - how many are remembered in any case */
  sweep(pending: { has(peer: P): boolean }, isKnown: (peer: P) => boolean, limit: number): void {
    for (const peer of this.#introduced.keys()) if (!pending.has(peer)) this.#introduced.delete(peer);
    if (this.#namedBy.size > limit) {
      for (const peer of this.#namedBy.keys()) if (!isKnown(peer)) this.#namedBy.delete(peer);
    }
    if (this.#uninvited.size > limit) {
      for (const peer of this.#uninvited) if (!isKnown(peer)) this.#uninvited.delete(peer);
    }
  }
}

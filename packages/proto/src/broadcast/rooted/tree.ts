import { LazyMap } from '../../structures/lazy.js';

/**
 * What a node knows of the tree of one tag: which of its links are not part of it, and where its payloads come from. A link that is
 * not pruned carries payloads in both directions, so a tree that has just begun is a flood.
 */
export class Tree<P> {
  /** Neighbors whose link is not part of the tree, and when we last told them so. */
  readonly #pruned = new LazyMap<P, number>();
  /** The neighbor that payloads come from. The node that publishes has none. */
  parent: P | undefined;
  /** A neighbor whose link is part of the tree as well, and that was earlier than the parent. */
  rival: P | undefined;
  /** Whether it is the tree of our own payloads. */
  isOurs = false;
  /** Whether the last payload was a guest's. */
  guest: true | undefined;
  /** How far its publisher is, in hops. */
  distance = 0;
  /** When it had its first payload, and when its last. */
  readonly since: number;
  usedAt: number;

  constructor(now: number) {
    this.since = now;
    this.usedAt = now;
  }

  isPruned(peer: P): boolean {
    return this.#pruned.has(peer);
  }

  /** When we last told a peer that its link is not part of the tree. */
  prunedAt(peer: P): number | undefined {
    return this.#pruned.get(peer);
  }

  get pruned(): Iterable<P> {
    return this.#pruned.keys();
  }

  prune(peer: P, now: number): void {
    this.#pruned.set(peer, now);
    if (this.rival === peer) this.rival = undefined;
  }

  /** Whether the tree reaches us: then a new link would close a cycle. */
  get reachesUs(): boolean {
    return this.isOurs || this.parent !== undefined;
  }

  /** Takes a link into the tree. */
  graft(peer: P): void {
    this.#pruned.delete(peer);
  }

  /** A neighbor is gone. */
  forget(peer: P): void {
    this.#pruned.delete(peer);
    if (this.rival === peer) this.rival = undefined;
    if (this.parent === peer) this.parent = undefined;
  }

  /** From now on payloads come from another neighbor. */
  follow(parent: P | undefined): void {
    this.parent = parent;
    if (this.rival === parent) this.rival = undefined;
  }
}

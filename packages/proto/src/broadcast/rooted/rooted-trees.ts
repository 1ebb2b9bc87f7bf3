import type { Outbox } from '../../outbox.js';
import type { PeerId } from '../../peer-id.js';
import { LazySet } from '../../structures/lazy.js';
import type { RootTag } from '../../wire/root-tag.js';
import type { ActiveNeighbors } from '../active-neighbors.js';
import type { Tree } from './tree.js';
import { type TreeLimits, TreeTable } from './tree-table.js';

/** A payload that is new. */
export interface Arrival<P> {
  readonly tag: RootTag;
  readonly guest?: true | undefined;
  readonly round: number;
  /** Neighbors that have been asked for it. */
  readonly asked: readonly P[];
}

/** A payload that came once more. */
export interface Duplicate {
  readonly tag: RootTag;
  readonly guest?: true | undefined;
  /** The round with which it came now, and the one with which we passed it on when it came first. */
  readonly round: number;
  readonly ours: number;
  /** How much later it came now. */
  readonly lateBy: number;
}

/** What a tree grows in. */
export interface Surroundings<P> {
  readonly neighbors: readonly P[];
  /** Whether late payloads are worse than duplicates. */
  readonly wantsSpeed: boolean;
}

/** For which share of the time that a payload may be under way the first one of a tree goes round: half a second. */
const SETTLING = 1 / 4;

/** Waits of {@link RootedTrees}. */
export interface TreeWaits {
  /** By how much a neighbor must be earlier than the parent to take its place. */
  readonly advantage: number;
  /** How long a payload may be under way after its sender was told to send no more. */
  readonly underWay: number;
}

/**
 * A tree for each tag, that is for each publisher. All links of a new tree carry payloads; duplicates take out those that close a cycle.
 * What keeps a tree connected:
 *
 * - Of two neighbors that have sent each other a payload, the one that is **further from the publisher** in hops decides about the link,
 *   since only to that one it can be of use. At the same distance it is of use to neither.
 * - Each node has a **parent**, and prunes everybody else that is nearer. So it keeps a link to a neighbor that is nearer to the publisher
 *   than itself, which does the same, and so on up to the publisher. The parent changes for another neighbor that was earlier, never for
 *   none.
 *
 * Where a tree breaks all the same (a neighbor is gone, messages are lost, somebody lies), announcements and grafts bring what is missing, and
 * the neighbor that brought it becomes the parent.
 */
export class RootedTrees<P extends PeerId> {
  /** Neighbors that have sent tags. The others know one tree only, the shared one, and so their prunes and grafts are about that. */
  readonly #taggers = new LazySet<P>();
  readonly #table: TreeTable<P>;
  readonly #waits: TreeWaits;
  readonly #shared: Pick<ActiveNeighbors<P>, 'isEager'>;
  readonly #out: Outbox<P>;

  constructor(limits: TreeLimits, waits: TreeWaits, shared: Pick<ActiveNeighbors<P>, 'isEager'>, out: Outbox<P>) {
    this.#table = new TreeTable(limits);
    this.#waits = waits;
    this.#shared = shared;
    this.#out = out;
  }

  get(tag: RootTag): Tree<P> | undefined {
    return this.#table.get(tag);
  }

  /** The tree for a payload that is new here; `undefined` where there are too many: then the shared one has to do. */
  use(tag: RootTag, now: number): Tree<P> | undefined {
    return this.#table.use(tag, now);
  }

  expire(now: number): void {
    this.#table.expire(now);
  }

  rest(): void {
    this.#table.rest();
  }

  /** A neighbor has sent a tag. */
  heardTag(from: P): void {
    if (!this.#taggers.has(from)) this.#taggers.add(from);
  }

  /** Whether payloads of a tree that has just begun go to a neighbor. */
  carriesNew(neighbor: P): boolean {
    return this.#taggers.has(neighbor) || this.#shared.isEager(neighbor);
  }

  /** Whether payloads of a tree go to a neighbor, and not only announcements. */
  carriesTo(tree: Tree<P>, neighbor: P): boolean {
    return this.#taggers.has(neighbor) ? !tree.isPruned(neighbor) : this.#shared.isEager(neighbor);
  }

  /** Whether payloads of some tree that is in use go to a neighbor. */
  isBranch(neighbor: P): boolean {
    if (!this.#taggers.has(neighbor)) return this.#shared.isEager(neighbor);
    let isUsed = false;
    for (const [, tree] of this.#table) {
      if (!this.#table.isInUse(tree)) continue;
      if (!tree.isPruned(neighbor)) return true;
      isUsed = true;
    }
    return !isUsed;
  }

  /**
   * Trees that reach us do without the new link: it would close a cycle. A neighbor that they do not reach asks as soon as it hears of a
   * payload.
   */
  leaveOut(peer: P): void {
    for (const [, tree] of this.#table) if (tree.reachesUs) tree.prune(peer, Number.NEGATIVE_INFINITY);
  }

  /** Trees that are in use look for another parent at once, in case it was this one. */
  neighborDown(peer: P, surroundings: Surroundings<P>, now: number): void {
    this.#taggers.delete(peer);
    for (const [tag, tree] of this.#table) {
      const wasParent = tree.parent === peer;
      tree.forget(peer);
      if (wasParent && this.#table.isInUse(tree, now)) this.#reattach(tag, tree, peer, surroundings);
    }
  }

  /** The tree that a payload of ours may be a guest on, that of the nearest publisher. In a restless topic, one that is not in use has holes. */
  host(isRestless: boolean, now: number): RootTag | undefined {
    let nearest: RootTag | undefined;
    let distance = Number.POSITIVE_INFINITY;
    for (const [tag, tree] of this.#table) {
      if (tree.distance >= distance) continue;
      if (isRestless ? !this.#table.isInUse(tree, now) : this.#table.isExpired(tree, now)) continue;
      nearest = tag;
      distance = tree.distance;
    }
    return nearest;
  }

  /** A new payload has come. */
  arrived({ tag, guest, round, asked }: Arrival<P>, tree: Tree<P>, from: P, now: number): void {
    tree.guest = guest;
    if (!guest) tree.distance = round;
    if (asked.includes(from) || tree.parent === undefined) {
      // Also one that we have asked: if it was pruned since, by either side, it has us pruned.
      if (tree.isPruned(from)) this.#graft(tag, tree, from);
      tree.graft(from);
      tree.follow(from);
    } else if (tree.parent !== from && !tree.isPruned(from) && !guest) {
      tree.rival = from;
    }
    for (const peer of asked) if (peer !== from && peer !== tree.parent) this.#prune(tag, tree, peer, now);
  }

  /**
   * A payload has come once more. While the first payload of a tree goes round, a guest's says nothing: it comes another way, and would prune
   * links that the tree is about to need.
   */
  duplicate(tree: Tree<P>, from: P, { tag, guest, round, ours, lateBy }: Duplicate, now: number): void {
    if (guest && now - tree.since < SETTLING * this.#waits.underWay) return;
    const told = tree.prunedAt(from);
    if (told !== undefined) {
      if (now - told >= this.#waits.underWay) this.#prune(tag, tree, from, now);
      return;
    }
    if (from === tree.parent) {
      if (!guest) this.#parentWasLater(tag, tree, { nearness: ours - round, lateBy }, now);
    } else if (round > ours) return;
    else if (round < ours && tree.parent === undefined) tree.follow(from);
    else this.#prune(tag, tree, from, now);
  }

  /** A neighbor takes its link out of a tree. */
  prunedBy(from: P, tag: RootTag, surroundings: Surroundings<P>, now: number): boolean {
    const tree = this.#table.get(tag);
    if (tree === undefined) return false;
    const wasParent = tree.parent === from;
    tree.prune(from, now);
    if (wasParent) {
      tree.follow(undefined);
      this.#reattach(tag, tree, from, surroundings);
    }
    return true;
  }

  /**
   * A neighbor takes its link into a tree: what it gets from us it does not get from elsewhere. If it was our parent, we need another;
   * and if it does not ask for a payload that we have, we may not even have a source.
   */
  graftedBy(from: P, tag: RootTag, isFor: 'one payload' | 'all', surroundings: Surroundings<P>): boolean {
    const tree = this.#table.get(tag);
    if (tree === undefined) return false;
    const wasParent = tree.parent === from;
    tree.graft(from);
    if (!wasParent) return true;
    tree.follow(tree.rival);
    if (tree.parent === undefined && isFor === 'all') this.#reattach(tag, tree, from, surroundings);
    return true;
  }

  /** Takes a link into a tree; false where the neighbor knows the shared tree only. */
  takeIn(tag: RootTag, tree: Tree<P>, peer: P): boolean {
    if (!this.#taggers.has(peer)) return false;
    this.#graft(tag, tree, peer);
    return true;
  }

  /** Takes payloads from an announcer that was earlier, and not from the parent any more. */
  replaceParent(tag: RootTag, tree: Tree<P>, announcer: P, now: number): void {
    const { parent } = tree;
    tree.follow(announcer);
    this.#graft(tag, tree, announcer);
    if (parent !== undefined) this.#prune(tag, tree, parent, now);
  }

  #parentWasLater(
    tag: RootTag,
    tree: Tree<P>,
    { nearness, lateBy }: { readonly nearness: number; readonly lateBy: number },
    now: number,
  ): void {
    const { parent, rival } = tree;
    if (parent === undefined || rival === undefined) return;
    if (nearness > 0 && lateBy < this.#waits.advantage) {
      this.#prune(tag, tree, rival, now);
      return;
    }
    tree.follow(rival);
    if (nearness >= 0) this.#prune(tag, tree, parent, now);
  }

  /**
   * Looks for a parent. First choice: the rival, which was earlier than the last parent. Without one, where time matters, all neighbors are grafted;
   * the earliest will stay, and those that had their payloads from us look for a parent as well. Otherwise the neighbor that was pruned first is
   * grafted, since it had brought the first duplicate. If it turns out to have its payloads from us, announcements help.
   */
  #reattach(tag: RootTag, tree: Tree<P>, lost: P, { neighbors, wantsSpeed }: Surroundings<P>): void {
    if (tree.rival !== undefined) {
      tree.follow(tree.rival);
      return;
    }
    if (wantsSpeed) {
      for (const peer of neighbors) if (peer !== lost && this.#taggers.has(peer)) this.#graft(tag, tree, peer);
      return;
    }
    for (const peer of tree.pruned) {
      if (peer === lost) continue;
      this.#graft(tag, tree, peer);
      return;
    }
  }

  #graft(tag: RootTag, tree: Tree<P>, peer: P): void {
    tree.graft(peer);
    this.#out.send(peer, { type: 'graft', id: undefined, round: 0, tag });
  }

  #prune(tag: RootTag, tree: Tree<P>, peer: P, now: number): void {
    tree.prune(peer, now);
    this.#out.send(peer, { type: 'prune', tag });
  }
}

import { LazyMap } from '../../structures/lazy.js';
import type { RootTag } from '../../wire/root-tag.js';
import { Tree } from './tree.js';

/** The bounds of a {@link TreeTable}. */
export interface TreeLimits {
  /** Trees of a topic. */
  readonly maxTrees: number;
  /** For how long a tree is kept without a payload. */
  readonly treeRetention: number;
}

/** A tree that had a payload within this share of its retention is in use, and makes no room for another. 10 s of 10 minutes. */
const IN_USE = 1 / 60;
/** Trees that a topic at rest keeps: it should cost next to nothing. */
const AT_REST = 4;

/**
 * The trees of a topic, by tag. Tags cost whoever makes them up nothing, so there is a bound. Where it is reached, a new tag takes the place of a
 * tree that has carried one payload only, or else of the tree that was not used for longest. Trees that are in use stay; where all are, the new tag
 * gets none.
 */
export class TreeTable<P> {
  readonly #limits: TreeLimits;
  /** Trees with one payload so far, and those with more: each in the order of their last use. */
  readonly #young = new LazyMap<RootTag, Tree<P>>();
  readonly #grown = new LazyMap<RootTag, Tree<P>>();

  /** When any of them last had a payload. */
  #usedAt = 0;

  constructor(limits: TreeLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#young.size + this.#grown.size;
  }

  get(tag: RootTag): Tree<P> | undefined {
    return this.#grown.get(tag) ?? this.#young.get(tag);
  }

  /** The tree for a payload that is new; `undefined` where all trees are in use. */
  use(tag: RootTag, now: number): Tree<P> | undefined {
    this.#usedAt = now;
    const known = this.get(tag);
    this.#young.delete(tag);
    this.#grown.delete(tag);
    if (known !== undefined && !this.isExpired(known, now)) {
      known.usedAt = now;
      this.#grown.set(tag, known);
      return known;
    }
    if (!this.#makeRoom(now)) return undefined;
    const tree = new Tree<P>(now);
    this.#young.set(tag, tree);
    return tree;
  }

  /** Drops what has not been used for long. */
  expire(now: number): void {
    for (const trees of [this.#young, this.#grown]) {
      for (const [tag, tree] of trees) {
        if (!this.isExpired(tree, now)) break;
        trees.delete(tag);
      }
    }
  }

  /** The topic has come to rest, and nothing will call {@link TreeTable.expire} for a while. */
  rest(): void {
    while (this.size > AT_REST) this.#dropOldest(this.#young.size > 0 ? this.#young : this.#grown);
  }

  *[Symbol.iterator](): Iterator<[RootTag, Tree<P>]> {
    yield* this.#young;
    yield* this.#grown;
  }

  #makeRoom(now: number): boolean {
    if (this.size < this.#limits.maxTrees) return true;
    if (this.#young.size > 0) return this.#dropOldest(this.#young);
    const [oldest] = this.#grown;
    return oldest !== undefined && !this.isInUse(oldest[1], now) && this.#grown.delete(oldest[0]);
  }

  #dropOldest(trees: LazyMap<RootTag, Tree<P>>): boolean {
    const tag = trees.oldest;
    return tag !== undefined && trees.delete(tag);
  }

  /** Whether a tree has had a payload lately; without a time: when the last of any tree came. */
  isInUse({ usedAt }: Tree<P>, now = this.#usedAt): boolean {
    return now - usedAt <= IN_USE * this.#limits.treeRetention;
  }

  /** Whether a tree has not been used for long. */
  isExpired({ usedAt }: Tree<P>, now: number): boolean {
    return now - usedAt >= this.#limits.treeRetention;
  }
}

import type { Rng } from '../../structures/rng.js';
import { type RootTag, rootTag } from '../../wire/root-tag.js';

/** The tree along which a payload of our own goes. */
export interface ChosenTree {
  readonly tag: RootTag;
  /** Set where it is the tree of somebody else. */
  readonly guest?: true;
}

/** A publisher of so many payloads is worth a tree of its own, … */
const WORTH_A_TREE = 4;
/** … and so is everybody in a topic that has had so many payloads lately. At 80 ms for a graft: 5 a second over 2 s. */
const BUSY = 5;
const LATELY = 25;

/**
 * Which tree our own payloads go along. A tree of our own costs a flood, and then has the latency of a flood. Somebody who publishes now and
 * then, in a topic where little happens, is better off as a guest on the tree of the nearest publisher: that costs nothing, and where one
 * broadcast comes after the other, any tree will do.
 */
export class OwnTree {
  #tag: RootTag | undefined;
  #publications = 0;
  #publishedAt = Number.NEGATIVE_INFINITY;
  /** Payloads lately: the sum over all, each fading with its age. */
  #lately = 0;
  #countedAt = Number.NEGATIVE_INFINITY;
  readonly #fading: number;
  readonly #retention: number;

  constructor({ graftTimeout, treeRetention }: { graftTimeout: number; treeRetention: number }) {
    this.#fading = LATELY * graftTimeout;
    this.#retention = treeRetention;
  }

  /** The tag of our own tree, once we have one. */
  get tag(): RootTag | undefined {
    return this.#tag;
  }

  /** A payload of anybody has come. */
  count(now: number): void {
    this.#lately = this.#fadedTo(now) + 1;
    this.#countedAt = now;
  }

  /** Whether payloads come often. */
  isBusy(now: number): boolean {
    return this.#fadedTo(now) >= BUSY;
  }

  /** @param nearest - finds the tree of the nearest publisher */
  choose(nearest: () => RootTag | undefined, rng: Rng, now: number): ChosenTree {
    if (now - this.#publishedAt >= this.#retention) {
      this.#publications = 0;
      this.#tag = undefined;
    }
    this.#publications++;
    this.#publishedAt = now;
    const isWorthIt = this.#publications >= WORTH_A_TREE || this.isBusy(now);
    const host = this.#tag !== undefined || isWorthIt ? undefined : nearest();
    if (host !== undefined) return { tag: host, guest: true };
    this.#tag ??= drawTag(rng.fork());
    return { tag: this.#tag };
  }

  #fadedTo(now: number): number {
    return this.#lately * Math.exp((this.#countedAt - now) / this.#fading);
  }
}

function drawTag(rng: Rng): RootTag {
  return rootTag(rng.index(0x1_0000) * 0x1_0000 + rng.index(0x1_0000));
}

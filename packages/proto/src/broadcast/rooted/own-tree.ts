import type { Rng } from '../../structures/rng.js';
import { type RootTag, rootTag } from '../../wire/root-tag.js';

/** The tree along which a payload of our own travels. */
export interface ChosenTree {
  readonly tag: RootTag;
  /** Set where it is the tree of somebody else. */
  readonly guest?: true;
}

/** What the choice depends on. */
interface TreeChoice {
  /** Whether payloads come often in this topic. */
  readonly isBusy: boolean;
  /** Finds the tree of a publisher that is near. */
  readonly host: () => RootTag | undefined;
  /** Draws the tag. */
  readonly rng: Rng;
}

/** A publisher of this many payloads is worth a tree of its own, and so is every publisher in a busy topic. */
const WORTH_A_TREE = 4;

/**
 * Along which tree our own payloads travel. A tree of our own costs a flood, and then has the latency of a flood. Somebody who publishes now and
 * then, in a topic where little happens, is better off as a guest on the tree of the nearest publisher: that costs nothing, and where one broadcast
 * comes after the other, any tree will do.
 */
export class OwnTree {
  #tag: RootTag | undefined;
  #publications = 0;
  #publishedAt = Number.NEGATIVE_INFINITY;
  readonly #retention: number;

  constructor(retention: number) {
    this.#retention = retention;
  }

  /** The tag of our own tree, once we have one. */
  get tag(): RootTag | undefined {
    return this.#tag;
  }

  choose({ isBusy, host, rng }: TreeChoice, now: number): ChosenTree {
    if (now - this.#publishedAt >= this.#retention) {
      this.#publications = 0;
      this.#tag = undefined;
    }
    this.#publications++;
    this.#publishedAt = now;
    const isWorthIt = this.#publications >= WORTH_A_TREE || isBusy;
    const borrowed = this.#tag !== undefined || isWorthIt ? undefined : host();
    if (borrowed !== undefined) return { tag: borrowed, guest: true };
    this.#tag ??= drawTag(rng.fork());
    return { tag: this.#tag };
  }
}

function drawTag(rng: Rng): RootTag {
  return rootTag(rng.index(0x1_0000) * 0x1_0000 + rng.index(0x1_0000));
}

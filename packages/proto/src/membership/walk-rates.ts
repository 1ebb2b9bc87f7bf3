import type { Config } from '../config.js';
import type { PeerInfo } from '../wire/message.js';
import { RateLimit } from './rate-limit.js';

const OWN = 'own';
/** A shuffle of a peer with a larger config may offer more nodes than ours do, up to so many times as many. */
const LONGER = 2;

/** How many walks we begin, take part in and pass on: each message of one costs several others, and dials. */
export class WalkRates<P> {
  readonly #joins: RateLimit<P>;
  readonly #begun: RateLimit<typeof OWN>;
  readonly #introductions: RateLimit<P>;
  readonly #shuffles: RateLimit<P>;
  readonly #maxOffered: number;

  constructor({ membership, hardened }: Config) {
    const { joinsPerPeer, introductionsPerPeer, shufflesPerPeer, rateWindow } = hardened;
    this.#joins = new RateLimit(joinsPerPeer, rateWindow);
    this.#begun = new RateLimit(introductionsPerPeer, rateWindow);
    this.#introductions = new RateLimit(introductionsPerPeer, rateWindow);
    this.#shuffles = new RateLimit(shufflesPerPeer, rateWindow);
    this.#maxOffered = LONGER * (membership.shuffleActiveViewCount + membership.shufflePassiveViewCount + 1);
  }

  /** Whether a Join is passed on. */
  admitJoin(peer: P, now: number): boolean {
    return this.#joins.admit(peer, now) && this.#begun.admit(OWN, now);
  }

  /** Whether a ForwardJoin is looked at. */
  admitIntroduction(from: P, now: number): boolean {
    return this.#introductions.admit(from, now);
  }

  /** Whether a Shuffle is looked at. */
  admitShuffle(from: P, now: number): boolean {
    return this.#shuffles.admit(from, now);
  }

  /** The part of a shuffle's list that is looked at. */
  cut(nodes: readonly PeerInfo<P>[]): readonly PeerInfo<P>[] {
    return nodes.length > this.#maxOffered ? nodes.slice(0, this.#maxOffered) : nodes;
  }
}

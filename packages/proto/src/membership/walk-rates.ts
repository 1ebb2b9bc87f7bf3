import type { Config } from '../config.js';
import type { PeerInfo } from '../wire/message.js';
import { RateLimit } from './rate-limit.js';

const OWN = 'own';
/** A shuffle of a peer with larger settings may offer more nodes than ours do, up to this many times as many. */
const LONGER = 2;

/** How many walks we begin, take part in and pass on: each message of one costs several others, and dials. */
export class WalkRates<P> {
  readonly #config: Config;
  // Each is made when it is needed: most topics are quiet.
  #joins: RateLimit<P> | undefined;
  #begun: RateLimit<typeof OWN> | undefined;
  #introductions: RateLimit<P> | undefined;
  #shuffles: RateLimit<P> | undefined;
  #lists: RateLimit<P> | undefined;

  constructor(config: Config) {
    this.#config = config;
  }

  /** Whether a Join is passed on. */
  admitJoin(peer: P, now: number): boolean {
    const { joinsPerPeer, introductionsPerPeer, rateWindow } = this.#config.hardened;
    this.#joins ??= new RateLimit(joinsPerPeer, rateWindow);
    this.#begun ??= new RateLimit(introductionsPerPeer, rateWindow);
    return this.#joins.admit(peer, now) && this.#begun.admit(OWN, now);
  }

  /** Whether a ForwardJoin is looked at. */
  admitIntroduction(from: P, now: number): boolean {
    const { introductionsPerPeer, rateWindow } = this.#config.hardened;
    this.#introductions ??= new RateLimit(introductionsPerPeer, rateWindow);
    return this.#introductions.admit(from, now);
  }

  /** Whether a Shuffle is looked at. */
  admitShuffle(from: P, now: number): boolean {
    const { shufflesPerPeer, rateWindow } = this.#config.hardened;
    this.#shuffles ??= new RateLimit(shufflesPerPeer, rateWindow);
    return this.#shuffles.admit(from, now);
  }

  /** Whether the nodes of a list are taken in. */
  admitList(from: P, now: number): boolean {
    const { shufflesPerPeer, rateWindow } = this.#config.hardened;
    this.#lists ??= new RateLimit(shufflesPerPeer, rateWindow);
    return this.#lists.admit(from, now);
  }

  /** The part of a shuffle's list that is looked at. */
  cut(nodes: readonly PeerInfo<P>[]): readonly PeerInfo<P>[] {
    const { shuffleActiveViewCount, shufflePassiveViewCount } = this.#config.membership;
    const maxOffered = LONGER * (shuffleActiveViewCount + shufflePassiveViewCount + 1);
    return nodes.length > maxOffered ? nodes.slice(0, maxOffered) : nodes;
  }
}

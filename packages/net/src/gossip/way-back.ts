import type { TopicId } from '@grapevine/proto';
import type { EndpointId } from '../identity/endpoint-id.js';
import type { ClockTimer } from '../util/clock.js';
import type { ResolvedGossipOptions } from './options.js';

/** How many peers that the user has named a topic remembers: the latest. */
export const MAX_BOOTSTRAP = 256;

/** Former neighbors that a topic remembers. */
const MAX_FORMER = 64;

/** Peers that are asked at once to let us in again. */
const PEERS_PER_ROUND = 3;

/** Peers that are asked in a round at most: in the place of each that is not in the topic the next one is asked. */
const MAX_PER_ROUND = 16;

/** What the way back needs of the node. */
export interface WayBackHost {
  readonly options: Pick<ResolvedGossipOptions, 'clock' | 'dialBackoffMinMs' | 'dialBackoffMaxMs' | 'random'>;
  /** Milliseconds until a peer may be dialed; 0 when it may be now. */
  waitFor(peer: EndpointId): number;
  isDialing(peer: EndpointId): boolean;
  /** Asks peers to let us in. */
  join(topic: TopicId, peers: readonly EndpointId[]): void;
}

/**
 * The peers that a topic asks while it has no neighbor: round after round, with growing pauses, for ever.
 *
 * Peers that the user has named are never forgotten for others: at least one of them is in every round. Where none of them may be dialed yet, the next
 * round begins as soon as one may be.
 */
export class WayBack {
  readonly #topic: TopicId;
  readonly #host: WayBackHost;
  /** In both lists the peer that is asked last comes first. A peer is in one of them. */
  #bootstrap: readonly EndpointId[] = NOBODY;
  #former: readonly EndpointId[] = NOBODY;
  #timer: ClockTimer | undefined;
  #rounds = 0;
  /** Who has been asked in this round. */
  #asked: readonly EndpointId[] = NOBODY;
  /** Whether a peer has been asked once more in this round. */
  #askedAgain = false;

  constructor(topic: TopicId, host: WayBackHost) {
    this.#topic = topic;
    this.#host = host;
  }

  /** Everybody that is asked, those that the user has named first. */
  get peers(): readonly EndpointId[] {
    return [...this.#bootstrap.toReversed(), ...this.#former.toReversed()];
  }

  /** The user has named these peers. */
  addBootstrap(peers: readonly EndpointId[]): void {
    this.#bootstrap = latest(this.#bootstrap.concat(peers), MAX_BOOTSTRAP);
    if (this.#former.length > 0) this.#former = this.#former.filter((peer) => !this.#bootstrap.includes(peer));
  }

  /** Whether the user has named a peer. */
  isBootstrap(peer: EndpointId): boolean {
    return this.#bootstrap.includes(peer);
  }

  /** A peer that the user has named and that fits: of several the one that was asked longest ago. It counts as asked now. */
  nextBootstrap(fits: (peer: EndpointId) => boolean): EndpointId | undefined {
    const next = this.#bootstrap.findLast(fits);
    if (next !== undefined) this.#bootstrap = askedLast(this.#bootstrap, [next]);
    return next;
  }

  /** A peer was a neighbor until now. */
  remember(peer: EndpointId): void {
    if (this.#bootstrap.includes(peer)) this.#bootstrap = latest(this.#bootstrap.concat(peer), MAX_BOOTSTRAP);
    else this.#former = latest(this.#former.concat(peer), MAX_FORMER);
  }

  /** A peer has left the topic: it is no way back in, unless the user said so. */
  forget(peer: EndpointId): void {
    this.#former = this.#former.filter((other) => other !== peer);
  }

  /**
   * The last connection to a peer has ended in good order, and the peer has not answered. Where a topic is left and entered again, it may have been
   * about to close the connection when we asked, and has not heard us: it is asked again at once, but not for ever.
   */
  unheard(peer: EndpointId): void {
    if (!this.#timer || this.#askedAgain || !this.peers.includes(peer)) return;
    this.#askedAgain = true;
    this.#host.join(this.#topic, [peer]);
  }

  /** A peer says that it is not in the topic: the next one is asked at once. Many may have left, and a round asks few. */
  notThere(peer: EndpointId): void {
    if (this.#asked.includes(peer) && this.#asked.length < MAX_PER_ROUND) this.#askNext(1);
  }

  /** Starts asking, unless it is being done. */
  start(): void {
    if (this.#timer || this.#bootstrap.length + this.#former.length === 0) return;
    const { clock, dialBackoffMinMs, dialBackoffMaxMs, random } = this.#host.options;
    const pause = Math.min(dialBackoffMaxMs, 2 * dialBackoffMinMs * 2 ** Math.min(this.#rounds, 30)) * (0.5 + random());
    const isNamed = this.#bootstrap.length > 0;
    const soonest = Math.min(...(isNamed ? this.#bootstrap : this.#former).map((peer) => this.#host.waitFor(peer)));
    const isMissing = isNamed && soonest > 0 && !this.#bootstrap.some((peer) => this.#isAsked(peer));
    this.#timer = clock.setTimer(() => this.#ask(), isMissing ? soonest : Math.max(pause, soonest));
  }

  #isAsked(peer: EndpointId): boolean {
    return this.#asked.includes(peer) || this.#host.isDialing(peer);
  }

  /** Asks nobody any more. The next start begins with short pauses. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#rounds = 0;
    this.#asked = NOBODY;
    this.#askedAgain = false;
  }

  #ask(): void {
    this.#timer = undefined;
    this.#rounds++;
    this.#asked = NOBODY;
    this.#askedAgain = false;
    this.#askNext(PEERS_PER_ROUND);
    this.start();
  }

  /** Asks peers that have not been asked in this round: of those that the user has named at least one, then the latest neighbors. */
  #askNext(count: number): void {
    const isNext = (peer: EndpointId) => !this.#asked.includes(peer) && this.#host.waitFor(peer) === 0;
    const bootstrap = this.#bootstrap.filter(isNext);
    const first = bootstrap.splice(-1);
    const chosen = bootstrap.concat(this.#former.filter(isNext), first).slice(-count);
    this.#asked = this.#asked.concat(chosen);
    this.#bootstrap = askedLast(this.#bootstrap, chosen);
    this.#former = askedLast(this.#former, chosen);
    this.#host.join(this.#topic, chosen);
  }
}

const NOBODY: readonly EndpointId[] = [];

/** Peers that were asked now are asked last the next time round. */
function askedLast(peers: readonly EndpointId[], asked: readonly EndpointId[]): readonly EndpointId[] {
  return peers.filter((peer) => asked.includes(peer)).concat(peers.filter((peer) => !asked.includes(peer)));
}

/** Each peer once, at its last place; of too many the first ones go. */
function latest(peers: readonly EndpointId[], max: number): EndpointId[] {
  return [...new Set(peers.toReversed())].slice(0, max).toReversed(); // a copy without spare slots
}

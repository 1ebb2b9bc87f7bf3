import type { TopicId } from '@grapevine/proto';
import type { EndpointId } from '../identity/endpoint-id.js';
import type { ClockTimer } from '../util/clock.js';
import type { TriedPeer } from './join-timeout-error.js';
import type { ResolvedGossipOptions } from './options.js';
import { MAX_BOOTSTRAP } from './way-back.js';

/** The longest pause between two rounds. */
const LAST_PAUSE_MS = 60_000;

/** Peers that are asked at once. */
const PEERS_PER_ROUND = 3;

/** What asking needs of the node. */
export interface UnreachedPeersHost {
  readonly options: Pick<ResolvedGossipOptions, 'clock' | 'dialBackoffMaxMs' | 'random'>;
  /** Milliseconds until a peer may be dialed; 0 when it may be now. */
  waitFor(peer: EndpointId): number;
  /** What became of the dials of a peer. */
  tried(peer: EndpointId): TriedPeer;
  /** Whether a peer has said anything in a topic since it last left it. */
  hasHeardFrom(topic: TopicId, peer: EndpointId): boolean;
  join(topic: TopicId, peers: readonly EndpointId[]): void;
}

/**
 * Peers that the user has named and that, as far as we know, are not in the topic: they could not be reached so far, or have left. While the topic
 * has neighbors they are asked now and then. Otherwise nodes that start apart from their bootstrap peers and find each other would stay an island for
 * ever, and so would those whose bootstrap peer starts anew and knows nobody.
 */
export class UnreachedPeers {
  readonly #topic: TopicId;
  readonly #host: UnreachedPeersHost;
  /** The one that is asked next comes first. */
  #peers: readonly EndpointId[] = [];
  #asked: readonly EndpointId[] = [];
  #pauseMs: number;
  #timer: ClockTimer | undefined;

  constructor(topic: TopicId, host: UnreachedPeersHost) {
    this.#topic = topic;
    this.#host = host;
    this.#pauseMs = host.options.dialBackoffMaxMs;
  }

  /** Whether all of them were reached. */
  get isEmpty(): boolean {
    return this.#peers.length === 0;
  }

  has(peer: EndpointId): boolean {
    return this.#peers.includes(peer);
  }

  /** The user has named these peers, or they have left the topic. They are asked soon. */
  add(peers: readonly EndpointId[]): void {
    this.#peers = [...peers, ...this.#peers.filter((peer) => !peers.includes(peer))].slice(0, MAX_BOOTSTRAP);
    this.#asked = this.#asked.filter((peer) => !peers.includes(peer));
    this.#pauseMs = this.#host.options.dialBackoffMaxMs;
    this.stop();
  }

  /** A peer has become a neighbor. */
  reached(peer: EndpointId): void {
    this.#peers = this.#peers.filter((other) => other !== peer);
    if (this.isEmpty) this.stop();
  }

  /** Asks now and then, from now on. */
  start(): void {
    if (this.#timer || this.isEmpty) return;
    const { clock, random } = this.#host.options;
    this.#timer = clock.setTimer(() => this.#ask(), this.#pauseMs * (0.5 + random()));
    this.#pauseMs = Math.min(2 * this.#pauseMs, LAST_PAUSE_MS);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #ask(): void {
    this.#timer = undefined;
    // A peer that was asked in the last round and could be dialed has heard us, and answers if it is in the topic.
    const wasReached = (peer: EndpointId) =>
      this.#asked.includes(peer) &&
      this.#host.tried(peer).dialFailures === 0 &&
      this.#host.hasHeardFrom(this.#topic, peer);
    this.#peers = this.#peers.filter((peer) => !wasReached(peer));
    const ready = this.#peers.filter((peer) => this.#host.waitFor(peer) === 0).slice(0, PEERS_PER_ROUND);
    this.#peers = [...this.#peers.filter((peer) => !ready.includes(peer)), ...ready];
    this.#asked = ready;
    if (ready.length > 0) this.#host.join(this.#topic, ready);
    this.start();
  }
}

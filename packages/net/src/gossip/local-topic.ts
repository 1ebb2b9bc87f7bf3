import type { NeighborDownReason, Scope, TopicId } from '@grapevine/proto';
import { TopicClosedError } from '../errors.js';
import type { EndpointId } from '../identity/endpoint-id.js';
import type { ClockTimer } from '../util/clock.js';
import { abortable, deferred } from '../util/deferred.js';
import type { EventQueue } from './event-queue.js';
import type { ResolvedGossipOptions } from './options.js';
import type { PeerSearch } from './peer-search.js';
import type { GossipEvent } from './service.js';

/** A broadcast that waits for the first neighbor. */
export interface UnsentBroadcast {
  readonly content: Uint8Array;
  readonly scope: Scope;
}

/** Peers that a topic remembers to come back through. */
const MAX_REMEMBERED = 64;

/** Peers that are asked at once to let us in again. */
const PEERS_PER_REJOIN = 3;

/** What a topic needs of its node. */
export interface LocalTopicHost {
  readonly options: ResolvedGossipOptions;
  /** Milliseconds until a peer may be dialed; 0 when it may be now. */
  waitFor(peer: EndpointId): number;
  join(topic: TopicId, peers: readonly EndpointId[]): void;
  /** Looks for peers of a topic elsewhere; undefined when there is nowhere to look. */
  search(topic: LocalTopic): PeerSearch | undefined;
}

/**
 * One topic as its users see it: readers, neighbors, and the way back in.
 *
 * While the topic has no neighbor it keeps asking the peers it remembers (bootstrap peers and former neighbors), with growing
 * pauses, for ever.
 */
export class LocalTopic {
  readonly id: TopicId;
  /** In the order in which they came up. */
  readonly neighbors = new Set<EndpointId>();
  readonly #host: LocalTopicHost;
  readonly #readers = new Set<EventQueue>();
  readonly #remembered = new Set<EndpointId>();
  readonly #bootstrap = new Set<EndpointId>();
  #halves = 0;
  #unsent: UnsentBroadcast[] = [];
  #unsentBytes = 0;
  #joined = deferred();
  #closed = false;
  readonly #search: PeerSearch | undefined;
  #rejoinTimer: ClockTimer | undefined;
  #attempts = 0;

  constructor(id: TopicId, host: LocalTopicHost) {
    this.id = id;
    this.#host = host;
    this.#joined.promise.catch(() => {}); // nobody may be waiting when it closes
    this.#search = host.search(this);
  }

  get readers(): number {
    return this.#readers.size;
  }

  get unsent(): number {
    return this.#unsent.length;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Adds the two halves of a subscription. A late one first hears of the neighbors that are there. */
  addReader(queue: EventQueue): void {
    this.#readers.add(queue);
    this.#halves += 2;
    for (const peer of this.neighbors) queue.push({ type: 'neighborUp', peer });
  }

  removeReader(queue: EventQueue): void {
    this.#readers.delete(queue);
    queue.discard();
  }

  /** One half of a subscription is closed. @returns whether it was the last */
  closeHalf(): boolean {
    this.#halves--;
    return this.#halves === 0;
  }

  emit(event: GossipEvent): void {
    for (const reader of this.#readers) reader.push(event);
  }

  /** @returns the broadcasts that waited for the first neighbor */
  neighborUp(peer: EndpointId): readonly UnsentBroadcast[] {
    this.neighbors.add(peer);
    this.#remember([peer]);
    this.#attempts = 0;
    this.#rejoinTimer?.cancel();
    this.#rejoinTimer = undefined;
    this.#joined.resolve();
    const unsent = this.#unsent;
    this.#unsent = [];
    this.#unsentBytes = 0;
    return unsent;
  }

  /** Whoever left the topic is no way back in, unless the user said so. */
  neighborDown(peer: EndpointId, reason: NeighborDownReason): void {
    this.neighbors.delete(peer);
    if (reason === 'left' && !this.#bootstrap.has(peer)) this.#remembered.delete(peer);
    if (this.neighbors.size > 0 || this.#closed) return;
    this.#joined = deferred();
    this.#joined.promise.catch(() => {});
    this.#search?.hurry();
    this.#scheduleRejoin();
  }

  /** Asks these peers to let us in, and goes on asking until somebody does. */
  enterThrough(peers: readonly EndpointId[]): void {
    for (const peer of peers.slice(0, MAX_REMEMBERED)) this.#bootstrap.add(peer);
    this.#remember(peers);
    if (peers.length > 0) this.#host.join(this.id, peers);
    if (this.neighbors.size === 0) this.#scheduleRejoin();
  }

  /** Keeps a broadcast for the first neighbor. @returns false when the limit is reached */
  enqueue(broadcast: UnsentBroadcast): boolean {
    if (this.#unsentBytes + broadcast.content.length > this.#host.options.keptBytes) return false;
    this.#unsent.push(broadcast);
    this.#unsentBytes += broadcast.content.length;
    return true;
  }

  async joined(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.#closed) throw new TopicClosedError();
    if (this.neighbors.size === 0) await abortable(this.#joined.promise, signal);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#search?.stop();
    this.#rejoinTimer?.cancel();
    this.#joined.reject(new TopicClosedError());
    for (const reader of this.#readers) reader.end();
    this.#readers.clear();
  }

  /** Peers to come back through; the ones not seen for longest go first. */
  #remember(peers: readonly EndpointId[]): void {
    for (const peer of peers) {
      this.#remembered.delete(peer);
      this.#remembered.add(peer);
    }
    for (const oldest of this.#remembered) {
      if (this.#remembered.size <= MAX_REMEMBERED) break;
      this.#remembered.delete(oldest);
    }
  }

  #scheduleRejoin(): void {
    if (this.#rejoinTimer || this.#closed || this.#remembered.size === 0) return;
    const { clock, dialBackoffMinMs, dialBackoffMaxMs, random } = this.#host.options;
    const pause =
      Math.min(dialBackoffMaxMs, 2 * dialBackoffMinMs * 2 ** Math.min(this.#attempts, 30)) * (0.5 + random());
    const soonest = Math.min(...[...this.#remembered].map((peer) => this.#host.waitFor(peer)));
    this.#rejoinTimer = clock.setTimer(() => this.#rejoin(), Math.max(pause, soonest));
  }

  #rejoin(): void {
    this.#rejoinTimer = undefined;
    if (this.neighbors.size > 0 || this.#closed) return;
    this.#attempts++;
    const ready = [...this.#remembered].filter((peer) => this.#host.waitFor(peer) === 0);
    const chosen = ready.slice(-PEERS_PER_REJOIN);
    // Whoever was asked now is asked last the next time round.
    for (const peer of chosen) this.#remembered.delete(peer);
    const others = [...this.#remembered];
    this.#remembered.clear();
    for (const peer of [...chosen, ...others]) this.#remembered.add(peer);
    if (chosen.length > 0) this.#host.join(this.id, chosen);
    this.#scheduleRejoin();
  }
}

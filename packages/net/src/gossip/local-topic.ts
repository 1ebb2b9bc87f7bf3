import type { NeighborDownReason, PastMessage, ReconcileReason, TopicId } from '@grapevine/proto';
import { NoNeighborsError, TopicClosedError } from '../errors.js';
import type { EndpointId } from '../identity/endpoint-id.js';
import { abortable, type Deferred, deferred } from '../util/deferred.js';
import { Absence } from './absence.js';
import type { EventQueue } from './event-queue.js';
import { ForeignPast, saidSince } from './foreign-past.js';
import { JoinTimeoutError, type TriedPeer } from './join-timeout-error.js';
import { type KeptBroadcast, KeptBroadcasts, type KeptBudgets } from './kept-broadcasts.js';
import type { Losses } from './losses.js';
import { LostNeighbors } from './lost-neighbors.js';
import type { ResolvedGossipOptions } from './options.js';
import type { PeerSearch } from './peer-search.js';
import type { UnknownMessage } from './reconciliation/index.js';
import { Subscribers } from './subscribers.js';
import { UnreachedPeers } from './unreached-peers.js';
import { UnsettledAbsence } from './unsettled-absence.js';
import { MAX_BOOTSTRAP, WayBack } from './way-back.js';

/** Peers that are named when nobody was met in time. */
const MAX_TRIED = 16;

/** What a topic needs of its node. One for all topics. */
export interface LocalTopicHost {
  readonly me: EndpointId;
  readonly options: ResolvedGossipOptions;
  readonly losses: Losses;
  readonly kept: KeptBudgets;
  /** How many neighbors a topic wants. */
  readonly wanted: number;
  /** How long a topic may be out of touch and still be told how many messages it has missed, in milliseconds. */
  readonly countedAbsenceMs: number;
  /** How old a lost payload is at most, in milliseconds, when it is told as one of a number: it may be heard of late, and is waited for. */
  readonly countedLateMs: number;
  /** Milliseconds until a peer may be dialed; 0 when it may be now. */
  waitFor(peer: EndpointId): number;
  isDialing(peer: EndpointId): boolean;
  /** What became of the dials of a peer. */
  tried(peer: EndpointId): TriedPeer;
  /** Whether a peer has said anything in a topic since it last left it. */
  hasHeardFrom(topic: TopicId, peer: EndpointId): boolean;
  /** Whether a peer was of no use in a topic a moment ago, and is not asked again yet. */
  isDismissed(topic: TopicId, peer: EndpointId): boolean;
  /** Whether what a topic has to say to a peer waits for a stream, because the peer allows no more at once. */
  waitsForStream(topic: TopicId, peer: EndpointId): boolean;
  /** Asks peers to let us in. One that was dismissed is asked only where the user names it now. */
  join(topic: TopicId, peers: readonly EndpointId[], options?: { readonly byUser: boolean }): void;
  /** Asks a peer whether it is in the same swarm. */
  probe(topic: TopicId, peer: EndpointId): void;
  /** Compares what a neighbor and we have of a topic, if the neighbor speaks the protocol for that. */
  compare(topic: TopicId, peer: EndpointId, reason: ReconcileReason): void;
  /** Looks for peers of a topic elsewhere; undefined when there is nowhere to look. */
  search(topic: LocalTopic): PeerSearch | undefined;
}

/**
 * One topic as its users see it: subscribers, neighbors, and the way back in.
 *
 * There may be tens of thousands of quiet topics, so what a topic may never need is made when it is needed.
 */
export class LocalTopic {
  readonly id: TopicId;
  readonly subscribers: Subscribers;
  readonly #host: LocalTopicHost;
  readonly #search: PeerSearch | undefined;
  #neighbors: readonly EndpointId[] = NOBODY;
  #wayBack: WayBack | undefined;
  #lost: LostNeighbors | undefined;
  #unreached: UnreachedPeers | undefined;
  #absence: Absence | undefined;
  #unsettled: UnsettledAbsence | undefined;
  /** Since when its readers have had every message, or know that it is lost: since the first neighbor came, or they were last told that any number may be. */
  #inTouchSince: number | undefined;
  #foreignPast: ForeignPast | undefined;
  #kept: KeptBroadcasts | undefined;
  /** Broadcasts that were still kept when the topic was closed. */
  #unsent = 0;
  #saidAt = Number.NEGATIVE_INFINITY;
  #joined: Deferred<void> | undefined;
  #end: Error | undefined;

  constructor(id: TopicId, host: LocalTopicHost) {
    this.id = id;
    this.#host = host;
    this.subscribers = new Subscribers(host.me);
    this.#search = host.search(this);
  }

  /** In the order in which they came up. */
  get neighbors(): readonly EndpointId[] {
    return this.#neighbors;
  }

  /** Broadcasts that wait for the first neighbor. */
  get kept(): number {
    return this.#unsent + (this.#kept?.count ?? 0);
  }

  /** Whole milliseconds: a number with a fraction takes 16 bytes wherever a topic keeps it. */
  get now(): number {
    return Math.floor(this.#host.options.clock.now());
  }

  get closed(): boolean {
    return this.#end !== undefined;
  }

  /** @throws what the topic has ended with */
  checkOpen(): void {
    if (this.#end) throw this.#end;
  }

  /** @returns the broadcasts that waited for the first neighbor */
  neighborUp(peer: EndpointId): readonly KeptBroadcast[] {
    this.#inTouchSince ??= this.now;
    this.#neighbors = this.#neighbors.concat(peer);
    this.#wayBack?.stop();
    this.#expectNoMore(peer);
    this.#askUnreached(peer);
    this.#joined?.resolve();
    this.#joined = undefined;
    this.#returned();
    if (this.#unsettled) this.#host.compare(this.id, peer, 'neighborUp');
    const kept = this.#kept?.takeAll() ?? [];
    this.#kept = undefined;
    return kept;
  }

  neighborDown(peer: EndpointId, reason: NeighborDownReason): void {
    this.#neighbors = this.#neighbors.filter((other) => other !== peer);
    if (reason === 'left') this.#wayBack?.forget(peer);
    if (this.#end) return;
    if (reason !== 'left') this.#back().remember(peer);
    if (isAccident(reason)) this.#expect(peer);
    if (reason === 'left' && this.#wayBack?.isBootstrap(peer)) this.#look([peer]);
    if (this.#neighbors.length > 0) return this.#unsettled?.decide();
    this.#away.begin(this.subscribers.queues, reason);
    this.#search?.hurry();
    this.#unreached?.stop();
    this.#wayBack?.start();
  }

  /** The last connection to a peer has ended in good order, although something of it was wanted. */
  unheard(peer: EndpointId): void {
    this.#wayBack?.unheard(peer);
  }

  /** When a payload came or went last, by the clock. */
  get saidAt(): number {
    return this.#saidAt;
  }

  /** A payload comes or goes. */
  said(): void {
    this.#saidAt = this.#host.options.clock.now();
  }

  /** A peer says that it is not in the topic. */
  notThere(peer: EndpointId): void {
    this.#wayBack?.notThere(peer);
  }

  /** The node was asleep until now. */
  slept(forMs: number): void {
    if (this.#neighbors.length === 0) return this.#away.sleptAlone(forMs);
    this.#away.slept(forMs, this.subscribers.queues);
  }

  /** These peers have answered after a sleep, on the links that there were before. */
  survivedSleep(peers: readonly EndpointId[]): void {
    if (this.#neighbors.some((peer) => peers.includes(peer))) this.#absence?.survived();
    else this.#tellAway(this.#absence?.noneSurvived());
  }

  /** A neighbor has had payloads that are compared no more, and these are not known here. Readers are told once in 70 s at most: what is named is older. */
  missedLongAgo(from: EndpointId, unknown: readonly UnknownMessage[]): void {
    const { now } = this;
    const missed = this.#foreign.heard(from, unknown, this.#inTouchSince ?? now);
    if (missed.length === 0) return;
    this.#inTouchSince = now; // also where there are no readers
    // Who has subscribed after all of them has missed nothing.
    this.#tellAway(
      this.subscribers.queues.filter(({ openedAt }) => saidSince(missed, openedAt, now).length > 0),
      missed,
    );
  }

  /** What may have been missed long ago, and is looked for whenever a neighbor tells its past. */
  get suspects(): readonly UnknownMessage[] {
    return this.#foreignPast?.suspects ?? NO_MESSAGES;
  }

  /** What others have named and is not known here, to be shown to neighbors. */
  get foreignPast(): readonly PastMessage[] {
    return this.#foreignPast?.messages ?? NO_MESSAGES;
  }

  /** A neighbor has said what it remembers: messages that are missing here are counted from now on. */
  compared(): void {
    this.#settle();
  }

  /** A neighbor does not say what it remembers. */
  notCompared(peer: EndpointId): void {
    this.#unsettled?.notCompared(peer);
  }

  /** Asks these peers to let us in, and goes on asking until somebody does. */
  enterThrough(peers: readonly EndpointId[]): void {
    if (peers.length === 0) return;
    this.#back().addBootstrap(peers);
    this.#look(peers.filter((peer) => !this.#neighbors.includes(peer)).slice(-MAX_BOOTSTRAP));
    this.#host.join(this.id, peers, { byUser: true });
    if (this.#neighbors.length === 0) this.#back().start();
  }

  /** Asks a bootstrap peer that is no neighbor whether it is in the same swarm. @returns whether there was one to ask */
  probeBootstrap(): boolean {
    if (this.#neighbors.length === 0) return false; // the way back asks
    const next = this.#wayBack?.nextBootstrap(
      (peer) =>
        !this.#neighbors.includes(peer) && this.#unreached?.has(peer) !== true && this.#host.waitFor(peer) === 0,
    );
    if (next === undefined) return false;
    this.#host.probe(this.id, next);
    return true;
  }

  /** Keeps a broadcast for the first neighbor. @returns whether an equal one is kept already. @throws NoNeighborsError when the limit is reached */
  keep(broadcast: KeptBroadcast): boolean {
    this.#kept ??= new KeptBroadcasts(this.#host.kept);
    const isRepeated = broadcast.id !== undefined && this.#kept.has(broadcast.id);
    if (this.#kept.add(broadcast)) return isRepeated;
    throw new NoNeighborsError(
      'the topic has no neighbor, and no more messages can be kept for the first one (4,096, and `keptBytes`); wait for joined()',
    );
  }

  async joined(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    this.checkOpen();
    if (this.#neighbors.length > 0) return;
    this.#joined ??= quietDeferred();
    const { promise } = this.#joined;
    try {
      await abortable(promise, signal);
    } catch (error) {
      if (!signal?.aborted || error !== signal.reason || !isTimeout(error)) throw error;
      throw new JoinTimeoutError(this.#tried(), { cause: error });
    }
  }

  /** Whom it has asked to let us in, and what came of it. */
  #tried(): TriedPeer[] {
    const peers = (this.#wayBack?.peers ?? []).slice(0, MAX_TRIED);
    return peers.map((peer) => ({
      ...this.#host.tried(peer),
      ...(this.#host.isDismissed(this.id, peer) && { isDismissed: true }),
      ...(this.#host.waitsForStream(this.id, peer) && { waitsForStream: true }),
    }));
  }

  /** Ends the topic in good order; with an error, its readers get that after what is queued. */
  close(error?: Error): void {
    if (this.#end) return;
    this.#end = error ?? new TopicClosedError();
    this.#search?.stop();
    this.#wayBack?.stop();
    this.#lost?.stop();
    this.#foreignPast?.stop();
    this.#settle();
    this.#unreached?.stop();
    this.#joined?.reject(this.#end);
    this.#giveUpKept();
    this.subscribers.end(error);
  }

  #giveUpKept(): void {
    const { losses, options } = this.#host;
    const messages = this.kept;
    if (messages === 0) return;
    const bytes = this.#kept?.bytes;
    this.#kept?.takeAll();
    this.#unsent = messages;
    losses.add('unsent', messages);
    options.logger.warn({ topic: this.id, messages, bytes }, 'messages kept for the first neighbor are lost');
  }

  #expect(peer: EndpointId): void {
    this.#lost ??= new LostNeighbors(this.id, this.#host, () => this.#neighbors.length < this.#host.wanted);
    this.#lost.add(peer);
  }

  /** As far as we know, these peers that the user has named are not in the topic. */
  #look(peers: readonly EndpointId[]): void {
    if (peers.length === 0) return;
    this.#unreached ??= new UnreachedPeers(this.id, this.#host);
    this.#unreached.add(peers);
    if (this.#neighbors.length > 0) this.#unreached.start();
  }

  #expectNoMore(peer: EndpointId): void {
    if (this.#lost?.remove(peer)) this.#lost = undefined;
  }

  /** With a neighbor, `WayBack` stops; other peers that the user has named are still looked for. */
  #askUnreached(neighbor: EndpointId): void {
    this.#unreached?.reached(neighbor);
    if (this.#unreached?.isEmpty) this.#unreached = undefined;
    this.#unreached?.start();
  }

  #returned(): void {
    const ended = this.#absence?.end();
    if (ended === undefined) return;
    this.#tellAway(ended.told);
    if (ended.unsettled.length === 0) return;
    const readers = new Set([...(this.#unsettled?.readers ?? []), ...ended.unsettled]);
    this.#settle();
    this.#unsettled = new UnsettledAbsence([...readers], {
      clock: this.#host.options.clock,
      neighbors: () => this.#neighbors,
      tell: (readers) => this.#tellAway(readers),
    });
  }

  #settle(): void {
    this.#unsettled?.stop();
    this.#unsettled = undefined;
  }

  /**
   * Tells the readers of an absence that messages may be lost. Nobody knows how many.
   *
   * @param known - some of them. Those that may still come, or be told in their number, do not count
   */
  #tellAway(readers: readonly EventQueue[] = NO_READERS, known: readonly UnknownMessage[] = NO_UNKNOWN): void {
    if (readers.length === 0) return;
    this.#settle();
    const { now } = this;
    this.#inTouchSince = now;
    const { losses, countedLateMs } = this.#host;
    const gone = known.filter(({ age }) => age >= countedLateMs);
    losses.away(gone.length);
    for (const reader of this.subscribers.queues) {
      if (!readers.includes(reader)) continue;
      reader.push({ type: 'lagged', missed: saidSince(gone, reader.openedAt, now).length, reason: 'away' });
    }
  }

  get #foreign(): ForeignPast {
    this.#foreignPast ??= new ForeignPast({
      clock: this.#host.options.clock,
      countedLateMs: this.#host.countedLateMs,
      neighbors: () => this.#neighbors,
      compare: (peer) => this.#host.compare(this.id, peer, 'periodic'),
    });
    return this.#foreignPast;
  }

  get #away(): Absence {
    this.#absence ??= new Absence(this.#host.options.clock, this.#host.countedAbsenceMs);
    return this.#absence;
  }

  #back(): WayBack {
    this.#wayBack ??= new WayBack(this.id, this.#host);
    return this.#wayBack;
  }
}

const NOBODY: readonly EndpointId[] = [];
const NO_READERS: readonly EventQueue[] = [];
const NO_MESSAGES: readonly PastMessage[] = [];
const NO_UNKNOWN: readonly UnknownMessage[] = [];

/** Whether a neighbor was lost although neither side wanted that. */
function isAccident(reason: NeighborDownReason): boolean {
  switch (reason) {
    case 'closed':
    case 'timeout':
      return true;
    case 'refused':
    case 'evicted':
    case 'left':
    case 'stream-limit':
      return false;
  }
}

/** A promise that may be rejected while nobody waits for it. */
function quietDeferred(): Deferred<void> {
  const waiting = deferred();
  waiting.promise.catch(() => {});
  return waiting;
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'TimeoutError';
}

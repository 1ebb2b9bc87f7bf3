import {
  type Command,
  type KernelState,
  maxPayload,
  messageIdFromBytes,
  type ReconcileReason,
  type TopicId,
} from '@grapevine/proto';
import { fastHash } from '#hash';
import type { AddressLookup, AddressSource } from '../address/address-book.js';
import type { EndpointAddr } from '../address/endpoint-addr.js';
import type { EndpointId } from '../identity/endpoint-id.js';
import { countedAbsence } from './absence.js';
import { BootstrapRounds } from './bootstrap-rounds.js';
import type { EventQueueOptions } from './event-queue.js';
import type { KeptBudgets } from './kept-broadcasts.js';
import { LeavingTopics } from './leaving-topics.js';
import { LocalTopic, type LocalTopicHost } from './local-topic.js';
import { Losses } from './losses.js';
import type { ResolvedGossipOptions } from './options.js';
import { PeerSearch } from './peer-search.js';
import type { PeerTable } from './peers/peer-table.js';
import type { SubscribeOptions, TopicSession } from './service.js';
import { SharedBudget } from './shared-budget.js';
import type { GossipTopicSnapshot } from './snapshot.js';
import { Subscription, type SubscriptionHost } from './subscription.js';
import { MAX_BOOTSTRAP } from './way-back.js';

const DEFAULT_QUEUE_CAPACITY = 2048;

/** Broadcasts that a topic keeps for its first neighbor, however short; all topics share twice as many. */
const MAX_KEPT = 4_096;

/** What the topics of a node need of it. */
export interface LocalTopicsHost {
  readonly me: EndpointId;
  readonly options: ResolvedGossipOptions;
  readonly addressLookup: AddressLookup;
  readonly state: Pick<
    KernelState<EndpointId>,
    'config' | 'eagerPeers' | 'hasHeardFrom' | 'hasSeen' | 'isDismissed' | 'snapshot'
  >;
  readonly peers: Pick<
    PeerTable,
    'pressure' | 'waitFor' | 'isDialing' | 'waitsForStream' | 'rttMs' | 'tried' | 'written'
  >;
  /** Gives the protocol a command. */
  command(topic: TopicId, command: Command<EndpointId>): void;
  /** Compares what a neighbor and we have of a topic. */
  compare(topic: TopicId, peer: EndpointId, reason: ReconcileReason): void;
  /** Neighbors in a topic seem to take nothing. */
  stalled(topic: TopicId, peers: readonly EndpointId[]): void;
  /** The node is not in a topic any more. */
  left(topic: TopicId): void;
}

/** The topics of a node as its users see them, and what they share: budgets, and the count of what is lost. */
export class LocalTopics {
  readonly losses: Losses;
  readonly #host: LocalTopicsHost;
  readonly #topics = new Map<TopicId, LocalTopic>();
  readonly #kept: KeptBudgets;
  readonly #rounds: BootstrapRounds;
  readonly #queue: EventQueueOptions;
  readonly #leaving: LeavingTopics;
  readonly #topicHost: LocalTopicHost;
  readonly #subscriptionHost: SubscriptionHost;

  constructor(host: LocalTopicsHost) {
    const { metrics, keptBytes, unreadBytes } = host.options;
    this.losses = new Losses(metrics);
    this.#host = host;
    this.#rounds = new BootstrapRounds(host.options, this.#topics);
    this.#kept = { bytes: new SharedBudget(keptBytes), messages: new SharedBudget(MAX_KEPT) };
    this.#queue = {
      capacity: DEFAULT_QUEUE_CAPACITY,
      budget: new SharedBudget(unreadBytes),
      onMissed: () => this.losses.add('slow-reader', 1),
    };
    this.#leaving = new LeavingTopics(host.options.clock, (topic) => {
      host.left(topic);
      host.command(topic, { type: 'quit' });
    });
    this.#topicHost = this.#hostOfTopics();
    this.#subscriptionHost = this.#hostOfSubscriptions();
  }

  get(topic: TopicId): LocalTopic | undefined {
    return this.#topics.get(topic);
  }

  /** Whether we are in a topic: users of ours are, or were until a moment ago. */
  isJoined(topic: TopicId): boolean {
    return this.#topics.has(topic) || this.#leaving.has(topic);
  }

  /** Bytes that wait for readers. */
  get unreadBytes(): number {
    return this.#queue.budget.used;
  }

  /** Broadcasts that wait for a first neighbor. */
  get keptBroadcasts(): number {
    return this.#kept.messages.used;
  }

  subscribe(topic: TopicId, options: SubscribeOptions): TopicSession {
    const { bootstrap = [], queueCapacity: capacity = DEFAULT_QUEUE_CAPACITY, echo = false } = options;
    const local = this.#topics.get(topic) ?? this.#open(topic);
    const queue = capacity === DEFAULT_QUEUE_CAPACITY ? this.#queue : { ...this.#queue, capacity };
    const subscription = new Subscription(local, this.#subscriptionHost, queue, echo);
    this.#enter(local, bootstrap);
    return subscription;
  }

  /** Leaves all topics. @returns when we are in none any more */
  leaveAll(): Promise<void> {
    this.#rounds.stop();
    for (const local of [...this.#topics.values()]) this.#leave(local);
    return this.#leaving.left();
  }

  /** The last connection to a peer has ended in good order, although something of it was wanted. */
  unheard(peer: EndpointId): void {
    for (const local of this.#topics.values()) local.unheard(peer);
  }

  /** The node was asleep until now. */
  slept(forMs: number): void {
    for (const local of this.#topics.values()) local.slept(forMs);
  }

  /** These peers have answered after a sleep, on the links that there were before. */
  survivedSleep(peers: readonly EndpointId[]): void {
    for (const local of this.#topics.values()) local.survivedSleep(peers);
  }

  /** All topics have failed: their users are told. They can still be looked at. */
  failAll(error: Error): void {
    this.#rounds.stop();
    this.#leaving.hurryAll();
    for (const local of this.#topics.values()) local.close(error);
  }

  snapshot(): GossipTopicSnapshot[] {
    return [...this.#topics.values()].flatMap(({ id, subscribers, kept }) => {
      const snapshot = this.#host.state.snapshot(id);
      return snapshot ? [{ ...snapshot, id, subscribers: subscribers.queues.length, keptBroadcasts: kept }] : [];
    });
  }

  #hostOfTopics(): LocalTopicHost {
    const { me, options, peers, state } = this.#host;
    return {
      me,
      options,
      losses: this.losses,
      kept: this.#kept,
      wanted: state.config.membership.activeViewCapacity,
      countedAbsenceMs: countedAbsence(state.config),
      countedLateMs: state.config.broadcast.messageIdRetention,
      waitFor: (peer) => peers.waitFor(peer),
      isDialing: (peer) => peers.isDialing(peer),
      tried: (peer) => peers.tried(peer),
      hasHeardFrom: (topic, peer) => state.hasHeardFrom(topic, peer),
      isDismissed: (topic, peer) => state.isDismissed(topic, peer, options.clock.now()),
      waitsForStream: (topic, peer) => peers.waitsForStream(topic, peer),
      join: (topic, peers, options) => this.#host.command(topic, { type: 'join', peers, ...options }),
      probe: (topic, peer) => this.#host.command(topic, { type: 'probe', peers: [peer] }),
      compare: (topic, peer, reason) => this.#host.compare(topic, peer, reason),
      search: (local) => this.#search(local),
    };
  }

  #hostOfSubscriptions(): SubscriptionHost {
    const { state, peers } = this.#host;
    return {
      maxContentLength: (scope) => maxPayload(state.config, scope),
      isCongested: (local) => {
        if (!this.#isClosed(local)) return false;
        return !this.#findsAnotherWay(local) || this.#isClosed(local);
      },
      published: (bytes) => peers.pressure.published(bytes),
      congestionEased: () => peers.pressure.eased(),
      broadcast: (topic, content, scope) => {
        this.#topics.get(topic)?.said();
        this.#host.command(topic, { type: 'broadcast', content, scope });
      },
      messageId: (content) => messageIdFromBytes(fastHash(content)),
      hasSeen: (topic, id) => state.hasSeen(topic, id),
      written: (local) => peers.written(local.id, local.neighbors),
      joinPeers: (local, peers) => this.#enter(local, peers),
      leave: (local) => this.#leave(local),
    };
  }

  /** The neighbors that get the payloads of a topic, and not only announcements. */
  #receivers(local: LocalTopic): readonly EndpointId[] {
    const receivers = this.#host.state.eagerPeers(local.id);
    return receivers.length > 0 ? receivers : local.neighbors;
  }

  #isClosed(local: LocalTopic): boolean {
    return this.#host.peers.pressure.isClosedFor(this.#receivers(local), local.neighbors);
  }

  /** Where all neighbors that get payloads have stalled, asks the protocol to send them to another one. @returns whether they have */
  #findsAnotherWay(local: LocalTopic): boolean {
    const { pressure } = this.#host.peers;
    if (!pressure.haveStalled(this.#receivers(local))) return false;
    this.#host.stalled(
      local.id,
      local.neighbors.filter((peer) => !pressure.keepsUp(peer)),
    );
    return true;
  }

  #open(topic: TopicId): LocalTopic {
    this.#leaving.hurry(topic);
    const local = new LocalTopic(topic, this.#topicHost);
    this.#topics.set(topic, local);
    this.#host.command(topic, { type: 'join', peers: [] });
    return local;
  }

  #enter(local: LocalTopic, bootstrap: readonly (EndpointId | EndpointAddr)[]): void {
    const peers = this.#learn(bootstrap, 'user');
    if (peers.length > 0) this.#rounds.start();
    local.enterThrough(peers);
  }

  #leave(local: LocalTopic): void {
    const { id, neighbors, saidAt } = local;
    const rttMs = Math.max(...neighbors.map((peer) => this.#host.peers.rttMs(peer)));
    local.close();
    this.#topics.delete(id);
    this.#leaving.leave(id, neighbors.length > 0 ? saidAt : Number.NEGATIVE_INFINITY, rttMs);
    if (this.#topics.size === 0) this.#rounds.stop();
  }

  #search(local: LocalTopic): PeerSearch | undefined {
    const { options, me, state } = this.#host;
    if (options.peerSources.length === 0) return undefined;
    return new PeerSearch(local.id, {
      options,
      me,
      wanted: state.config.membership.activeViewCapacity,
      neighbors: () => local.neighbors,
      join: (peers) => this.#host.command(local.id, { type: 'join', peers: this.#learn(peers, 'gossip') }),
    });
  }

  /** Remembers the addresses among some peers, the latest if there are very many. @returns their ids, without our own */
  #learn(peers: readonly (EndpointId | EndpointAddr)[], source: AddressSource): EndpointId[] {
    const { me, addressLookup } = this.#host;
    const ids = peers.slice(-MAX_BOOTSTRAP).map((peer) => {
      if (typeof peer === 'string') return peer;
      if (peer.id !== me) addressLookup.add(peer, source);
      return peer.id;
    });
    return [...new Set(ids)].filter((id) => id !== me);
  }
}

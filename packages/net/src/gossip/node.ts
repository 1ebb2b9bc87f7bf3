import {
  type DisconnectReason,
  type InEvent,
  maxPayload,
  maxPeerData,
  type OutEvent,
  type Scope,
  State,
  type Timer,
  TimerHeap,
  type TopicEvent,
  type TopicId,
} from '@grapevine/proto';
import type { AddressSource } from '../address/address-book.js';
import { decodeAddrInfo, encodeAddrInfo } from '../address/codec.js';
import type { EndpointAddr } from '../address/endpoint-addr.js';
import { GossipClosedError } from '../errors.js';
import type { EndpointId } from '../identity/endpoint-id.js';
import type { ProtocolCompanion, ProtocolHandler } from '../transport/router.js';
import type { Connection, Endpoint } from '../transport/seam.js';
import type { ClockTimer } from '../util/clock.js';
import { fastHash } from './hash.js';
import { LocalTopic } from './local-topic.js';
import type { GossipGauges, TickKind } from './metrics.js';
import { type GossipOptions, type ResolvedGossipOptions, resolveGossipOptions } from './options.js';
import { PeerSearch } from './peer-search.js';
import { PeerTable } from './peers/peer-table.js';
import { Reconciler } from './reconciliation/index.js';
import type { GossipService, SubscribeOptions, TopicSession } from './service.js';
import type { GossipSnapshot } from './snapshot.js';
import { Subscription } from './subscription.js';
import type { NetMessage } from './wire.js';

const DEFAULT_QUEUE_CAPACITY = 2048;

/**
 * A gossip node on an endpoint: owns the protocol state and its timers, and carries out what the state asks for.
 *
 * Nothing in here waits: every event is handled to its end, with all that follows from it, before the next one. Applications
 * use it through `Gossip` of `@grapevine/api`.
 */
export class GossipNode implements GossipService, ProtocolHandler {
  readonly id: EndpointId;
  readonly alpn: string;
  /** What neighbors fetch from each other after a gap goes over a protocol of its own. */
  readonly companions: readonly ProtocolCompanion[];
  readonly #endpoint: Endpoint;
  readonly #options: ResolvedGossipOptions;
  readonly #state: State<EndpointId>;
  readonly #peers: PeerTable;
  readonly #reconciler: Reconciler;
  readonly #topics = new Map<TopicId, LocalTopic>();
  readonly #inbox: InEvent<EndpointId>[] = [];
  readonly #timers = new TimerHeap<Timer<EndpointId>>();
  readonly #stopObserving: () => void;
  #timer: { readonly at: number; readonly handle: ClockTimer } | undefined;
  #running = false;
  #shutdown: Promise<void> | undefined;

  /** @throws RangeError naming the setting that is out of range */
  constructor(endpoint: Endpoint, options: GossipOptions = {}) {
    const resolved = resolveGossipOptions(options);
    this.id = endpoint.id;
    this.alpn = resolved.alpn;
    this.#endpoint = endpoint;
    this.#options = resolved;
    this.#state = new State({ me: endpoint.id, config: resolved.config, rng: resolved.rng, hash: fastHash });
    this.#peers = new PeerTable(endpoint, resolved, this.#state.config.maxMessageSize, {
      message: (from, topic, message) => this.#received(from, topic, message),
      dialing: (peer) => this.#feed({ type: 'peerDialing', peer }, 'dialer'),
      connected: (peer) => {
        this.#reconciler.connected(peer);
        this.#feed({ type: 'peerConnected', peer }, 'connection');
      },
      gone: (peer, reason) => this.#gone(peer, reason),
      retired: (peer) => this.#feed({ type: 'linkRetired', peer }, 'connection'),
      linkReplaced: (peer) => this.#feed({ type: 'linkReplaced', peer }, 'connection'),
      linkGap: (peer, reason) => this.#feed({ type: 'linkGap', peer, reason }, 'connection'),
      isWanted: (peer) => this.#state.wants(peer),
    });
    this.#reconciler = new Reconciler(endpoint, resolved, {
      maxMessageSize: this.#state.config.maxMessageSize,
      isNeighbor: (topic, peer) => this.#topics.get(topic)?.neighbors.has(peer) ?? false,
      isJoined: (topic) => this.#topics.has(topic),
      window: (topic) => this.#state.window(topic, resolved.clock.now()),
      seenIds: (topic) => this.#state.seenIds(topic),
      remoteAddr: (peer) => this.#peers.remoteAddr(peer),
      recovered: (topic, from, payload) => this.#feed({ type: 'recovered', topic, from, ...payload }, 'message'),
      unavailable: (topic, from, ids) => this.#feed({ type: 'unavailable', topic, from, ids }, 'message'),
      announceCache: (topic, peer) => this.#feed({ type: 'announceCache', topic, peer }, 'connection'),
    });
    this.companions = [this.#reconciler];
    this.#stopObserving = resolved.metrics.observe(() => this.#gauges());
    this.#publishAddr(endpoint.addr());
    void this.#watchAddr();
  }

  /** Takes over an incoming connection. */
  accept(connection: Connection): void {
    this.#peers.accept(connection);
  }

  async subscribe(topic: TopicId, options: SubscribeOptions = {}): Promise<TopicSession> {
    if (this.#shutdown) throw new GossipClosedError();
    const capacity = options.queueCapacity ?? DEFAULT_QUEUE_CAPACITY;
    if (!Number.isInteger(capacity) || capacity < 1) {
      throw new RangeError(`queueCapacity must be a whole number of at least 1, got ${capacity}`);
    }
    const local = this.#topics.get(topic) ?? this.#openTopic(topic);
    const subscription = new Subscription(local, this.#subscriptionHost, capacity);
    local.enterThrough(this.#learn(options.bootstrap ?? [], 'user'));
    return subscription;
  }

  async snapshot(): Promise<GossipSnapshot> {
    return {
      id: this.id,
      topics: [...this.#topics.values()].flatMap((local) => {
        const snapshot = this.#state.snapshot(local.id);
        return snapshot
          ? [{ ...snapshot, id: local.id, subscribers: local.readers, keptBroadcasts: local.unsent }]
          : [];
      }),
      peers: this.#peers.snapshot().map((peer) => ({ ...peer, reconciles: this.#reconciler.speaks(peer.id) })),
      identityConflict: this.#peers.identityConflict,
      stats: this.#state.stats(),
      reconciliation: this.#reconciler.counters,
    };
  }

  shutdown(): Promise<void> {
    this.#shutdown ??= this.#run();
    return this.#shutdown;
  }

  readonly #subscriptionHost = ((node: GossipNode) => ({
    maxContentLength: (scope: Scope) => maxPayload(node.#state.config, scope),
    isCongested: (local: LocalTopic) => node.#peers.pressure.isClosedFor(local.neighbors),
    congestionEased: () => node.#peers.pressure.eased(),
    broadcast: (topic: TopicId, content: Uint8Array, scope: Scope) => node.#broadcast(topic, content, scope),
    joinPeers: (local: LocalTopic, peers: readonly (EndpointId | EndpointAddr)[]) =>
      local.enterThrough(node.#learn(peers, 'user')),
    leave: (local: LocalTopic) => node.#leave(local),
  }))(this);

  #openTopic(topic: TopicId): LocalTopic {
    const local = new LocalTopic(topic, {
      options: this.#options,
      waitFor: (peer) => this.#peers.waitFor(peer),
      join: (id, peers) => this.#join(id, peers),
      search: (local) => this.#search(local),
    });
    this.#topics.set(topic, local);
    this.#join(topic, []);
    return local;
  }

  #search(local: LocalTopic): PeerSearch | undefined {
    if (this.#options.peerSources.length === 0) return undefined;
    return new PeerSearch(local.id, {
      options: this.#options,
      me: this.id,
      wanted: this.#state.config.membership.activeViewCapacity,
      neighbors: () => local.neighbors,
      join: (peers) => this.#join(local.id, this.#learn(peers, 'gossip')),
    });
  }

  #join(topic: TopicId, peers: readonly EndpointId[]): void {
    this.#feed({ type: 'command', topic, command: { type: 'join', peers } }, 'command');
  }

  #leave(local: LocalTopic): void {
    local.close();
    this.#topics.delete(local.id);
    this.#reconciler.left(local.id);
    this.#feed({ type: 'command', topic: local.id, command: { type: 'quit' } }, 'command');
  }

  #broadcast(topic: TopicId, content: Uint8Array, scope: Scope): void {
    this.#feed({ type: 'command', topic, command: { type: 'broadcast', content, scope } }, 'command');
  }

  async #run(): Promise<void> {
    for (const local of [...this.#topics.values()]) this.#leave(local);
    this.#reconciler.close();
    await this.#peers.close();
    this.#timer?.handle.cancel();
    this.#timers.clear();
    this.#stopObserving();
  }

  /** Remembers the addresses among some peers. @returns their ids, without our own */
  #learn(peers: readonly (EndpointId | EndpointAddr)[], source: AddressSource): EndpointId[] {
    const ids = peers.map((peer) => {
      if (typeof peer === 'string') return peer;
      if (peer.id !== this.id) this.#endpoint.addressLookup.add(peer, source);
      return peer.id;
    });
    return [...new Set(ids)].filter((id) => id !== this.id);
  }

  // Events in: one at a time, each with all that follows from it.

  #feed(event: InEvent<EndpointId>, kind: TickKind): void {
    this.#options.metrics.tick(kind);
    this.#inbox.push(event);
    if (this.#running) return;
    this.#running = true;
    try {
      for (let next = this.#inbox.shift(); next; next = this.#inbox.shift()) {
        for (const output of this.#state.handle(next, this.#options.clock.now())) this.#carryOut(output);
      }
    } finally {
      this.#running = false;
    }
    this.#armTimer();
  }

  #received(from: EndpointId, topic: TopicId, message: NetMessage): void {
    this.#feed({ type: 'recvMessage', from, topic, message }, 'message');
  }

  #gone(peer: EndpointId, reason: DisconnectReason): void {
    this.#feed({ type: 'peerDisconnected', peer, reason }, 'connection');
  }

  // Outputs.

  #carryOut(output: OutEvent<EndpointId>): void {
    switch (output.type) {
      case 'sendMessage':
        return this.#peers.send(output.to, output.topic, output.message);
      case 'emitEvent':
        return this.#emit(output.topic, output.event);
      case 'scheduleTimer':
        return this.#timers.insert(this.#options.clock.now() + output.delay, output.timer);
      case 'disconnectPeer':
        return this.#peers.release(output.peer);
      case 'peerData':
        return this.#learnPeerData(output.peer, output.data);
      case 'reconcile':
        return this.#reconciler.reconcile(output.topic, output.peer, output.reason);
    }
  }

  #emit(topic: TopicId, event: TopicEvent<EndpointId>): void {
    const { metrics } = this.#options;
    const local = this.#topics.get(topic);
    switch (event.type) {
      case 'received':
        metrics.delivered(event.scope.type === 'swarm' ? event.scope.round : undefined);
        local?.emit(event);
        return;
      case 'neighborUp': {
        metrics.neighborUp();
        const unsent = local?.neighborUp(event.peer) ?? [];
        this.#reconciler.neighborUp(topic, event.peer);
        local?.emit(event);
        this.#peers.pressure.ease(); // the topic goes at the pace of its neighbors
        for (const { content, scope } of unsent) this.#broadcast(topic, content, scope);
        return;
      }
      case 'neighborDown':
        metrics.neighborDown(event.reason);
        local?.neighborDown(event.peer, event.reason);
        this.#reconciler.neighborDown(topic, event.peer);
        local?.emit(event);
        return;
      case 'lost':
        local?.emit({ type: 'lagged', missed: event.count });
        return;
    }
  }

  #learnPeerData(peer: EndpointId, data: Uint8Array): void {
    try {
      this.#endpoint.addressLookup.add({ id: peer, addrs: decodeAddrInfo(data) }, 'gossip');
    } catch (error) {
      this.#options.metrics.dropped('bad-peer-data');
      this.#options.logger.debug({ peer, error: String(error) }, 'ignoring peer data that is no address info');
    }
  }

  // Timers: a heap of the kernel's, one of the host's.

  #armTimer(): void {
    const at = this.#timers.nextTime;
    if (at === this.#timer?.at || this.#shutdown) return;
    this.#timer?.handle.cancel();
    const { clock } = this.#options;
    this.#timer = at === undefined ? undefined : { at, handle: clock.setTimer(this.#onTimer, at - clock.now()) };
  }

  readonly #onTimer = (): void => {
    this.#timer = undefined;
    const now = this.#options.clock.now();
    for (let due = this.#timers.popUntil(now); due; due = this.#timers.popUntil(now)) {
      this.#feed({ type: 'timerExpired', timer: due.item }, 'timer');
    }
    this.#armTimer();
  };

  // Our own address, for others.

  async #watchAddr(): Promise<void> {
    for await (const addr of this.#endpoint.watchAddr()) {
      if (this.#shutdown) return;
      this.#publishAddr(addr);
    }
  }

  #publishAddr(addr: EndpointAddr): void {
    const addrs = this.#options.shareAddresses ? [...addr.addrs] : [];
    let data = encodeAddrInfo(addrs);
    while (data.length > maxPeerData(this.#state.config) && addrs.length > 0) {
      addrs.pop();
      data = encodeAddrInfo(addrs);
    }
    this.#feed({ type: 'updatePeerData', data }, 'address');
  }

  // Looking at it.

  #gauges(): GossipGauges {
    const { queuedBytes, ...peers } = this.#peers.counts();
    const snapshots = this.#state.topics().flatMap((topic) => this.#state.snapshot(topic) ?? []);
    const sum = (pick: (snapshot: (typeof snapshots)[number]) => number) =>
      snapshots.reduce((total, snapshot) => total + pick(snapshot), 0);
    return {
      topics: snapshots.length,
      peers,
      neighbors: sum((snapshot) => snapshot.activeView.length),
      queuedBytes,
      cachedPayloads: sum((snapshot) => snapshot.payloadCache.count),
      cachedBytes: sum((snapshot) => snapshot.payloadCache.bytes),
      seenIds: sum((snapshot) => snapshot.seenIds),
    };
  }
}

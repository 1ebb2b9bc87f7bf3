import {
  comparedFor,
  type InEvent,
  type KernelState,
  maxPeerData,
  type OutEvent,
  type StateOptions,
  type Stats,
  type TopicEvent,
  type TopicId,
} from '@grapevine/proto';
import { fastHash } from '#hash';
import { decodeAddrInfo, encodeAddrInfo } from '../address/codec.js';
import type { EndpointAddr } from '../address/endpoint-addr.js';
import { hasWebAddress } from '../address/web-transport.js';
import { EndpointClosedError, GossipClosedError } from '../errors.js';
import { type EndpointId, isEndpointId } from '../identity/endpoint-id.js';
import type { ProtocolCompanion } from '../transport/router.js';
import type { Connection, Endpoint } from '../transport/seam.js';
import type { AppGate, GateHost } from './admission/gate-host.js';
import { checkSubscribe } from './check-commands.js';
import { KernelTimers } from './kernel-timers.js';
import { leafConfig } from './leaf-config.js';
import { LocalTopics } from './local-topics.js';
import type { GossipGauges, TickKind } from './metrics.js';
import type { ResolvedGossipOptions } from './options.js';
import { PeerTable } from './peers/peer-table.js';
import type { ReconcilerHost, Reconciling } from './reconciliation/index.js';
import type { GossipService, SubscribeOptions, TopicSession } from './service.js';
import type { GossipSnapshot } from './snapshot.js';
import { streamConfig } from './stream-config.js';
import type { NetMessage } from './wire.js';

/** An announcement of nothing, which has a leaf compare: nobody can dial it for that. Others do nothing with it. */
const COMPARE_WITH_ME: NetMessage = { type: 'ihave', messages: [] };

/** What the kernel asks about peers that others name. It must not pass on an id that is no curve point: a Rust peer would end the link. */
const CHECKS = { isPeer: isEndpointId, isHub: hasWebAddress };

/** What differs between a member of the swarm and a leaf. Handed in, so that a program has only what it uses. */
export interface NodeParts {
  /** The protocol. */
  stateOf(options: StateOptions<EndpointId>): KernelState<EndpointId>;
  /** Where the application decides about peers and messages. */
  gateOf(options: ResolvedGossipOptions, host: GateHost): AppGate;
  /** What compares histories with neighbors. */
  reconcilerOf(endpoint: Endpoint, options: ResolvedGossipOptions, host: ReconcilerHost): Reconciling;
}

/**
 * A gossip node on an endpoint: owns the protocol state and its timers, and carries out what the state asks for.
 *
 * Nothing in here waits: every event is handled to its end, with all that follows from it, before the next one. Applications
 * use it through `Gossip` of `@grapevine/api`.
 */
export abstract class KernelHost implements GossipService {
  readonly id: EndpointId;
  readonly alpn: string;
  /** The protocol of its own by which neighbors fetch from each other what they missed. */
  readonly companions: readonly ProtocolCompanion[];
  readonly #endpoint: Endpoint;
  readonly #options: ResolvedGossipOptions;
  readonly #state: KernelState<EndpointId>;
  readonly #peers: PeerTable;
  readonly #reconciler: Reconciling;
  readonly #gate: AppGate;
  readonly #topics: LocalTopics;
  readonly #inbox: InEvent<EndpointId>[] = [];
  readonly #timers: KernelTimers;
  readonly #stopObserving: () => void;
  /** The peer whose message is being handled. */
  #teller: EndpointId | undefined;
  #running = false;
  #shutdown: Promise<void> | undefined;
  /** Why the node has ended by itself. */
  #failure: EndpointClosedError | undefined;

  protected constructor(endpoint: Endpoint, resolved: ResolvedGossipOptions, parts: NodeParts) {
    this.id = endpoint.id;
    this.alpn = resolved.alpn;
    this.#endpoint = endpoint;
    this.#options = resolved;
    const config = streamConfig(resolved.config);
    this.#state = parts.stateOf({
      me: endpoint.id,
      config: endpoint.isLeaf ? leafConfig(config) : config,
      rng: resolved.rng,
      hash: fastHash,
      ...CHECKS,
    });
    this.#peers = new PeerTable(endpoint, resolved, this.#state.config.maxMessageSize, {
      message: (from, topic, message) => {
        this.#gate.receive({ type: 'recvMessage', from, topic, message });
        if (message.type === 'disconnect' && !message.alive) this.#topics.get(topic)?.notThere(from);
      },
      payload: (topic, id) => this.#state.payload(topic, id),
      isJoined: (topic) => this.#topics.isJoined(topic),
      dialing: (peer) => this.#feed({ type: 'peerDialing', peer }, 'dialer'),
      connected: (peer, source, isLeaf) => {
        this.#reconciler.connected(peer);
        this.#gate.connected(peer);
        this.#feed({ type: 'peerConnected', peer, source, isLeaf }, 'connection');
      },
      gone: (peer, reason) => this.#gate.ended({ type: 'peerDisconnected', peer, reason }),
      retired: (peer) => {
        const wasWanted = this.#state.wants(peer);
        this.#gate.ended({ type: 'linkRetired', peer });
        if (wasWanted) this.#topics.unheard(peer);
      },
      linkReplaced: (peer) => this.#feed({ type: 'linkReplaced', peer }, 'connection'),
      linkGap: (peer, reason) => this.#feed({ type: 'linkGap', peer, reason }, 'connection'),
      withheld: (peer) => {
        // Whoever does not reconcile would be sent announcements of everything instead, and takes none of these payloads.
        if (this.#reconciler.speaks(peer) !== false)
          this.#feed({ type: 'linkGap', peer, reason: 'overflow' }, 'connection');
      },
      slept: (forMs) => this.#topics.slept(forMs),
      survivedSleep: (peers) => this.#topics.survivedSleep(peers),
      isWanted: (peer) => this.#state.wants(peer),
    });
    this.#timers = new KernelTimers(resolved.clock, (timer) => this.#feed({ type: 'timerExpired', timer }, 'timer'));
    this.#topics = new LocalTopics({
      me: this.id,
      options: resolved,
      addressLookup: endpoint.addressLookup,
      state: this.#state,
      peers: this.#peers,
      command: (topic, command) => {
        if (command.type === 'join') this.#peers.sources.named(command.peers);
        this.#feed({ type: 'command', topic, command }, 'command');
      },
      compare: (topic, peer, reason) => {
        if (reason === 'periodic' && this.#peers.isLeaf(peer)) this.#peers.send(peer, topic, COMPARE_WITH_ME);
        else this.#reconciler.reconcile(topic, peer, reason);
      },
      stalled: (topic, peers) => this.#feed({ type: 'stalled', topic, peers }, 'command'),
      left: (topic) => {
        this.#reconciler.left(topic);
        this.#gate.left(topic);
      },
    });
    this.#reconciler = parts.reconcilerOf(endpoint, resolved, {
      maxMessageSize: this.#state.config.maxMessageSize,
      isNeighbor: (topic, peer) => this.#topics.get(topic)?.neighbors.includes(peer) ?? false,
      isJoined: (topic) => this.#topics.isJoined(topic),
      window: (topic) => this.#state.window(topic, resolved.clock.now()),
      expired: (topic) => this.#state.expired(topic, resolved.clock.now()),
      losses: (topic) => this.#state.losses(topic, resolved.clock.now()),
      seenIds: (topic) => this.#state.seenIds(topic),
      remoteAddr: (peer) => this.#peers.remoteAddr(peer),
      rttMs: (peer) => this.#peers.rttMs(peer),
      isLeaf: (peer) => this.#peers.isLeaf(peer),
      recovered: (topic, from, payload) => this.#gate.receive({ type: 'recovered', topic, from, ...payload }),
      unavailable: (topic, from, ids) => this.#feed({ type: 'unavailable', topic, from, ids }, 'message'),
      lossesReported: (topic, from, losses) => this.#feed({ type: 'lossesReported', topic, from, losses }, 'message'),
      past: (topic) => this.#state.past(topic, resolved.clock.now()),
      foreignPast: (topic) => this.#topics.get(topic)?.foreignPast ?? [],
      forgottenAfterMs: comparedFor(this.#state.config.broadcast),
      suspects: (topic) => this.#topics.get(topic)?.suspects ?? [],
      missedLongAgo: (topic, from, unknown) => this.#topics.get(topic)?.missedLongAgo(from, unknown),
      compared: (topic) => this.#topics.get(topic)?.compared(),
      announceCache: (topic, peer) => {
        this.#feed({ type: 'announceCache', topic, peer }, 'connection');
        this.#topics.get(topic)?.notCompared(peer);
      },
    });
    this.#gate = parts.gateOf(resolved, this.#gateHost());
    this.companions = this.#reconciler.companions;
    this.#stopObserving = resolved.metrics.observe(() => this.#gauges());
    this.#publishAddr(endpoint.addr());
    void this.#watchAddr();
    void this.#watchEnd();
  }

  /** Takes over a connection that a peer has made. */
  protected takeOver(connection: Connection): void {
    if (this.#gate.admits(connection)) this.#peers.accept(connection);
  }

  /** Asks the application about all peers again, or about all peers of a topic. */
  protected review(topic: TopicId | undefined): void {
    this.#gate.review(topic);
  }

  async subscribe(topic: TopicId, options: SubscribeOptions = {}): Promise<TopicSession> {
    checkSubscribe(topic, options);
    if (this.#failure) throw this.#failure;
    if (this.#shutdown) throw new GossipClosedError();
    return this.#topics.subscribe(topic, options);
  }

  async snapshot(): Promise<GossipSnapshot> {
    return {
      id: this.id,
      topics: this.#topics.snapshot(),
      identityConflict: this.#peers.identityConflict,
      losses: this.#topics.losses.counts,
      sources: this.#peers.sources.snapshot(),
      peers: this.#peers.snapshot().map((peer) => ({ ...peer, reconciles: this.#reconciler.speaks(peer.id) })),
      stats: this.#stats(),
      admission: this.#gate.snapshot,
      reconciliation: this.#reconciler.counters,
      transport: this.#endpoint.losses?.(),
    };
  }

  #stats(): Readonly<Stats> {
    const stats = this.#state.stats();
    return { ...stats, unknownTopics: stats.unknownTopics + this.#peers.sources.useless };
  }

  shutdown(): Promise<void> {
    this.#shutdown ??= this.#leaveAll();
    return this.#shutdown;
  }

  async #leaveAll(): Promise<void> {
    await this.#topics.leaveAll();
    await this.#release();
  }

  /** The endpoint is gone: nothing can be sent any more, and all readers are told. The state can still be looked at. */
  async #fail(error: EndpointClosedError): Promise<void> {
    this.#failure = error;
    this.#options.logger.error({ error: error.message }, 'the endpoint is closed: this node has ended');
    this.#topics.failAll(error);
    await this.#release();
  }

  async #release(): Promise<void> {
    this.#reconciler.close();
    this.#gate.close();
    await this.#peers.close();
    this.#timers.stop();
    this.#stopObserving();
  }

  // Events in: one at a time, each with all its consequences.

  #feed(event: InEvent<EndpointId>, kind: TickKind): void {
    this.#options.metrics.tick(kind);
    this.#peers.checkTime(); // what comes after a sleep is not as old as the sleep
    this.#inbox.push(event);
    if (this.#running) return;
    this.#running = true;
    try {
      for (let next = this.#inbox.shift(); next; next = this.#inbox.shift()) {
        this.#teller = next.type === 'recvMessage' ? next.from : undefined;
        for (const output of this.#state.handle(next, this.#options.clock.now())) this.#carryOut(output);
      }
    } finally {
      this.#running = false;
    }
    this.#timers.arm();
  }

  #gateHost(): GateHost {
    return {
      feed: (event) => this.#feed(event, isArrival(event) ? 'message' : 'connection'),
      send: (to, topic, message) => this.#peers.send(to, topic, message),
      isJoined: (topic) => this.#topics.isJoined(topic),
      hasSeen: (topic, id) => this.#state.hasSeen(topic, id),
      isConnected: (peer) => this.#peers.isConnected(peer),
      remoteAddr: (peer) => this.#peers.remoteAddr(peer),
      sources: this.#peers.sources,
      compare: (topic, peer) => {
        if (this.#topics.get(topic)?.neighbors.includes(peer)) this.#reconciler.reconcile(topic, peer, 'periodic');
      },
      release: (peer) => {
        if (!this.#state.wants(peer)) this.#peers.release(peer);
      },
      expelled: (topic, peer) => this.#reconciler.expelled(topic, peer),
    };
  }

  // Outputs.

  #carryOut(output: OutEvent<EndpointId>): void {
    switch (output.type) {
      case 'sendMessage':
        if (!this.#gate.maySend(output.to, output.topic, output.message)) return;
        return this.#peers.send(output.to, output.topic, output.message);
      case 'emitEvent':
        return this.#emit(output.topic, output.event);
      case 'scheduleTimer':
        return this.#timers.schedule(output.delay, output.timer);
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
        local?.said();
        local?.subscribers.emit(event);
        return;
      case 'neighborUp': {
        metrics.neighborUp();
        this.#peers.sources.neighborUp(event.peer);
        const kept = local?.neighborUp(event.peer) ?? [];
        this.#reconciler.neighborUp(topic, event.peer);
        local?.subscribers.emit(event);
        this.#peers.pressure.ease(); // the topic goes at the pace of its neighbors
        for (const { content, scope } of kept) {
          this.#feed({ type: 'command', topic, command: { type: 'broadcast', content, scope } }, 'command');
        }
        return;
      }
      case 'neighborDown':
        metrics.neighborDown(event.reason);
        this.#peers.sources.neighborDown(event.peer);
        local?.neighborDown(event.peer, event.reason);
        this.#reconciler.neighborDown(topic, event.peer);
        local?.subscribers.emit(event);
        return;
      case 'lost':
        this.#topics.losses.add(event.reason, event.count);
        local?.subscribers.emit({ type: 'lagged', missed: event.count, reason: event.reason });
        return;
    }
  }

  #learnPeerData(peer: EndpointId, data: Uint8Array): void {
    try {
      const isSelf = peer === this.#teller;
      const addrs = decodeAddrInfo(data).filter((addr) => isSelf || !this.#peers.sources.isOut?.(addr));
      this.#endpoint.addressLookup.add({ id: peer, addrs }, isSelf ? 'self' : 'gossip');
      this.#peers.sources.told(peer, this.#teller);
    } catch (error) {
      this.#options.metrics.dropped('bad-peer-data');
      this.#options.logger.debug({ peer, error: String(error) }, 'peer data that is no address info');
    }
  }

  // Our own address, for others.

  async #watchAddr(): Promise<void> {
    for await (const addr of this.#endpoint.watchAddr()) {
      if (this.#shutdown) return;
      this.#publishAddr(addr);
    }
  }

  async #watchEnd(): Promise<void> {
    const reason = await this.#endpoint.closed;
    this.#shutdown ??= this.#fail(new EndpointClosedError(reason.type === 'error' ? { cause: reason.error } : {}));
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
    return {
      ...this.#state.totals(),
      peers,
      queuedBytes,
      unreadBytes: this.#topics.unreadBytes,
      keptBroadcasts: this.#topics.keptBroadcasts,
      identityConflict: this.#peers.identityConflict,
      stats: this.#stats(),
      reconciliation: this.#reconciler.counters,
      transport: { endpoint: this.#endpoint, losses: this.#endpoint.losses?.() },
    };
  }
}

function isArrival({ type }: InEvent<EndpointId>): boolean {
  return type === 'recvMessage' || type === 'recovered';
}

import {
  type Command,
  type Config,
  defaultConfig,
  type GossipMessage,
  type Hash,
  type InEvent,
  type Message,
  type OutEvent,
  type PartialConfig,
  type ReconcileReason,
  resolveConfig,
  State,
  type Timer,
  type TopicEvent,
  type TopicId,
  type TopicSnapshot,
  topicId,
} from '@grapevine/proto';
import type { ChaCha12Rng } from './chacha12-rng.js';
import { EventQueue } from './event-queue.js';
import { memoHash } from './memo-hash.js';
import { DEFAULT_LATENCY, type LatencyConfig, maxLatency, type NetworkConfig } from './network-config.js';
import type { Courier, Observer } from './observer.js';
import { PairTable } from './pair-table.js';
import { Population } from './population.js';
import { count, noTraffic, type Traffic } from './traffic.js';
import { uniformDuration } from './uniform.js';

/** The one topic of a simulated swarm: 32 zero bytes, as in the Rust simulator. */
export const TOPIC: TopicId = topicId('00'.repeat(32));

/** By how much the news of a closed connection comes after the last message that was sent on it: 1 µs. */
const CLOSE_DELAY = 1_000;

/** What a {@link Network} is made of. */
export interface NetworkOptions {
  readonly config?: NetworkConfig;
  /** Decides latencies and seeds the nodes. Who shares it with the network, as {@link Simulator} does, draws in between. */
  readonly rng: ChaCha12Rng;
  /** Hashes payloads. Default: BLAKE3, once for each payload instead of once for each node; see {@link memoHash}. */
  readonly hash?: Hash;
}

/** What is different about a node. */
export interface NodeOptions {
  /** Its own settings, as far as they differ from the network's; durations in nanoseconds. */
  readonly config?: PartialConfig;
  /** Its own generator. Default: one that is seeded from the network's. */
  readonly rng?: ChaCha12Rng;
}

/** Something that is not an event of a node: a fault that begins, a node that joins. */
type Action = () => void;

/**
 * What is queued, told apart by the queue's tag: a message, whose tag is its sender, a timer, another event of a node, or an
 * action. Messages and timers become events only when they are due, so that millions of them on their way cost little.
 */
type Queued = Message<number> | Timer<number> | InEvent<number> | Action;
const TIMER = -1;
const EVENT = -2;
const ACTION = -3;

/**
 * A swarm in memory: nodes that run the real kernel, links with latency, and virtual time in integer nanoseconds (exact up
 * to 2^53, which is 104 days). With `mode: 'reference'` and the same calls it is the `Network` of the Rust simulator:
 * every event of every node, in the same order, at the same nanosecond.
 *
 * @example
 * ```ts
 * const network = new Network({ rng: ChaCha12Rng.seedFromU64(1) });
 * network.insertAndJoin(0, []);
 * network.insertAndJoin(1, [0]);
 * network.runTrips(4);
 * network.neighbors(0); // [1]
 * ```
 */
export class Network {
  readonly rng: ChaCha12Rng;
  readonly latency: LatencyConfig;
  /** The nodes' settings unless a node has its own. */
  readonly config: Config;
  /** What all nodes have received so far. */
  readonly traffic: Traffic = noTraffic();
  readonly observers: Observer[] = [];
  /** Takes messages to their receivers; replaced by what injects faults. */
  courier: Courier | undefined;

  readonly #hash: Hash;
  readonly #drawLatency: () => number;
  readonly #unreachableAfter: number | undefined;
  readonly #queue = new EventQueue<Queued>();
  readonly #pairs = new PairTable();
  readonly #nodes = new Population();
  #now = 0;
  #handledEvents = 0;

  /** @throws RangeError or TypeError when the config is not right. */
  constructor({ config = {}, rng, hash = memoHash() }: NetworkOptions) {
    const { latency = DEFAULT_LATENCY, proto, unreachableAfter } = config;
    this.rng = rng;
    this.latency = latency;
    this.config = resolveConfig(proto, defaultConfig('nanoseconds'));
    this.#hash = hash;
    this.#unreachableAfter = unreachableAfter;
    switch (latency.type) {
      case 'static':
        this.#drawLatency = () => latency.latency;
        break;
      case 'dynamic': {
        const draw = uniformDuration(latency.min, latency.max);
        this.#drawLatency = () => draw(rng);
        break;
      }
    }
  }

  /** Nanoseconds since the network was made. */
  get time(): number {
    return this.#now;
  }

  /** How many nodes there are. */
  get size(): number {
    return this.#nodes.size;
  }

  /** One more than the largest number that a node has had. */
  get idLimit(): number {
    return this.#nodes.idLimit;
  }

  /** How many events nodes have handled so far. */
  get events(): number {
    return this.#handledEvents;
  }

  /** How many events are still to come: messages on their way, timers, notices. */
  get pendingEvents(): number {
    return this.#queue.size;
  }

  /** How many pairs of nodes have had to do with each other so far. */
  get metPairs(): number {
    return this.#pairs.size;
  }

  /** Whether a node is there. */
  has(peer: number): boolean {
    return this.#nodes.has(peer);
  }

  /** Whether a node is there and in the topic. */
  isMember(peer: number): boolean {
    return this.#nodes.isMember(peer);
  }

  /** The numbers of all nodes, ascending. */
  peers(): number[] {
    return this.#nodes.peers();
  }

  /** The numbers of the nodes that are in the topic, ascending. */
  members(): number[] {
    return this.#nodes.members();
  }

  /** The kernel of a node. */
  node(peer: number): State<number> | undefined {
    return this.#nodes.get(peer);
  }

  /** What the topic looks like to a node; `undefined` when it has not joined. */
  snapshot(peer: number): TopicSnapshot<number> | undefined {
    return this.#nodes.get(peer)?.snapshot(TOPIC);
  }

  /** The active neighbors of a node. */
  neighbors(peer: number): readonly number[] {
    return this.#nodes.get(peer)?.neighbors(TOPIC) ?? [];
  }

  /** All connections, the smaller number first, ascending. */
  connections(): [number, number][] {
    return this.#pairs.connections();
  }

  /**
   * Adds a node. Numbers should be small and dense.
   *
   * @throws RangeError when there is a node of that number already.
   */
  insert(peer: number, { config, rng }: NodeOptions = {}): void {
    if (this.has(peer)) throw new RangeError(`there is a node ${peer} already`);
    const resolved = config === undefined ? this.config : resolveConfig(config, this.config);
    this.#nodes.add(peer, new State({ me: peer, rng: rng ?? this.rng.fork(), config: resolved, hash: this.#hash }));
  }

  /** {@link Network.insert}, and then a join through these contacts. */
  insertAndJoin(peer: number, contacts: readonly number[], options: NodeOptions = {}): void {
    this.insert(peer, options);
    this.command(peer, { type: 'join', peers: contacts });
  }

  /** Queues a command for now and handles one event: the earliest, which need not be this command. */
  command(peer: number, command: Command<number>): void {
    this.enqueueCommand(peer, command);
    this.#tick();
  }

  /** Queues a command for now and handles nothing. */
  enqueueCommand(peer: number, command: Command<number>): void {
    this.#queue.insert(this.#now, peer, EVENT, { type: 'command', topic: TOPIC, command });
  }

  /**
   * Takes a node away without a word. Those that it was connected with are told after the latency between them, 1 µs, and
   * `noticeAfter`.
   *
   * @param noticeAfter - In nanoseconds. Default 0.
   */
  remove(peer: number, noticeAfter = 0): void {
    this.removeAll([peer], noticeAfter);
  }

  /** {@link Network.remove} for many nodes at once: one look at the connections for all of them. */
  removeAll(peers: readonly number[], noticeAfter = 0): void {
    const gone = new Set(peers.filter((peer) => this.has(peer)));
    const broken = this.#pairs.connections((a, b) => gone.has(a) || gone.has(b));
    const byPeer = new Map<number, number[]>();
    for (const [a, b] of broken) {
      this.#pairs.disconnect(a, b);
      if (gone.has(a)) append(byPeer, a, b);
      if (gone.has(b)) append(byPeer, b, a);
    }
    for (const peer of gone) {
      // Ascending, as the reference walks its set of connections.
      for (const other of byPeer.get(peer)?.sort((a, b) => a - b) ?? []) this.#notifyClosed(peer, other, noticeAfter);
      this.#nodes.remove(peer);
      this.#leftTopic(peer);
    }
  }

  /** Breaks connections without closing them: both ends notice after `noticeAfter` nanoseconds that the other is silent. */
  breakConnections(isBroken: (a: number, b: number) => boolean, noticeAfter: number): void {
    for (const [a, b] of this.#pairs.connections(isBroken)) {
      this.#pairs.disconnect(a, b);
      this.#queue.insert(this.#now + noticeAfter, a, EVENT, { type: 'peerDisconnected', peer: b, reason: 'timeout' });
      this.#queue.insert(this.#now + noticeAfter, b, EVENT, { type: 'peerDisconnected', peer: a, reason: 'timeout' });
    }
  }

  /** Has something done at a time that is not in the past. It may do with the network whatever it likes, except run it. */
  schedule(time: number, action: Action): void {
    this.#queue.insert(Math.max(time, this.#now), -1, ACTION, action);
  }

  /** Hands a message over to its receiver after `delay` nanoseconds. For couriers. */
  deliver(from: number, to: number, message: Message<number>, delay: number): void {
    this.#queue.insert(this.#now + delay, to, from, message);
  }

  /**
   * Tells a sender, where the config says so, that its message did not arrive. For couriers.
   *
   * @param latency - The nanoseconds until the message would have arrived.
   */
  reportUnreachable(from: number, to: number, latency: number): void {
    if (this.#unreachableAfter === undefined) return;
    const notice: InEvent<number> = { type: 'peerDisconnected', peer: to, reason: 'timeout' };
    this.#queue.insert(this.#now + latency + this.#unreachableAfter, from, EVENT, notice);
  }

  /** Runs for a number of times the largest possible latency. */
  runTrips(trips: number): void {
    this.runFor(trips * maxLatency(this.latency));
  }

  /** Runs for some nanoseconds. What is due at the very end is done. */
  runFor(duration: number): void {
    this.runUntil(this.#now + duration);
  }

  /** Runs up to a time. What is due at that very time is done. */
  runUntil(end: number): void {
    while (this.#queue.nextTime <= end) this.#tick();
    this.#now = Math.max(this.#now, end);
  }

  /**
   * Runs until `isDone` says so after an event, or for `timeout` nanoseconds. Time then stands at that event, or at the
   * end.
   *
   * @returns Whether it is done.
   */
  runUntilDone(isDone: () => boolean, timeout: number): boolean {
    const end = this.#now + timeout;
    while (!isDone()) {
      if (this.#queue.nextTime > end) {
        this.#now = end;
        return false;
      }
      this.#tick();
    }
    return true;
  }

  /** The latency between two nodes, drawn if they have not met yet. */
  latencyBetween(a: number, b: number): number {
    return this.#pairs.latency(a, b, this.#drawLatency);
  }

  /** Handles the earliest event. */
  #tick(): void {
    const queue = this.#queue;
    if (!queue.pop()) return;
    this.#now = queue.time;
    const { event, peer, tag } = queue;
    switch (tag) {
      case TIMER:
        this.#handle(peer, { type: 'timerExpired', timer: event as Timer<number> });
        break;
      case EVENT:
        this.#handle(peer, event as InEvent<number>);
        break;
      case ACTION:
        (event as Action)();
        break;
      default:
        this.#handle(peer, { type: 'recvMessage', from: tag, topic: TOPIC, message: event as Message<number> });
    }
  }

  #handle(peer: number, event: InEvent<number>): void {
    const node = this.#nodes.get(peer);
    if (node === undefined) {
      if (event.type === 'recvMessage') this.reportUnreachable(event.from, peer, 0);
      return;
    }
    this.#handledEvents++;
    if (event.type === 'recvMessage') this.#received(peer, event.from, event.message);
    else if (event.type === 'command') this.#noteCommand(peer, event.command);
    const outputs = node.handle(event, this.#now);
    for (const observer of this.observers) observer.handled?.(this.#now, peer, event, outputs);
    this.#carryOut(peer, event, outputs);
  }

  #received(peer: number, from: number, message: Message<number>): void {
    this.#pairs.connect(from, peer);
    if (!this.#nodes.isMember(peer)) return;
    count(this.traffic, message);
    if (message.type !== 'gossip') return;
    for (const observer of this.observers) observer.payload?.(this.#now, peer, message);
  }

  #noteCommand(peer: number, command: Command<number>): void {
    switch (command.type) {
      case 'join':
        this.#nodes.join(peer);
        break;
      case 'quit':
        this.#leftTopic(peer);
        break;
      case 'broadcast':
        break;
    }
  }

  #leftTopic(peer: number): void {
    if (!this.#nodes.leave(peer)) return;
    for (const observer of this.observers) observer.left?.(this.#now, peer);
  }

  #carryOut(peer: number, input: InEvent<number>, outputs: readonly OutEvent<number>[]): void {
    let closing: number[] | undefined;
    for (let i = 0; i < outputs.length; i++) {
      const output = outputs[i] as OutEvent<number>;
      switch (output.type) {
        case 'sendMessage':
          this.#send(peer, output.to, output.message);
          break;
        case 'scheduleTimer':
          this.#queue.insert(this.#now + output.delay, peer, TIMER, output.timer);
          break;
        case 'emitEvent':
          this.#emitted(peer, output.event, input);
          break;
        case 'disconnectPeer':
          if (closing === undefined) closing = [output.peer];
          else closing.push(output.peer);
          break;
        case 'peerData':
          break;
        case 'reconcile':
          this.#reconcile(peer, output.peer, output.reason);
          break;
      }
    }
    if (closing === undefined) return;
    // After all messages of this event, so that what was sent still arrives first.
    for (const other of closing) if (this.#pairs.disconnect(peer, other)) this.#retire(peer, other);
  }

  #send(from: number, to: number, message: Message<number>): void {
    const latency = this.latencyBetween(from, to);
    if (this.courier === undefined) this.deliver(from, to, message, latency);
    else this.courier(from, to, message, latency);
  }

  /** Nodes of a simulation have the protocol of the swarm only: they tell each other all that they have. */
  #reconcile(peer: number, other: number, reason: ReconcileReason): void {
    if (reason === 'periodic') return;
    this.#queue.insert(this.#now, peer, EVENT, { type: 'announceCache', topic: TOPIC, peer: other });
  }

  #emitted(peer: number, event: TopicEvent<number>, input: InEvent<number>): void {
    for (const observer of this.observers) {
      switch (event.type) {
        case 'received':
          if (input.type === 'recvMessage') observer.delivered?.(this.#now, peer, input.message as GossipMessage);
          break;
        case 'neighborUp':
        case 'neighborDown':
          observer.neighbor?.(this.#now, peer, event);
          break;
        case 'lost':
          observer.lost?.(this.#now, peer, event);
          break;
      }
    }
  }

  /** Closes a connection that is of no more use to one end. Hosts of hardened nodes know that from a broken one. */
  #retire(by: number, other: number): void {
    if (this.#nodes.get(other)?.config.mode !== 'hardened') this.#notifyClosed(by, other, 0);
    else this.#queue.insert(this.#closedAt(by, other), other, EVENT, { type: 'linkRetired', peer: by });
  }

  #notifyClosed(by: number, other: number, noticeAfter: number): void {
    this.#queue.insert(this.#closedAt(by, other) + noticeAfter, other, EVENT, { type: 'peerDisconnected', peer: by });
  }

  #closedAt(by: number, other: number): number {
    return this.#now + this.latencyBetween(by, other) + CLOSE_DELAY;
  }
}

function append(lists: Map<number, number[]>, key: number, value: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

import {
  type Command,
  type Config,
  defaultConfig,
  type Hash,
  type Message,
  resolveConfig,
  State,
  type StateOptions,
  type TopicSnapshot,
} from '@grapevine/proto';
import {
  aBoolean,
  aFunction,
  anArrayOf,
  anything,
  atLeast,
  type Checks,
  checkOptions,
  someBytes,
} from '@grapevine/proto/check';
import type { ChaCha12Rng } from './chacha12-rng.js';
import { aCommand, aGenerator, aLatency, aMessage, aPeer, aTime } from './checks.js';
import type { Connections } from './connections.js';
import type { Host } from './host.js';
import { memoHash } from './memo-hash.js';
import { DEFAULT_LATENCY, type LatencyConfig, maxLatency, type NetworkConfig } from './network-config.js';
import type { NetworkOptions, NodeOptions } from './network-options.js';
import { networkParts } from './network-parts.js';
import type { Observation } from './observation.js';
import type { Courier, Observer } from './observer.js';
import type { Population } from './population.js';
import type { Action, Timeline } from './timeline.js';
import { TOPIC } from './topic.js';
import type { Traffic } from './traffic.js';

const CHECKS: Checks<NetworkOptions> = {
  config: anything,
  rng: aGenerator,
  hash: aFunction,
  isHub: aFunction,
  createNode: aFunction,
};
const CONFIG: Checks<NetworkConfig> = {
  latency: aLatency,
  proto: anything, // the kernel looks at it
  unreachableAfter: aTime,
  tellsLeaves: aBoolean,
  reconciles: aBoolean,
};
const NODE: Checks<NodeOptions> = { config: anything, isLeaf: aBoolean, peerData: someBytes, rng: aGenerator };

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

  readonly #hash: Hash;
  readonly #isHub: StateOptions<number>['isHub'];
  readonly #createNode: (options: StateOptions<number>) => State<number>;
  readonly #nodes: Population;
  readonly #timeline: Timeline;
  readonly #connections: Connections;
  readonly #observation: Observation;
  readonly #host: Host;

  /** @throws RangeError or TypeError that names what is wrong. */
  constructor(options: NetworkOptions) {
    checkOptions('Network', options ?? null, CHECKS);
    const { config = {}, rng, hash = memoHash(), isHub, createNode = (node) => new State(node) } = options;
    aGenerator('rng', rng);
    checkOptions('a NetworkConfig', config, CONFIG);
    const { latency = DEFAULT_LATENCY, proto, unreachableAfter, tellsLeaves = true, reconciles = false } = config;
    this.rng = rng;
    this.latency = latency;
    this.config = resolveConfig(proto, defaultConfig('nanoseconds'));
    this.#hash = hash;
    this.#isHub = isHub;
    this.#createNode = createNode;
    const { nodes, timeline, connections, observation, host } = networkParts({
      latency,
      rng,
      unreachableAfter,
      tellsLeaves,
      reconciles,
      hash,
    });
    this.#nodes = nodes;
    this.#timeline = timeline;
    this.#connections = connections;
    this.#observation = observation;
    this.#host = host;
  }

  /** Delivers messages in place of the network, as fault injection does. Default: none. */
  get courier(): Courier | undefined {
    return this.#host.courier;
  }

  set courier(courier: Courier | undefined) {
    this.#host.courier = courier;
  }

  /** Nanoseconds since the network was made. */
  get time(): number {
    return this.#timeline.now;
  }

  /** The messages that all nodes have received so far. */
  get traffic(): Traffic {
    return this.#observation.traffic;
  }

  /** Observers of what happens; add and remove them as you like. */
  get observers(): Observer[] {
    return this.#observation.observers;
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
    return this.#host.handledEvents;
  }

  /** How many events are still to come: messages on their way, timers, notices. */
  get pendingEvents(): number {
    return this.#timeline.size;
  }

  /** How many pairs of nodes have sent each other something so far. */
  get metPairs(): number {
    return this.#connections.metPairs;
  }

  /** Whether a node is there. */
  has(peer: number): boolean {
    aPeer('peer', peer);
    return this.#nodes.has(peer);
  }

  /** Whether a node is there and in the topic. */
  isMember(peer: number): boolean {
    aPeer('peer', peer);
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
    aPeer('peer', peer);
    return this.#nodes.get(peer);
  }

  /** A node's view of the topic; `undefined` when it has not joined. */
  snapshot(peer: number): TopicSnapshot<number> | undefined {
    aPeer('peer', peer);
    return this.#nodes.get(peer)?.snapshot(TOPIC);
  }

  /** The active neighbors of a node. */
  neighbors(peer: number): readonly number[] {
    aPeer('peer', peer);
    return this.#nodes.get(peer)?.neighbors(TOPIC) ?? [];
  }

  /** All connections, the smaller number first, ascending. */
  connections(): [number, number][] {
    return this.#connections.all();
  }

  /**
   * Adds a node. Numbers should be small and without large gaps, since they index arrays.
   *
   * @throws RangeError when there is a node of that number already.
   */
  insert(peer: number, options: NodeOptions = {}): void {
    aPeer('peer', peer);
    checkOptions('insert', options, NODE);
    const { config, rng, isLeaf = false, peerData } = options;
    if (this.has(peer)) throw new RangeError(`there is a node ${peer} already`);
    const resolved = config === undefined ? this.config : resolveConfig(config, this.config);
    const state = { me: peer, rng: rng ?? this.rng.fork(), config: resolved, hash: this.#hash, peerData };
    this.#nodes.add(peer, this.#createNode({ ...state, ...(this.#isHub && { isHub: this.#isHub }) }));
    if (isLeaf) this.#nodes.leaves.add(peer);
  }

  /** {@link Network.insert}, and then a join through these contacts. */
  insertAndJoin(peer: number, contacts: readonly number[], options: NodeOptions = {}): void {
    anArrayOf('peers', aPeer)('contacts', contacts);
    this.insert(peer, options);
    this.command(peer, { type: 'join', peers: contacts });
  }

  /** Queues a command for now and handles one event: the earliest, which need not be this command. */
  command(peer: number, command: Command<number>): void {
    this.enqueueCommand(peer, command);
    this.#timeline.step(this.#host);
  }

  /** Queues a command for now and handles nothing. */
  enqueueCommand(peer: number, command: Command<number>): void {
    aPeer('peer', peer);
    aCommand('command', command);
    this.#timeline.addEvent(peer, { type: 'command', topic: TOPIC, command }, 0);
  }

  /**
   * Crashes a node: it sends nothing before it goes. Nodes that it was connected with are told after the latency between them, plus 1 µs, plus
   * `noticeAfter`.
   *
   * @param noticeAfter - In nanoseconds. Default 0.
   */
  remove(peer: number, noticeAfter = 0): void {
    this.removeAll([peer], noticeAfter);
  }

  /** {@link Network.remove} for many nodes at once: one look at the connections for all of them. */
  removeAll(peers: readonly number[], noticeAfter = 0): void {
    anArrayOf('peers', aPeer)('peers', peers);
    aTime('noticeAfter', noticeAfter);
    const gone = new Set(peers.filter((peer) => this.has(peer)));
    this.#connections.closeAllOf(gone, noticeAfter);
    for (const peer of gone) {
      this.#nodes.remove(peer);
      this.#host.leftTopic(peer);
    }
  }

  /** Breaks connections without closing them: both ends notice after `noticeAfter` nanoseconds that the other is silent. */
  breakConnections(isBroken: (a: number, b: number) => boolean, noticeAfter: number): void {
    aFunction('isBroken', isBroken);
    aTime('noticeAfter', noticeAfter);
    this.#connections.break(isBroken, noticeAfter);
  }

  /** Schedules an action for now or later. It may change the network in any way, but not run it. */
  schedule(time: number, action: Action): void {
    aTime('time', time);
    aFunction('action', action);
    this.#timeline.addAction(time, action);
  }

  /** Delivers a message after `delay` nanoseconds. For couriers. */
  deliver(from: number, to: number, message: Message<number>, delay: number): void {
    aPeer('from', from);
    aPeer('to', to);
    aMessage('message', message);
    aTime('delay', delay);
    this.#timeline.addMessage(from, to, message, delay);
  }

  /**
   * Tells a sender, where the config says so, that its message did not arrive. For couriers.
   *
   * @param latency - The nanoseconds until the message would have arrived.
   */
  reportUnreachable(from: number, to: number, latency: number): void {
    aPeer('from', from);
    aPeer('to', to);
    aTime('latency', latency);
    this.#host.reportUnreachable(from, to, latency);
  }

  /** Runs for a number of times the largest possible latency. */
  runTrips(trips: number): void {
    atLeast(0)('trips', trips);
    this.runFor(trips * maxLatency(this.latency));
  }

  /** Runs for some nanoseconds, including the last one. */
  runFor(duration: number): void {
    atLeast(0)('duration', duration);
    this.runUntil(this.time + duration);
  }

  /** Runs up to and including a time. */
  runUntil(end: number): void {
    atLeast(0)('end', end);
    this.#timeline.runUntil(end, this.#host);
  }

  /**
   * Runs until `isDone` says so after an event, or for `timeout` nanoseconds. Time then stands at that event, or at the
   * end.
   *
   * @returns Whether it is done.
   */
  runUntilDone(isDone: () => boolean, timeout: number): boolean {
    aFunction('isDone', isDone);
    atLeast(0)('timeout', timeout);
    return this.#timeline.runUntilDone(isDone, timeout, this.#host);
  }

  /** The latency between two nodes, drawn if they have not met yet. */
  latencyBetween(a: number, b: number): number {
    aPeer('a', a);
    aPeer('b', b);
    return this.#connections.latency(a, b);
  }
}

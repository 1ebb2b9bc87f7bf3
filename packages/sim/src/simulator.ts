import {
  type GossipMessage,
  type Hash,
  type MessageId,
  messageIdFromBytes,
  type PartialConfig,
} from '@grapevine/proto';
import { aFunction, anInteger, anything, type Checks, checkOptions } from '@grapevine/proto/check';
import { BroadcastMeter } from './broadcast-meter.js';
import { ChaCha12Rng } from './chacha12-rng.js';
import { aBootstrap, aCount, aSeed, aTime, somePublications } from './checks.js';
import { memoHash } from './memo-hash.js';
import { Network } from './network.js';
import { type NetworkConfig, SECOND } from './network-config.js';
import type { NetworkOptions } from './network-options.js';
import type { Observer } from './observer.js';
import { type RoundStats, type RoundStatsSummary, roundStats, summarizeRounds } from './round-stats.js';
import { rangeU64 } from './uniform.js';

/** How nodes join to form a swarm. */
export type Bootstrap =
  /** Everybody joins node 0. */
  | { readonly type: 'single' }
  /** The first `count` nodes join node 0; a while later the others join one of these each. */
  | { readonly type: 'set'; readonly count: number };

/** Options of a {@link Simulator}. */
export interface SimulatorOptions {
  /** The same seed gives the same run. From 0 to 2^64 - 1. */
  readonly seed: number | bigint;
  /** How many nodes {@link Simulator.bootstrap} makes. */
  readonly nodes: number;
  readonly network?: NetworkConfig;
  /** After how long a round of broadcasts is given up, in nanoseconds. Default 5 s (as the Rust simulator has it). */
  readonly roundTimeout?: number;
  /** Default: BLAKE3, once for each payload; see {@link memoHash}. */
  readonly hash?: Hash;
  /** Settings in which single nodes differ when {@link Simulator.bootstrap} makes them. Default: no node differs. */
  readonly configOf?: (peer: number) => PartialConfig | undefined;
  /** See {@link NetworkOptions.createNode}. */
  readonly createNode?: NetworkOptions['createNode'];
}

const CHECKS: Checks<SimulatorOptions> = {
  seed: aSeed,
  nodes: anInteger(1),
  network: anything,
  roundTimeout: aTime,
  hash: aFunction,
  configOf: aFunction,
  createNode: aFunction,
};

/** A payload and who publishes it. */
export interface Publication {
  readonly from: number;
  readonly content: Uint8Array;
}

/** How long the members of a set get to find each other, and then all nodes, in trips of the largest latency. */
const SET_TRIPS = 7;
const SETTLE_TRIPS = 20;

/**
 * A swarm that is bootstrapped and then broadcasts in rounds: the `Simulator` of the Rust crate. In `mode: 'reference'` it makes the same random
 * draws, so that a seed gives the same rounds to the last digit.
 *
 * @example
 * ```ts
 * const simulator = new Simulator({ seed: 0, nodes: 20, network: { proto: { mode: 'reference' } } });
 * simulator.bootstrap();
 * simulator.broadcastRound([{ from: simulator.randomPeer(), content: new TextEncoder().encode('m0') }]); // 0 missed
 * ```
 */
export class Simulator {
  readonly network: Network;
  /** The papers' measures of every broadcast. */
  readonly meter: BroadcastMeter;
  /** One entry for each round, with the definitions of the Rust simulator. */
  readonly rounds: RoundStats[] = [];

  readonly #nodes: number;
  readonly #roundTimeout: number;
  readonly #rng: ChaCha12Rng;
  readonly #hash: Hash;
  readonly #configOf: (peer: number) => PartialConfig | undefined;

  constructor(options: SimulatorOptions) {
    checkOptions('Simulator', options ?? null, CHECKS);
    const { seed, nodes, network = {}, roundTimeout = 5 * SECOND, hash = memoHash() } = options;
    const { configOf = () => undefined, createNode } = options;
    aSeed('seed', seed);
    anInteger(1)('nodes', nodes);
    this.#rng = ChaCha12Rng.seedFromU64(seed);
    this.network = new Network({ config: network, rng: this.#rng, hash, ...(createNode && { createNode }) });
    this.meter = new BroadcastMeter(this.network);
    this.network.observers.push(this.meter);
    this.#nodes = nodes;
    this.#roundTimeout = roundTimeout;
    this.#hash = hash;
    this.#configOf = configOf;
  }

  /** Makes the nodes, lets them join, and waits for 20 trips. Default: everybody joins node 0. */
  bootstrap(bootstrap: Bootstrap = { type: 'single' }): void {
    aBootstrap('bootstrap', bootstrap);
    if (bootstrap.type === 'set') anInteger(1)('bootstrap.count', bootstrap.count);
    const { network } = this;
    const nodes = this.#nodes;
    const first = bootstrap.type === 'single' ? nodes : Math.min(bootstrap.count, nodes);
    for (let peer = 0; peer < first; peer++) this.#enter(peer, peer === 0 ? [] : [0]);
    if (bootstrap.type === 'set') {
      network.runTrips(SET_TRIPS);
      for (let peer = first; peer < nodes; peer++) {
        const contact = Number(rangeU64(this.#rng, 0n, BigInt(bootstrap.count)));
        this.#enter(peer, [contact]);
      }
    }
    network.runTrips(SETTLE_TRIPS);
  }

  #enter(peer: number, contacts: readonly number[]): void {
    const config = this.#configOf(peer);
    this.network.insertAndJoin(peer, contacts, config && { config });
  }

  /**
   * A random node.
   *
   * @throws RangeError when there are none.
   */
  randomPeer(): number {
    const peer = this.#rng.choose(this.network.peers());
    if (peer === undefined) throw new RangeError('there are no nodes to choose from');
    return peer;
  }

  /** Takes random nodes away, one after the other; see {@link Network.remove}. */
  removeRandom(count: number): void {
    aCount('count', count);
    for (let i = 0; i < count; i++) this.network.remove(this.randomPeer());
  }

  /**
   * Publishes payloads at the same time and runs until everybody has them all, or until the time is up.
   *
   * @returns How many deliveries are missing.
   */
  broadcastRound(publications: readonly Publication[]): number {
    somePublications('publications', publications);
    const { network, meter } = this;
    const start = network.time;
    const { payload: payloadsBefore } = network.traffic;
    const round = new RoundProgress();
    meter.startRound();
    network.observers.push(round);
    for (const { from, content } of publications) {
      const id = messageIdFromBytes(this.#hash(content));
      round.ids.add(id);
      meter.published(id, from);
      network.command(from, { type: 'broadcast', content, scope: 'swarm' });
    }
    network.runUntilDone(() => meter.outstanding === 0, this.#roundTimeout);
    network.observers.pop();

    const missed = meter.outstanding;
    const payloads = network.traffic.payload - payloadsBefore;
    this.rounds.push(
      roundStats({
        payloads,
        deliveries: round.deliveries,
        missed,
        lastHop: round.lastHop,
        duration: network.time - start,
      }),
    );
    return missed;
  }

  /** The summary of all rounds so far, with the definitions of the Rust simulator. */
  summary(): RoundStatsSummary {
    return summarizeRounds(this.rounds);
  }
}

/** What has been delivered in the current round. */
class RoundProgress implements Observer {
  readonly ids = new Set<MessageId>();
  deliveries = 0;
  /** The largest hop among all payloads that arrive during the round, as in the Rust simulator. */
  lastHop = 0;

  delivered(_time: number, _peer: number, { id, scope }: GossipMessage): void {
    if (this.ids.has(id)) this.deliveries++;
    if (scope.type === 'swarm' && scope.round > this.lastHop) this.lastHop = scope.round;
  }
}

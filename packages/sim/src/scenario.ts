import type { Hash } from '@grapevine/proto';
import { ascii } from './ascii.js';
import type { BroadcastReport, DeliveryTimes } from './broadcast-meter.js';
import { ChaCha12Rng } from './chacha12-rng.js';
import { type NetworkConfig, SECOND } from './network-config.js';
import { averageShortestPath, clustering, componentSizes, inDegrees, overlayOf } from './overlay.js';
import type { RoundStats, RoundStatsSummary } from './round-stats.js';
import { type Bootstrap, type Publication, Simulator } from './simulator.js';
import type { Traffic } from './traffic.js';

/** Who publishes in each round. */
export type ScenarioKind =
  /** The same random node always. */
  | 'GossipSingle'
  /** A random node each time. */
  | 'GossipMulti'
  /** All nodes at once. */
  | 'GossipAll';

/** A swarm and what it does. Plain data: the same scenario and seed give the same result. */
export interface Scenario {
  readonly sim: ScenarioKind;
  readonly nodes: number;
  /** Default 30. */
  readonly rounds?: number;
  /** Default: everybody joins node 0. */
  readonly bootstrap?: Bootstrap;
  readonly network?: NetworkConfig;
  /** After how long a round is given up, in nanoseconds. Default 5 s. */
  readonly roundTimeout?: number;
  /** How long to run on after the last round, so that late duplicates are counted, in nanoseconds. Default 1 s. */
  readonly drain?: number;
}

/** What {@link runScenario} can be told besides the scenario itself. Nothing of it changes the result. */
export interface RunOptions {
  /** Default: BLAKE3, once for each payload. Any hash without collisions gives the same result. */
  readonly hash?: Hash;
  /** Called before the first round and after each. */
  readonly onRound?: (done: number, total: number) => void;
}

/** The overlay of active views, with the papers' measures (TR-07-13). */
export interface OverlayReport {
  /** Index = in-degree, value = how many nodes have it. */
  readonly inDegrees: readonly number[];
  readonly clustering: number;
  /** In hops; from a sample of starting points above 5,000 nodes. */
  readonly averageShortestPath: number;
  /** The sizes of the connected components, the largest first. */
  readonly components: readonly number[];
}

/** What came of a scenario with one seed. */
export interface ScenarioResult {
  /** As the Rust simulator measures: one entry for each round. */
  readonly rounds: readonly RoundStats[];
  /** As the Rust simulator summarizes the rounds. */
  readonly summary: RoundStatsSummary;
  /** As the papers measure: one entry for each broadcast. */
  readonly broadcasts: readonly BroadcastReport[];
  readonly deliveryTimes: DeliveryTimes;
  /** The overlay at the end. */
  readonly overlay: OverlayReport;
  /** All messages that nodes received, the bootstrap included. */
  readonly traffic: Readonly<Traffic>;
  /** Events that nodes handled. */
  readonly events: number;
  /** Simulated nanoseconds. */
  readonly time: number;
}

/**
 * Runs a scenario from beginning to end.
 *
 * @example
 * ```ts
 * const { summary } = runScenario({ sim: 'GossipMulti', nodes: 100, rounds: 10 }, 0);
 * summary.mean.missed; // 0
 * ```
 */
export function runScenario(
  scenario: Scenario,
  seed: number | bigint,
  { hash, onRound }: RunOptions = {},
): ScenarioResult {
  const { sim, nodes, rounds = 30, bootstrap, network, roundTimeout, drain = SECOND } = scenario;
  const simulator = new Simulator({
    seed,
    nodes,
    ...(network && { network }),
    ...(roundTimeout !== undefined && { roundTimeout }),
    ...(hash && { hash }),
  });
  simulator.bootstrap(bootstrap);
  onRound?.(0, rounds);
  const publish = publications(sim, simulator);
  for (let round = 0; round < rounds; round++) {
    simulator.broadcastRound(publish(round));
    onRound?.(round + 1, rounds);
  }
  simulator.network.runFor(drain);
  return resultOf(simulator, seed);
}

/** What is published in each round, with the contents and the draws of the Rust simulator. */
function publications(sim: ScenarioKind, simulator: Simulator): (round: number) => Publication[] {
  switch (sim) {
    case 'GossipSingle': {
      const from = simulator.randomPeer();
      return (round) => [{ from, content: ascii(`m${round}`) }];
    }
    case 'GossipMulti':
      return (round) => [{ from: simulator.randomPeer(), content: ascii(`m${round}`) }];
    case 'GossipAll':
      return (round) => simulator.network.peers().map((from) => ({ from, content: ascii(`${round}:0.${from}`) }));
  }
}

function resultOf(simulator: Simulator, seed: number | bigint): ScenarioResult {
  const { network, meter } = simulator;
  return {
    rounds: simulator.rounds,
    summary: simulator.summary(),
    broadcasts: meter.reports(),
    deliveryTimes: meter.deliveryTimes(),
    overlay: overlayReport(simulator, seed),
    traffic: { ...network.traffic },
    events: network.events,
    time: network.time,
  };
}

function overlayReport({ network }: Simulator, seed: number | bigint): OverlayReport {
  const overlay = overlayOf(network);
  return {
    inDegrees: inDegrees(overlay),
    clustering: clustering(overlay),
    averageShortestPath: averageShortestPath(overlay, ChaCha12Rng.seedFromU64(seed)),
    components: componentSizes(overlay),
  };
}

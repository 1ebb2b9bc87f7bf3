import type { Hash, PartialConfig } from '@grapevine/proto';
import { aFunction, anArrayOf, anInteger, anything, type Checks, checkOptions, oneOf } from '@grapevine/proto/check';
import { ascii } from './ascii.js';
import type { BroadcastReport, DeliveryTimes, ExpectedTimes } from './broadcast-meter.js';
import { ChaCha12Rng } from './chacha12-rng.js';
import { aBootstrap, aCount, aFault, aScenario, aSeed, aTime } from './checks.js';
import { sample } from './faults/chance.js';
import { checkFault } from './faults/check-fault.js';
import { type Fault, lastDisruption } from './faults/fault.js';
import { faultRng } from './faults/fault-rng.js';
import { injectFaults } from './faults/inject-faults.js';
import { type NetworkConfig, SECOND } from './network-config.js';
import { averageShortestPath, clustering, componentSizes, inDegrees, overlayOf } from './overlay.js';
import type { RoundStats, RoundStatsSummary } from './round-stats.js';
import { type Bootstrap, type Publication, Simulator } from './simulator.js';
import type { Traffic } from './traffic.js';

/** Who publishes in each round. */
export type ScenarioKind =
  /** One random node in all rounds. */
  | 'GossipSingle'
  /** A random node in each round. */
  | 'GossipMulti'
  /** All nodes in each round, at the same time. */
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
  /** How long the run goes on after the last round, so that late duplicates are counted, in nanoseconds. Default 1 s. */
  readonly drain?: number;
  /** How long to wait after each round, in nanoseconds. Default 0. */
  readonly pause?: number;
  /** What goes wrong, from the end of the bootstrap on. Default: nothing. */
  readonly faults?: readonly Fault[];
}

/** Options of {@link runScenario} beside the scenario. None of them changes the result. */
export interface RunOptions {
  /** Default: BLAKE3, once for each payload. Any hash without collisions gives the same result. */
  readonly hash?: Hash;
  /** Called before the first round and after each. */
  readonly onRound?: (done: number, total: number) => void;
}

const SCENARIO: Checks<Scenario> = {
  sim: oneOf('GossipSingle', 'GossipMulti', 'GossipAll'),
  nodes: anInteger(1),
  rounds: aCount,
  bootstrap: aBootstrap,
  network: anything,
  roundTimeout: aTime,
  drain: aTime,
  pause: aTime,
  faults: anArrayOf('faults', aFault),
};

const RUN_OPTIONS: Checks<RunOptions> = { hash: aFunction, onRound: aFunction };

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

/** How a swarm healed after the last mass failure or partition. */
export interface Healing {
  /**
   * From that event until every broadcast reaches everybody: up to the last delivery of the first such broadcast. In nanoseconds; infinite if that
   * never happened.
   */
  readonly time: number;
  /** The same in shuffle intervals, which are the papers' cycles. */
  readonly cycles: number;
}

/** The result of a scenario with one seed. */
export interface ScenarioResult {
  /** As the Rust simulator measures: one entry for each round. */
  readonly rounds: readonly RoundStats[];
  /** As the Rust simulator summarizes the rounds. */
  readonly summary: RoundStatsSummary;
  /** As the papers measure: one entry for each broadcast. */
  readonly broadcasts: readonly BroadcastReport[];
  readonly deliveryTimes: DeliveryTimes;
  /** The same over all expected deliveries. */
  readonly expectedTimes: ExpectedTimes;
  /** Undefined in a scenario without a mass failure or partition. */
  readonly healing: Healing | undefined;
  /** The overlay at the end. */
  readonly overlay: OverlayReport;
  /** All messages that nodes received, those of the bootstrap included. */
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
export function runScenario(scenario: Scenario, seed: number | bigint, options: RunOptions = {}): ScenarioResult {
  aScenario('scenario', scenario);
  checkOptions('runScenario', scenario, SCENARIO);
  aSeed('seed', seed);
  checkOptions('runScenario', options, RUN_OPTIONS);
  const { hash, onRound } = options;
  const {
    sim,
    nodes,
    rounds = 30,
    bootstrap,
    network,
    roundTimeout,
    drain = SECOND,
    pause = 0,
    faults = [],
  } = scenario;
  const rng = faultRng(seed);
  const configs = differentConfigs(faults, nodes, rng);
  const simulator = new Simulator({
    seed,
    nodes,
    configOf: (peer) => configs.get(peer),
    ...(network && { network }),
    ...(roundTimeout !== undefined && { roundTimeout }),
    ...(hash && { hash }),
  });
  simulator.bootstrap(bootstrap);
  const start = simulator.network.time;
  const { malicious } = injectFaults(simulator.network, faults, rng);
  onRound?.(0, rounds);
  const publish = publications(sim, simulator, malicious);
  for (let round = 0; round < rounds; round++) {
    simulator.broadcastRound(publish(round));
    simulator.network.runFor(pause);
    onRound?.(round + 1, rounds);
  }
  simulator.network.runFor(drain);
  return resultOf(simulator, seed, healing(simulator, faults, start));
}

/** The settings of nodes that are not like the others. */
function differentConfigs(faults: readonly Fault[], nodes: number, rng: ChaCha12Rng): Map<number, PartialConfig> {
  const configs = new Map<number, PartialConfig>();
  const peers = Array.from({ length: nodes }, (_, peer) => peer);
  for (const fault of faults) {
    checkFault(fault);
    if (fault.type !== 'heterogeneous') continue;
    for (const peer of sample(rng, peers, fault.share)) configs.set(peer, fault.config);
  }
  return configs;
}

/** What is published in each round. Contents are those of the Rust simulator; so are the random draws, as long as no node is gone or malicious. */
function publications(
  sim: ScenarioKind,
  simulator: Simulator,
  malicious: ReadonlySet<number>,
): (round: number) => Publication[] {
  const { network } = simulator;
  const mayPublish = (peer: number): boolean => network.isMember(peer) && !malicious.has(peer);
  const publisher = (): number => {
    if (!network.members().some(mayPublish)) throw new RangeError('there is nobody left to publish');
    for (;;) {
      const peer = simulator.randomPeer();
      if (mayPublish(peer)) return peer;
    }
  };
  switch (sim) {
    case 'GossipSingle': {
      let from = publisher();
      return (round) => {
        if (!mayPublish(from)) from = publisher();
        return [{ from, content: ascii(`m${round}`) }];
      };
    }
    case 'GossipMulti':
      return (round) => [{ from: publisher(), content: ascii(`m${round}`) }];
    case 'GossipAll':
      return (round) =>
        network
          .members()
          .filter(mayPublish)
          .map((from) => ({ from, content: ascii(`${round}:0.${from}`) }));
  }
}

function healing({ network, meter }: Simulator, faults: readonly Fault[], start: number): Healing | undefined {
  const disruption = lastDisruption(faults);
  if (disruption === undefined) return undefined;
  const since = start + disruption;
  let healedAt = Number.POSITIVE_INFINITY;
  for (const { publishedAt, reliability, lastDelivery } of meter.reports()) {
    if (publishedAt < since) continue;
    if (reliability < 1) healedAt = Number.POSITIVE_INFINITY;
    else healedAt = Math.min(healedAt, publishedAt + lastDelivery);
  }
  const time = healedAt - since;
  return { time, cycles: time / network.config.membership.shuffleInterval };
}

function resultOf(simulator: Simulator, seed: number | bigint, healed: Healing | undefined): ScenarioResult {
  const { network, meter } = simulator;
  return {
    rounds: simulator.rounds,
    summary: simulator.summary(),
    broadcasts: meter.reports(),
    deliveryTimes: meter.deliveryTimes(),
    expectedTimes: meter.expectedTimes(),
    healing: healed,
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

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Simulator } from '@grapevine/sim';

/** What a swarm of some size costs. */
export interface GrowthResult {
  readonly nodes: number;
  /** Events that nodes handled, and the seconds of this machine that they took. */
  readonly events: number;
  readonly seconds: number;
  /** The broadcasts alone, after the bootstrap. */
  readonly deliveries: number;
  readonly broadcastEvents: number;
  readonly broadcastSeconds: number;
  /** Of the swarm, after the last broadcast. */
  readonly bytesPerNode: number;
}

export const BROADCASTS = 10;
const SEED = 0;
/** Swarms up to this size are measured {@link REPEATS} times, and the median counts: one run takes only fractions of a second. */
const REPEATED_UP_TO = 10_000;
const REPEATS = 5;
/** What runs before, until the code is compiled: otherwise the smallest swarm would pay for it. */
const WARM_UP = { nodes: 1_000, runs: 4 };

/** Bootstraps a swarm and broadcasts ten times; what is measured runs on warm code. */
export function measureGrowth(nodes: number, onProgress: (share: number) => void): GrowthResult {
  const repeats = nodes <= REPEATED_UP_TO ? REPEATS : 1;
  for (let i = 0; i < WARM_UP.runs; i++) measureOnce(WARM_UP.nodes, () => {});
  const results: GrowthResult[] = [];
  for (let i = 0; i < repeats; i++) results.push(measureOnce(nodes, (share) => onProgress((i + share) / repeats)));
  const median = middle(results, ({ broadcastSeconds }) => broadcastSeconds);
  // Memory by itself: what the collector makes of one run may be in the figure of another.
  return { ...median, bytesPerNode: Math.max(0, middle(results, ({ bytesPerNode }) => bytesPerNode).bytesPerNode) };
}

function middle(results: readonly GrowthResult[], by: (result: GrowthResult) => number): GrowthResult {
  return results.toSorted((a, b) => by(a) - by(b))[results.length >> 1] as GrowthResult;
}

function measureOnce(nodes: number, onProgress: (share: number) => void): GrowthResult {
  const before = usedBytes();
  const start = performance.now();
  const simulator = new Simulator({ seed: SEED, nodes });
  const { network } = simulator;
  simulator.bootstrap();
  onProgress(0.5);
  const bootstrapped = performance.now();
  const bootstrapEvents = network.events;
  let deliveries = 0;
  for (let round = 0; round < BROADCASTS; round++) {
    const missed = simulator.broadcastRound([{ from: simulator.randomPeer(), content: Uint8Array.of(round) }]);
    deliveries += nodes - 1 - missed;
    onProgress(0.5 + (0.5 * (round + 1)) / BROADCASTS);
  }
  const end = performance.now();
  return {
    nodes,
    events: network.events,
    seconds: (end - start) / 1000,
    deliveries,
    broadcastEvents: network.events - bootstrapEvents,
    broadcastSeconds: (end - bootstrapped) / 1000,
    bytesPerNode: (usedBytes() - before) / network.size,
  };
}

/** What this thread's heap holds and keeps outside it, garbage collected first. */
function usedBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect(); // what only the first has made unreachable
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

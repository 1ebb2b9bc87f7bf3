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
  readonly broadcastSeconds: number;
  /** Of the swarm, after the last broadcast. */
  readonly bytesPerNode: number;
}

export const BROADCASTS = 10;
const SEED = 0;

/** Bootstraps a swarm and broadcasts ten times. */
export function measureGrowth(nodes: number, onProgress: (share: number) => void): GrowthResult {
  const before = usedBytes();
  const start = performance.now();
  const simulator = new Simulator({ seed: SEED, nodes });
  simulator.bootstrap();
  onProgress(0.5);
  const bootstrapped = performance.now();
  let deliveries = 0;
  for (let round = 0; round < BROADCASTS; round++) {
    const missed = simulator.broadcastRound([{ from: simulator.randomPeer(), content: Uint8Array.of(round) }]);
    deliveries += nodes - 1 - missed;
    onProgress(0.5 + (0.5 * (round + 1)) / BROADCASTS);
  }
  const end = performance.now();
  return {
    nodes,
    events: simulator.network.events,
    seconds: (end - start) / 1000,
    deliveries,
    broadcastSeconds: (end - bootstrapped) / 1000,
    bytesPerNode: Math.max(0, usedBytes() - before) / simulator.network.size,
  };
}

/** What this thread's heap holds and keeps outside it, garbage collected first. */
function usedBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

import { describe, expect, test } from 'vitest';
import {
  ChaCha12Rng,
  componentSizes,
  findViolations,
  MILLISECOND,
  Network,
  type NetworkConfig,
  overlayOf,
  SECOND,
} from '../src/index.js';

const CONFIG: NetworkConfig = {
  latency: { type: 'dynamic', min: 10 * MILLISECOND, max: 50 * MILLISECOND },
  unreachableAfter: 100 * MILLISECOND,
};

const network = (seed: number): Network => new Network({ config: CONFIG, rng: ChaCha12Rng.seedFromU64(seed) });

/** Nodes `from` to `from + count - 1`, which all join the first of them and get to know each other. */
function island(swarm: Network, from: number, count: number): number[] {
  const peers = Array.from({ length: count }, (_, i) => from + i);
  for (const peer of peers) {
    swarm.insertAndJoin(peer, peer === from ? [] : [from]);
    swarm.runFor(100 * MILLISECOND);
  }
  return peers;
}

describe.each([1, 2, 3, 4])('joining once more (seed %i)', (seed) => {
  test('from every node through all others evicts nobody', () => {
    const swarm = network(seed);
    const peers = island(swarm, 0, 20);
    swarm.runFor(65 * SECOND);
    const before = new Map(peers.map((peer) => [peer, new Set(swarm.neighbors(peer))]));
    const evicted: [number, number][] = [];
    // A new neighbor may be dropped again: two requests with low priority that cross may be for the same free place.
    swarm.observers.push({
      neighbor: (_time, peer, event) => {
        if (event.type === 'neighborDown' && before.get(peer)?.has(event.peer)) evicted.push([peer, event.peer]);
      },
    });
    for (const peer of peers) {
      swarm.enqueueCommand(peer, { type: 'join', peers: peers.filter((other) => other !== peer) });
    }
    swarm.runFor(10 * SECOND);
    expect(evicted).toEqual([]);
    expect(findViolations(swarm)).toEqual([]);
    expect(componentSizes(overlayOf(swarm))).toEqual([20]);
  });

  test('makes two swarms with full views one, with a single call', () => {
    const swarm = network(seed);
    const peers = island(swarm, 0, 20);
    island(swarm, 20, 20);
    swarm.runFor(65 * SECOND);
    expect(componentSizes(overlayOf(swarm))).toEqual([20, 20]);
    const full = peers.find((peer) => swarm.neighbors(peer).length === 5);
    expect(full).toBeDefined();
    swarm.command(full as number, { type: 'join', peers: [33] });
    swarm.runFor(10 * SECOND);
    expect(componentSizes(overlayOf(swarm))).toEqual([40]);
    expect(findViolations(swarm)).toEqual([]);
  });

  test('makes two pairs of nodes one swarm', () => {
    const swarm = network(seed);
    island(swarm, 0, 2);
    island(swarm, 2, 2);
    swarm.command(1, { type: 'join', peers: [3] });
    swarm.runFor(2 * SECOND);
    expect(componentSizes(overlayOf(swarm))).toEqual([4]);
  });
});

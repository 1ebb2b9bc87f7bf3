import { describe, expect, test } from 'vitest';
import { ChaCha12Rng, componentSizes, MILLISECOND, Network, overlayOf } from '../src/index.js';

const HOP = MILLISECOND;
const NODES = 300;
const CYCLE = 12_000 * HOP;
/** Three quarters of the nodes die, and views are small: many a survivor knows only one or two others. */
const DEAD = 225;

function settled(seed: number): Network {
  const swarm = new Network({
    config: {
      latency: { type: 'static', latency: HOP },
      unreachableAfter: HOP,
      proto: { membership: { shuffleInterval: CYCLE, passiveViewCapacity: 8 } },
    },
    rng: ChaCha12Rng.seedFromU64(seed),
  });
  for (let peer = 0; peer < NODES; peer++) {
    swarm.insertAndJoin(peer, peer === 0 ? [] : [0]);
    swarm.runTrips(10);
  }
  swarm.runFor(4 * CYCLE);
  return swarm;
}

function victims(swarm: Network, seed: number): number[] {
  const peers = swarm.peers();
  ChaCha12Rng.seedFromU64(1_000_000 + seed).shuffle(peers);
  return peers.slice(0, DEAD);
}

/** The sizes of the parts in which survivors know each other: as neighbors or in passive views, one of them or both. */
function acquaintances(swarm: Network, dead: readonly number[]): number[] {
  const survivors = swarm.peers().filter((peer) => !dead.includes(peer));
  const links = survivors.map((peer) => {
    const known = [...swarm.neighbors(peer), ...(swarm.snapshot(peer)?.passiveView ?? [])];
    return known.flatMap((other) => (survivors.includes(other) ? [survivors.indexOf(other)] : []));
  });
  return componentSizes({ peers: survivors, links });
}

describe('when most nodes die at once', () => {
  test.each([3, 6, 10])('all survivors find back of whom anybody knows (seed %i)', (seed) => {
    const swarm = settled(seed);
    const dead = victims(swarm, seed);
    const known = acquaintances(swarm, dead);
    swarm.removeAll(dead);
    swarm.runFor(2 * CYCLE);
    expect(componentSizes(overlayOf(swarm))).toEqual(known); // a node that knows nobody and that nobody knows is lost to all
  });
});

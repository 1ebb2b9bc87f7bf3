import { describe, expect, test } from 'vitest';
import { ChaCha12Rng, componentSizes, MILLISECOND, Network, overlayOf, SECOND } from '../src/index.js';

const SEEDS = Array.from({ length: 10 }, (_, seed) => seed);

/** Nodes join one after the other through the first, which dies a while after the last. @returns the sizes of the parts that are left */
function withoutContact(mode: 'hardened' | 'reference', nodes: number, seed: number, wait: number): readonly number[] {
  const swarm = new Network({
    config: {
      latency: { type: 'dynamic', min: 10 * MILLISECOND, max: 50 * MILLISECOND },
      unreachableAfter: 100 * MILLISECOND,
      proto: { mode },
    },
    rng: ChaCha12Rng.seedFromU64(seed),
  });
  for (let peer = 0; peer < nodes; peer++) {
    swarm.insertAndJoin(peer, peer === 0 ? [] : [0]);
    swarm.runFor(500 * MILLISECOND);
  }
  swarm.runFor(wait);
  swarm.remove(0);
  swarm.runFor(10 * SECOND);
  return componentSizes(overlayOf(swarm));
}

/** The last of them has just been let in when the first dies. @returns the sizes of the parts that are left */
function contactDiesAtOnce(nodes: number, seed: number): readonly number[] {
  const swarm = new Network({
    config: {
      latency: { type: 'dynamic', min: 10 * MILLISECOND, max: 50 * MILLISECOND },
      unreachableAfter: 100 * MILLISECOND,
    },
    rng: ChaCha12Rng.seedFromU64(seed),
  });
  const last = nodes - 1;
  for (let peer = 0; peer < last; peer++) {
    swarm.insertAndJoin(peer, peer === 0 ? [] : [0]);
    swarm.runFor(5 * SECOND);
  }
  swarm.insertAndJoin(last, [0]);
  while (!swarm.neighbors(last).includes(0)) swarm.runFor(MILLISECOND);
  swarm.runFor(50 * MILLISECOND); // what came with the consent is there, too
  swarm.remove(0);
  swarm.runFor(10 * SECOND);
  return componentSizes(overlayOf(swarm));
}

describe('the peer that has let in a newcomer dies in the same moment', () => {
  test.each([3, 4, 5, 6, 8, 10, 20, 40])('%i nodes stay one swarm', (nodes) => {
    for (const seed of SEEDS) expect(contactDiesAtOnce(nodes, seed)).toEqual([nodes - 1]);
  });
});

describe('everybody has joined through one peer, which dies before anybody has shuffled', () => {
  test.each([3, 4, 5, 6, 8, 10, 20])('%i nodes stay one swarm', (nodes) => {
    for (const seed of SEEDS) expect(withoutContact('hardened', nodes, seed, 1.5 * SECOND)).toEqual([nodes - 1]);
  });

  test('the reference falls into parts', () => {
    for (const seed of SEEDS) expect(withoutContact('reference', 6, seed, 1.5 * SECOND).length).toBeGreaterThan(1);
  });
});

import { expect, test } from 'vitest';
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

const MINUTE = 60 * SECOND;
const CONFIG: NetworkConfig = {
  latency: { type: 'dynamic', min: 10 * MILLISECOND, max: 50 * MILLISECOND },
  unreachableAfter: 100 * MILLISECOND,
};

/** A swarm that has not been used for an hour. */
function rested(seed: number, nodes: number): Network {
  const network = new Network({ config: CONFIG, rng: ChaCha12Rng.seedFromU64(seed) });
  for (let peer = 0; peer < nodes; peer++) {
    network.insertAndJoin(peer, peer === 0 ? [] : [0]);
    network.runFor(100 * MILLISECOND);
  }
  network.runFor(60 * MINUTE);
  return network;
}

test.each([1, 2, 3])('a swarm of 20 that has come to rest has no timer and says nothing (seed %i)', (seed) => {
  expect(rested(seed, 20).pendingEvents).toBe(0);
});

test.each([1, 2, 3])('it heals all the same when a third of it is gone, and delivers (seed %i)', (seed) => {
  const network = rested(seed, 21);
  network.removeAll([0, 3, 6, 9, 12, 15, 18]);
  network.runFor(5 * SECOND);
  expect(componentSizes(overlayOf(network))).toEqual([14]);
  expect(findViolations(network)).toEqual([]);
  const delivered: number[] = [];
  network.observers.push({ delivered: (_time, peer) => delivered.push(peer) });
  network.command(1, { type: 'broadcast', content: Uint8Array.of(1), scope: 'swarm' });
  network.runFor(5 * SECOND);
  expect(delivered.sort((a, b) => a - b)).toEqual(network.members().filter((peer) => peer !== 1));
});

test.each([1, 2, 3])('it takes in a node that comes then (seed %i)', (seed) => {
  const network = rested(seed, 12);
  network.insertAndJoin(12, [5]);
  network.runFor(5 * MINUTE + 30 * SECOND);
  // A node with fewer than two neighbors asks with high priority, which evicts another neighbor. Further ones need a free place.
  expect(network.neighbors(12).length).toBeGreaterThanOrEqual(2);
  expect(findViolations(network)).toEqual([]);
});

test('a partition that ends after everybody has come to rest is healed: who has lost neighbors keeps trying', () => {
  const network = rested(1, 20);
  const isLeft = (peer: number): boolean => peer < 10;
  network.courier = (from, to, message, latency) => {
    if (isLeft(from) === isLeft(to)) network.deliver(from, to, message, latency);
    else network.reportUnreachable(from, to, latency);
  };
  network.breakConnections((a, b) => isLeft(a) !== isLeft(b), SECOND);
  network.runFor(20 * MINUTE);
  expect(componentSizes(overlayOf(network))).toEqual([10, 10]);
  network.courier = undefined;
  network.runFor(20 * MINUTE);
  expect(componentSizes(overlayOf(network))).toEqual([20]);
});

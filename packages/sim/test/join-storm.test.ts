import { describe, expect, test } from 'vitest';
import { ChaCha12Rng, componentSizes, inDegrees, MILLISECOND, Network, overlayOf } from '../src/index.js';

const NODES = 300;
/** Nodes that one contact lets in within a minute. */
const LET_IN = 32;

/** Many more nodes join through one than it lets in. @returns the overlay two seconds after the last */
function storm(seed: number) {
  const swarm = new Network({
    config: {
      latency: { type: 'static', latency: MILLISECOND },
      proto: { hardened: { evictionsTotal: LET_IN, introductionsPerPeer: 2 * LET_IN } },
    },
    rng: ChaCha12Rng.seedFromU64(seed),
  });
  for (let peer = 0; peer < NODES; peer++) {
    swarm.insertAndJoin(peer, peer === 0 ? [] : [0]);
    swarm.runTrips(10);
  }
  swarm.runFor(2_000 * MILLISECOND);
  return overlayOf(swarm);
}

describe('more nodes than a contact lets in at a time', () => {
  test.each([1, 2])('find neighbors all the same, through others (seed %i)', (seed) => {
    const overlay = storm(seed);
    expect(componentSizes(overlay)).toEqual([NODES]);
    const [none, one, two = 0] = inDegrees(overlay);
    expect([none, one]).toEqual([0, 0]);
    expect(two).toBeLessThan(NODES / 10); // a third, when each asked those that the contact lists to be neighbors
  });
});

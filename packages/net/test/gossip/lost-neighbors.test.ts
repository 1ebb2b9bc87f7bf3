import { topicIdFromBytes } from '@grapevine/proto';
import { afterEach, describe, expect, test } from 'vitest';
import { LostNeighbors } from '../../src/gossip/lost-neighbors.js';
import type { EndpointId } from '../../src/identity/endpoint-id.js';
import { SecretKey } from '../../src/identity/secret-key.js';
import { WakingClock } from '../../src/util/waking-clock.js';
import { ManualClock } from '../support/manual-clock.js';
import { type Listener, TestSwarm } from '../support/swarm.js';

const KEY = SecretKey.fromBytes(new Uint8Array(32).fill(9));
const [first, second] = ['a', 'b'] as EndpointId[];
if (!first || !second) throw new Error('unreachable');

let swarm: TestSwarm | undefined;
afterEach(async () => {
  await swarm?.close();
  swarm = undefined;
});

/** When each peer was asked, in seconds. */
function lostNeighbors({ hasSpace = true, waitFor = 0 } = {}) {
  const clock = new ManualClock();
  const asked: string[] = [];
  const lost = new LostNeighbors(
    topicIdFromBytes(new Uint8Array(32)),
    {
      options: { clock: new WakingClock(clock), random: () => 0.5 },
      waitFor: () => waitFor,
      join: (_, peers) => asked.push(...peers.map((peer) => `${peer} ${clock.now() / 1000}`)),
    },
    () => hasSpace,
  );
  return { clock, asked, lost };
}

describe('a neighbor that was lost without a word', () => {
  test('is asked for two minutes with growing pauses, and then no more', async () => {
    const { clock, asked, lost } = lostNeighbors();
    lost.add(first);
    await clock.advance(600_000);
    expect(asked).toEqual(['a 1', 'a 3', 'a 7', 'a 15', 'a 31', 'a 63', 'a 127']);
    expect(clock.timers).toBe(0);
  });

  test('is asked for itself; who is back is not asked', async () => {
    const { clock, asked, lost } = lostNeighbors();
    lost.add(first);
    await clock.advance(2_000);
    lost.add(second);
    await clock.advance(500);
    expect(lost.remove(first)).toBe(false);
    await clock.advance(1_000);
    expect(lost.remove(second)).toBe(true);
    expect(asked).toEqual(['a 1', 'b 3']);
    expect(clock.timers).toBe(0);
  });

  test.each([
    ['the topic has all neighbors that it wants', { hasSpace: false }],
    ['the peer must not be dialed yet', { waitFor: 1 }],
  ])('is not asked while %s', async (_, state) => {
    const { clock, asked, lost } = lostNeighbors(state);
    lost.add(first);
    await clock.advance(600_000);
    expect(asked).toEqual([]);
  });

  test('is one of few: of very many the latest are asked', async () => {
    const { clock, asked, lost } = lostNeighbors();
    for (let i = 0; i < 1_000; i++) lost.add(`${i}` as EndpointId);
    await clock.advance(1_000);
    expect(asked).toHaveLength(16);
    lost.stop();
    expect(clock.timers).toBe(0);
  });

  test('and was restarted without knowing anybody is found again, although the others have each other', async () => {
    swarm = new TestSwarm({}, { idleTimeoutMs: 5_000 });
    const [a, b] = (await swarm.grow(2)) as [Listener, Listener];
    const before = await swarm.listen(swarm.add({}, { secretKey: KEY }), [a]);
    await swarm.clock.until(() => before.session.neighbors().length === 2);
    swarm.network.crash(before.endpoint);
    const after = await swarm.listen(swarm.add({}, { secretKey: KEY, socketAddr: before.endpoint.socketAddr }));
    await swarm.clock.until(() => after.session.neighbors().length > 0, 30_000);
    expect(a.session.neighbors()).toContain(b.endpoint.id);
  });
});

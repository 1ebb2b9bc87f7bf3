import { expect, test } from 'vitest';
import { TOPIC, useSwarm } from './support/swarm.js';
import { until } from './support/until.js';

const swarm = useSwarm();

test('a snapshot shows views, caches, losses and peers', async () => {
  const { ledger } = swarm.current;
  const [a, b] = await swarm.current.grow(2);
  if (!a || !b) throw new Error('there are two');
  for (let i = 0; i < 10; i++) await a.publish(100);
  expect(await ledger.imbalances(5_000)).toEqual([]);
  await until('round-trip time', async () => ((await b.gossip.snapshot()).peers[0]?.rttMs ?? 0) > 0);

  const snapshot = await b.gossip.snapshot();
  expect(snapshot).toMatchObject({
    id: b.id,
    identityConflict: false,
    topics: [{ id: TOPIC, activeView: [a.id], subscribers: 1, payloadCache: { count: 10, bytes: 1_000 } }],
    peers: [
      {
        id: a.id,
        state: 'connected',
        connections: 1,
        remoteAddr: a.addr().addrs[0],
        queuedBytes: 0,
        dialFailures: 0,
        waitingStreams: 0,
      },
    ],
  });
  expect(Object.values(snapshot.losses).every((count) => count === 0)).toBe(true);
  expect(snapshot.peers[0]?.receivedBytes).toBeGreaterThan(1_000);
});

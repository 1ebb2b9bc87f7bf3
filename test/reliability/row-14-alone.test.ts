import { NoNeighborsError } from '@grapevine/api';
import { expect, test } from 'vitest';
import { useSwarm } from './support/swarm.js';

const swarm = useSwarm();

test('what is broadcast alone is kept for the first neighbor, up to a bound, or rejected, as the caller wishes', async () => {
  const { ledger } = swarm.current;
  const alone = await (await swarm.current.start()).join();
  for (let i = 0; i < 500; i++) await alone.publish();
  expect((await alone.gossip.snapshot()).topics).toMatchObject([{ keptBroadcasts: 500 }]);
  await expect(alone.topic.broadcast('never mind', { whenAlone: 'reject' })).rejects.toThrow(NoNeighborsError);
  const fill = async () => {
    for (;;) await alone.publish(4_000);
  };
  await expect(fill()).rejects.toThrow(NoNeighborsError);
  expect(ledger.count).toBeLessThan(1_000); // a mebibyte

  await (await swarm.current.start()).join([alone]);
  expect(await ledger.imbalances(10_000)).toEqual([]);
  expect(ledger.told()).toEqual({});
});

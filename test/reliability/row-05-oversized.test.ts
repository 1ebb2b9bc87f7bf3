import { MessageTooLargeError } from '@grapevine/api';
import { expect, test } from 'vitest';
import { useSwarm } from './support/swarm.js';

// The other half of the row, a peer with a smaller limit, is l10-smaller-limit.slow.test.ts.

const swarm = useSwarm();

test('a message over the limit is refused with the limit; smaller ones and one at the limit arrive', async () => {
  const [a, b] = await swarm.current.grow(2);
  if (!a || !b) throw new Error('there are two');
  const limit = a.topic.maxContentLength;
  await expect(a.publish(limit + 1)).rejects.toThrow(MessageTooLargeError);
  await a.publish(10);
  await a.publish(limit);
  expect(await swarm.current.ledger.imbalances(5_000)).toEqual([]);
  expect(swarm.current.ledger.told()).toEqual({});
  expect([a.downs(), b.downs()]).toEqual([0, 0]);
});

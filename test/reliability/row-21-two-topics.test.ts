import { topicIdFrom } from '@grapevine/api';
import { expect, test } from 'vitest';
import { useSwarm } from './support/swarm.js';

const swarm = useSwarm();

test('leaving one of two topics that share a peer does not disturb the other', async () => {
  const { ledger } = swarm.current;
  const other = topicIdFrom('the other topic');
  const [a, b] = await swarm.current.grow(2);
  if (!a || !b) throw new Error('there are two');
  const hers = await a.gossip.subscribe(other);
  const his = await b.gossip.subscribe(other, { bootstrap: [a.addr()] });
  await his.joined();

  his.close();
  let down = false;
  while (!down) down = (await hers.next()).value?.type === 'neighborDown';
  for (const node of [a, b]) for (let i = 0; i < 20; i++) await node.publish();

  expect(await ledger.imbalances(5_000)).toEqual([]);
  expect(ledger.told()).toEqual({});
  expect([a.downs(), b.downs()]).toEqual([0, 0]);
  expect(a.endpoint.stats().connections).toBe(1);
});

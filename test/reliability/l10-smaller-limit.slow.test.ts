import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { report } from './support/figures.js';
import { useSwarm } from './support/swarm.js';
import { until } from './support/until.js';

// Row 5, too: a smaller limit does not cost a peer its link, and the messages that it cannot take are counted where they are missing.

const swarm = useSwarm();

test('large messages to a peer with a smaller limit: it is told, the small ones arrive, the link stays', async () => {
  const { ledger } = swarm.current;
  const [publisher, equal] = await swarm.current.grow(2);
  const small = await (await swarm.current.start({ gossip: { config: { maxMessageSize: 600 } } })).join([
    publisher as typeof equal & {},
  ]);
  if (!publisher || !equal) throw new Error('there are two');
  await small.topic.joined();
  await until('link between publisher and the small one', () => publisher.neighbors().includes(small.id));

  for (let i = 0; i < 20; i++) {
    await publisher.publish(1_000);
    await publisher.publish(100);
    await setTimeout(100); // spread over time: the link was lost once in half a second
  }
  const last = await publisher.publish(100);
  await until('the last small message', () => small.reader.has(last));

  expect(await ledger.imbalances(30_000)).toEqual([]);
  expect(equal.reader.told).toEqual({});
  const { peers } = await publisher.gossip.snapshot();
  expect(peers.find(({ id }) => id === small.id)?.maxMessageSize).toBe(600);
  // Each link may go down once, until the limit is known.
  const downs = [publisher, equal, small].map((node) => node.downs());
  for (const [i, most] of [1, 1, 2].entries()) expect(downs[i]).toBeLessThanOrEqual(most);
  report({
    row: 'L10',
    figure: 'neighborDowns at a peer with a smaller limit, for 20 messages over it from two neighbors',
    value: downs[2] as number,
    unit: 'events',
  });
});

import { type GossipEvent, type GossipTopic, topicIdFrom } from '@grapevine/api';
import { expect, test } from 'vitest';
import { report } from './support/figures.js';
import { useSwarm } from './support/swarm.js';
import { until } from './support/until.js';

const swarm = useSwarm();

test.each([
  { topics: 20_000, streams: 4_096, what: 'the default limit of streams' },
  { topics: 2_000, streams: 100, what: 'a peer that allows 100 streams' },
])('$topics topics with one peer and $what: each delivers, and none is lost again', async ({ topics, streams }) => {
  const { ledger } = swarm.current;
  const [host, guest] = await Promise.all([
    swarm.current.start({ endpoint: { maxUniStreams: streams } }),
    swarm.current.start({ endpoint: { maxUniStreams: streams } }),
  ]);
  if (!host || !guest) throw new Error('there are two');
  const downs: Record<string, number> = {};
  const read = async (node: typeof host, events: AsyncIterable<GossipEvent>) => {
    for await (const event of events) {
      node.reader.note(event);
      if (event.type === 'neighborDown') downs[event.reason] = (downs[event.reason] ?? 0) + 1;
    }
  };
  const began = performance.now();
  const joined: { readonly hers: GossipTopic; readonly his: GossipTopic }[] = [];
  for (let i = 0; i < topics; i++) {
    const id = topicIdFrom(`room ${i}`);
    const hers = await host.gossip.subscribe(id, { queueCapacity: 64 });
    const his = await guest.gossip.subscribe(id, { bootstrap: [host.addr()], queueCapacity: 64 });
    void read(host, hers);
    void read(guest, his);
    joined.push({ hers, his });
  }
  await until(
    'neighbor in every topic',
    () => joined.every(({ hers, his }) => hers.neighbors().length === 1 && his.neighbors().length === 1),
    120_000,
  );
  const joinedMs = performance.now() - began;

  const published = performance.now();
  for (const { hers, his } of joined) {
    await ledger.publish(guest.reader, (content) => his.broadcast(content));
    await ledger.publish(host.reader, (content) => hers.broadcast(content));
  }
  expect(await ledger.imbalances(60_000)).toEqual([]);
  expect(ledger.told()).toEqual({});
  const deliveredMs = performance.now() - published;

  // Again: topics that have finished their stream open a new one.
  for (const { his } of joined.filter((_, i) => i % 7 === 0)) {
    await ledger.publish(guest.reader, (content) => his.broadcast(content));
  }
  expect(await ledger.imbalances(60_000)).toEqual([]);
  expect(downs).toEqual({});
  report({
    row: 'L8',
    figure: `${topics} topics over ${streams} streams, joined in`,
    value: joinedMs / 1000,
    unit: 's',
  });
  report({
    row: 'L8',
    figure: `${topics} topics over ${streams} streams, a message each way in all delivered in`,
    value: deliveredMs / 1000,
    unit: 's',
  });
});

import type { GossipTopic } from '@grapevine/api';
import { connectRpc, serveRpc } from '@grapevine/rpc';
import { afterEach, expect, test } from 'vitest';
import type { Reader } from './support/ledger.js';
import { TOPIC, useSwarm } from './support/swarm.js';

// Subscribers that share a node get each other's messages, and their own only if they ask for it. A node elsewhere gets each message once.

const swarm = useSwarm();
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A subscription with an account of its own. */
function subscriber(name: string, topic: GossipTopic) {
  const { ledger } = swarm.current;
  const reader: Reader = ledger.reader(name);
  void (async () => {
    for await (const event of topic) reader.note(event);
  })();
  return { reader, publish: () => ledger.publish(reader, (content) => topic.broadcast(content)) };
}

test('subscriptions of one node in one process', async () => {
  const { ledger } = swarm.current;
  const [shared, elsewhere] = await swarm.current.grow(2);
  if (!shared || !elsewhere) throw new Error('there are two');
  const second = subscriber('second', await shared.gossip.subscribe(TOPIC));
  const echoing = subscriber('echoing', await shared.gossip.subscribe(TOPIC, { echo: true }));

  const own = [await shared.publish(), await second.publish(), await echoing.publish()];
  await elsewhere.publish();

  expect(await ledger.imbalances(5_000)).toEqual([]);
  expect(ledger.told()).toEqual({});
  expect(own.map((number) => echoing.reader.times(number))).toEqual([1, 1, 1]);
  expect([shared.reader.times(own[0] as number), second.reader.times(own[1] as number)]).toEqual([0, 0]);
});

test('remote clients of one node', async () => {
  const { ledger } = swarm.current;
  const [shared, elsewhere] = await swarm.current.grow(2);
  if (!shared || !elsewhere) throw new Error('there are two');
  const server = await serveRpc(shared.gossip);
  closing.push(() => server.shutdown());
  const clients = await Promise.all(
    ['client 1', 'client 2'].map(async (name) => {
      const { address, certificate, id, addr } = server;
      const remote = connectRpc(certificate ? { address, certificate } : { id, addrs: [{ type: 'ip', addr }] });
      closing.push(() => remote.close());
      const topic = await remote.subscribe(TOPIC);
      await topic.joined();
      return subscriber(name, topic);
    }),
  );

  for (const client of clients) await client.publish();
  await shared.publish();
  await elsewhere.publish();

  expect(await ledger.imbalances(5_000)).toEqual([]);
  expect(ledger.told()).toEqual({});
});

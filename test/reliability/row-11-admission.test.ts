import type { EndpointId } from '@grapevine/net';
import { expect, test } from 'vitest';
import { type SwarmNode, useSwarm } from './support/swarm.js';
import { until } from './support/until.js';

const swarm = useSwarm();

test('who knows the topic is not in without leave, and who loses it is out at once', async () => {
  const members = new Set<EndpointId>();
  const gossip = { allowPeer: (_topic: string, peer: EndpointId) => members.has(peer) };
  const [a, b, c] = [
    await swarm.current.start({ gossip }),
    await swarm.current.start({ gossip }),
    await swarm.current.start({ gossip }),
  ];
  for (const { id } of [a, b, c]) members.add(id);
  await a.join();
  for (const node of [b, c]) await node.join([a]);
  await until('neighbors of all three', () => [a, b, c].every((node) => node.neighbors().length === 2));

  const stranger = await (await swarm.current.start({ name: 'stranger' })).join([a, b, c]);
  const refusals = async (node: SwarmNode) => (await node.gossip.snapshot()).admission.counts['not-allowed'];
  for (const node of [a, b, c]) await until('refusal of the stranger', async () => (await refusals(node)) > 0);
  for (let i = 0; i < 20; i++) await b.publish();
  await until('what one member says at the others', () => a.reader.received + c.reader.received === 40);
  expect(stranger.reader.received).toBe(0);
  expect([stranger.neighbors(), stranger.membership]).toEqual([[], []]);

  members.delete(b.id);
  for (const { gossip } of [a, c]) gossip.reviewPeers();
  expect([a.neighbors(), c.neighbors()]).toEqual([[c.id], [a.id]]); // in this very turn
  for (let i = 0; i < 20; i++) await a.publish();
  await until('what is said after that at the member that is left', () => c.reader.received === 40);
  await until('end of both links of the other', () => b.neighbors().length === 0);
  expect([a.downs('refused'), c.downs('refused')]).toEqual([1, 1]);
  expect([b.reader.received, stranger.reader.received]).toEqual([0, 0]);
});

import { directAddrs, socketAddr } from '@grapevine/net';
import { expect, test } from 'vitest';
import { useSwarm } from './support/swarm.js';

const swarm = useSwarm();

test('addresses are not shared by who opts out, and the others still hear each other', async () => {
  const { ledger } = swarm.current;
  const [a, b, c] = await swarm.current.grow(3, () => ({ gossip: { shareAddresses: false } }));
  if (!a || !b || !c) throw new Error('there are three');
  for (const node of [a, b, c]) await node.publish();
  expect(await ledger.imbalances(5_000)).toEqual([]);
  expect(directAddrs(b.endpoint.addressLookup.get(c.id))).toEqual([]);
  expect(directAddrs(c.endpoint.addressLookup.get(b.id))).toEqual([]);
});

test('what a user or a connection says about an address comes before what others say', async () => {
  const [a, c] = await swarm.current.grow(2);
  if (!a || !c) throw new Error('there are two');
  const wrong = socketAddr('127.0.0.1', 9);
  c.endpoint.addressLookup.add({ id: a.id, addrs: [{ type: 'ip', addr: wrong }] }, 'gossip');
  expect(directAddrs(c.endpoint.addressLookup.get(a.id))[0]).toEqual(directAddrs(a.addr())[0]);
});

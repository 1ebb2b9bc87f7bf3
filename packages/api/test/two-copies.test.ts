import * as net from '@grapevine/net';
import { MemoryNetwork } from '@grapevine/net/memory';
import { expect, test, vi } from 'vitest';
import * as api from '../src/index.js';

// A program may install two versions of our packages: its own, and that of a library. Their objects work together.

const ROOM = api.topicIdFrom('my-room');

vi.resetModules();
const otherApi = await import('../src/index.js');
const otherNet = await import('@grapevine/net');

test('gossip of one copy runs on the endpoint and behind the router of the other, and talks to it', async () => {
  expect(otherApi.Gossip).not.toBe(api.Gossip);
  expect(otherNet.Router).not.toBe(net.Router);
  const network = new MemoryNetwork();
  const endpoint = network.endpoint({ secretKey: otherNet.SecretKey.generate() as net.SecretKey });
  const gossip = otherApi.Gossip.spawn(endpoint);
  const router = new net.Router(endpoint).accept(otherApi.Gossip.ALPN, gossip).spawn();
  await using node = await api.Gossip.bind({ endpoint: network.endpoint() });

  const hers = await gossip.subscribe(ROOM);
  const his = await node.subscribe(otherNet.formatRoomTicket({ topic: ROOM, peers: [endpoint.addr()] }));
  await his.joined();
  await his.broadcast('between copies');
  expect(Buffer.from((await hers.messages().next()).value?.content ?? []).toString()).toBe('between copies');

  await router.shutdown();
  await expect(hers.broadcast('x')).rejects.toThrow(api.TopicClosedError); // thrown by the other
  await expect(gossip.subscribe(ROOM)).rejects.toThrow(api.GossipClosedError);
});

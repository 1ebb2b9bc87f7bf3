import { topicIdFromBytes } from '@grapevine/proto';
import { afterEach, expect, test } from 'vitest';
import { GossipNode } from '../../src/gossip/index.js';
import type { GossipEvent, TopicSession } from '../../src/gossip/service.js';
import { Endpoint, type EndpointOptions } from '../../src/quic/index.js';
import { Router } from '../../src/transport/router.js';

const routers: Router[] = [];
afterEach(() => Promise.all(routers.splice(0).map((router) => router.shutdown())));

async function start(options: EndpointOptions = {}): Promise<{ endpoint: Endpoint; node: GossipNode }> {
  const endpoint = await Endpoint.bind({ address: '127.0.0.1:0', ...options });
  const node = new GossipNode(endpoint);
  routers.push(new Router(endpoint).accept(node.alpn, node).spawn());
  return { endpoint, node };
}

/** The first payload of a session; fails when a neighbor goes down before it. */
async function firstPayload(session: TopicSession): Promise<string> {
  for (;;) {
    const { value } = (await session.next()) as { value: GossipEvent };
    if (value.type === 'received') return Buffer.from(value.content).toString();
    expect(value.type).toBe('neighborUp');
  }
}

test('a hundred topics share the eight streams that a peer allows', async () => {
  const narrow = await start({ maxUniStreams: 8 });
  const wide = await start();
  const topics = Array.from({ length: 100 }, (_, i) => topicIdFromBytes(new Uint8Array(32).fill(i + 1)));
  const there = await Promise.all(topics.map((topic) => narrow.node.subscribe(topic)));
  const bootstrap = [narrow.endpoint.addr()];
  const here = await Promise.all(topics.map((topic) => wide.node.subscribe(topic, { bootstrap })));
  await Promise.all(here.map((session) => session.joined()));
  const received = Promise.all(there.map(firstPayload));
  await Promise.all(
    here.map((session) =>
      session.send({ type: 'broadcast', content: Buffer.from(session.topic), scope: 'swarm', whenAlone: 'keep' }),
    ),
  );
  expect(await received).toEqual(topics);
  expect((await wide.node.snapshot()).peers).toMatchObject([{ connections: 1 }]);
});

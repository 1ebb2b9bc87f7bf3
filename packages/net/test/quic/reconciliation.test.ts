import { topicIdFromBytes } from '@grapevine/proto';
import { afterEach, expect, test } from 'vitest';
import { GossipNode } from '../../src/gossip/index.js';
import type { TopicSession } from '../../src/gossip/service.js';
import { faultySocket } from '../../src/quic/faulty-socket.js';
import { Endpoint } from '../../src/quic/index.js';
import { Router } from '../../src/transport/router.js';

const TOPIC = topicIdFromBytes(new Uint8Array(32).fill(0x17));

const routers: Router[] = [];
afterEach(() => Promise.all(routers.splice(0).map((router) => router.shutdown())));

interface Member {
  readonly endpoint: Endpoint;
  readonly node: GossipNode;
  readonly session: TopicSession;
  readonly setLoss: (loss: number) => void;
}

async function start(bootstrap: readonly Member[]): Promise<Member> {
  const socket = faultySocket({ seed: 1 });
  const endpoint = await Endpoint.bind({ address: '127.0.0.1:0', idleTimeoutMs: 1_500, socket: () => socket });
  const node = new GossipNode(endpoint);
  routers.push(new Router(endpoint).accept(node.alpn, node).spawn());
  const session = await node.subscribe(TOPIC, {
    bootstrap: bootstrap.map((member) => member.endpoint.addr()),
    queueCapacity: 100_000,
  });
  return { endpoint, node, session, setLoss: (loss) => socket.setFaults({ loss }) };
}

/** Reads until something is so. */
async function read(
  { session }: Member,
  until: (event: { readonly type: string }) => boolean,
  texts: string[] = [],
): Promise<string[]> {
  for (;;) {
    const { value } = await session.next();
    if (!value) throw new Error('the topic was closed');
    if (value.type === 'received') texts.push(Buffer.from(value.content).toString());
    if (until(value)) return texts;
  }
}

test('over QUIC a gap of 3,000 messages between two nodes loses nothing', async () => {
  const a = await start([]);
  const b = await start([a]);
  await Promise.all([a, b].map(({ session }) => session.joined()));
  const contents = Array.from({ length: 3_000 }, (_, i) => `message ${i}`);
  await read(a, ({ type }) => type === 'neighborUp');

  for (const { setLoss } of [a, b]) setLoss(1);
  const texts: string[] = [];
  const gone = read(a, ({ type }) => type === 'neighborDown');
  for (const content of contents) {
    await a.session.send({ type: 'broadcast', content: Buffer.from(content), scope: 'swarm', whenAlone: 'reject' });
  }
  await gone;
  for (const { setLoss } of [a, b]) setLoss(0);
  await read(b, () => texts.length >= contents.length, texts);
  expect(texts.sort()).toEqual(contents.sort());
  expect((await b.node.snapshot()).reconciliation).toMatchObject({ recovered: 3_000, unavailable: 0 });
});

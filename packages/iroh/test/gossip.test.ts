import { createHash } from 'node:crypto';
import { Gossip, type GossipTopic, topicIdFrom } from '@grapevine/api';
import { afterEach, expect, test } from 'vitest';
import { IrohEndpoint, Router } from '../src/index.js';

const TOPIC = topicIdFrom('packages/iroh/test/gossip.test.ts');

interface Member {
  readonly endpoint: IrohEndpoint;
  readonly router: Router;
  readonly gossip: Gossip;
  readonly topic: GossipTopic;
}

const members: Member[] = [];
afterEach(() => Promise.all(members.splice(0).map(({ router }) => router.shutdown())));

async function join(bootstrap: readonly Member[]): Promise<Member> {
  const endpoint = await IrohEndpoint.bind({ preset: 'minimal', address: '127.0.0.1:0' });
  const gossip = Gossip.spawn(endpoint);
  const router = new Router(endpoint).accept(Gossip.ALPN, gossip).spawn();
  const topic = await gossip.subscribe(TOPIC, {
    bootstrap: bootstrap.map((member) => member.endpoint.addr()),
    queueCapacity: 10_000,
  });
  const member = { endpoint, router, gossip, topic };
  members.push(member);
  return member;
}

const digest = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');

/** The next `count` payloads, as sorted digests. */
async function receive({ topic }: Member, count: number): Promise<string[]> {
  const digests: string[] = [];
  for await (const event of topic) {
    if (event.type === 'lagged') throw new Error(`lagged by ${event.missed}`);
    if (event.type === 'received') digests.push(digest(event.content));
    if (digests.length === count) return digests.sort();
  }
  throw new Error(`the topic was closed after ${digests.length} of ${count} messages`);
}

test('five nodes deliver what each of them says to all others, of every size up to the limit', async () => {
  const first = await join([]);
  for (let i = 0; i < 4; i++) await join([first]);
  await Promise.all(members.map(({ topic }) => topic.joined()));

  const { maxContentLength } = first.topic;
  const sizes = [0, 1, 100, 1024, maxContentLength - 1, maxContentLength];
  const said = members.map((_, from) =>
    sizes.flatMap((size, i) => {
      const content = Buffer.alloc(size, 16 * from + i);
      return size === 0 && from > 0 ? [] : [content]; // two equal messages are one
    }),
  );
  const all = said.flat();
  const received = members.map((member, i) => receive(member, all.length - (said[i]?.length ?? 0)));
  await Promise.all(
    members.map(async ({ topic }, from) => {
      for (const content of said[from] ?? []) await topic.broadcast(content);
    }),
  );
  for (const [i, digests] of (await Promise.all(received)).entries()) {
    expect(digests).toEqual(
      all
        .filter((content) => !said[i]?.includes(content))
        .map(digest)
        .sort(),
    );
  }
});

test('a node that leaves is told from one that is lost, and the others go on', async () => {
  const first = await join([]);
  for (let i = 0; i < 2; i++) await join([first]);
  await Promise.all(members.map(({ topic }) => topic.joined()));
  const [a, b, leaver] = members as [Member, Member, Member];
  const reasonOfLeaving = (async () => {
    for await (const event of a.topic)
      if (event.type === 'neighborDown' && event.peer === leaver.endpoint.id) return event.reason;
    return undefined;
  })();
  expect(a.topic.neighbors()).toContain(leaver.endpoint.id);

  leaver.topic.close();
  expect(await reasonOfLeaving).toBe('left');
  await leaver.router.shutdown();

  const [heard] = await Promise.all([receive(b, 1), a.topic.broadcast('still here')]);
  expect(heard).toEqual([digest(Buffer.from('still here'))]);
});

import { type GossipTopic, topicIdFrom } from '@grapevine/api';
import { sealMessage, verifyMessage } from '@grapevine/chat-room';
import { type EndpointId, SecretKey } from '@grapevine/net';
import { expect, test } from 'vitest';
import { Author, open, renumber } from './support/envelope.js';
import { type SwarmNode, useSwarm } from './support/swarm.js';

// One envelope is that of the chat (author, signature, a nonce), one has author, sequence number, time, payload and signature.

const TOPIC = topicIdFrom('signed');
const swarm = useSwarm();

/** What a node says about messages that its application can't read. */
function validating(read: (content: Uint8Array) => unknown) {
  return async (_topic: string, { content }: { readonly content: Uint8Array }): Promise<'accept' | 'reject'> => {
    try {
      await read(content);
      return 'accept';
    } catch {
      return 'reject';
    }
  };
}

/** Three nodes in a line: a forger, a node that validates, and a node that accepts everything. The first and the last know only the middle one. */
async function line(read: (content: Uint8Array) => unknown): Promise<{ middle: SwarmNode; topics: Line }> {
  const ids: EndpointId[] = [];
  const nextTo = (i: number) => ({
    allowPeer: (_topic: string, peer: EndpointId) => Math.abs(ids.indexOf(peer) - i) === 1,
  });
  // One after the other.
  const forger = await swarm.current.start({ gossip: nextTo(0) });
  const middle = await swarm.current.start({ gossip: { ...nextTo(1), validate: validating(read) } });
  const end = await swarm.current.start({ gossip: nextTo(2) });
  ids.push(forger.id, middle.id, end.id);
  const topics: GossipTopic[] = [];
  for (const [i, { gossip }] of [forger, middle, end].entries()) {
    const topic = await gossip.subscribe(TOPIC, { bootstrap: i === 0 ? [] : [[forger, middle][i - 1]?.addr() ?? ''] });
    topics.push(topic);
    if (i > 0) await topic.joined({ signal: AbortSignal.timeout(30_000) });
  }
  return { middle, topics: topics as Line };
}
type Line = [mouth: GossipTopic, first: GossipTopic, last: GossipTopic];

/** The next messages that a member hears. */
async function heard<T>(topic: GossipTopic, count: number, read: (content: Uint8Array) => T): Promise<Awaited<T>[]> {
  const messages: Awaited<T>[] = [];
  for await (const { content } of topic.messages()) {
    messages.push(await read(content));
    if (messages.length === count) break;
  }
  return messages;
}

test('a forged message is neither delivered nor passed on; what its sender signs is', async () => {
  const { middle, topics } = await line(verifyMessage);
  const [mouth, first, last] = topics;
  const [author, victim] = [SecretKey.generate(), SecretKey.generate()];
  const lines = [heard(first, 2, verifyMessage), heard(last, 2, verifyMessage)];
  await mouth.broadcast(await sealMessage(author, { type: 'message', text: 'mine' }));
  const forged = await sealMessage(author, { type: 'message', text: 'not mine' });
  forged.set(Buffer.from(victim.id, 'hex'));
  await mouth.broadcast(forged);
  await mouth.broadcast(await sealMessage(author, { type: 'message', text: 'mine, too' }));

  for (const each of lines) {
    expect(await each).toEqual([
      { from: author.id, message: { type: 'message', text: 'mine' } },
      { from: author.id, message: { type: 'message', text: 'mine, too' } },
    ]);
  }
  expect((await middle.gossip.snapshot()).admission.counts.rejected).toBe(1);
});

test('nor is one with a forged number or author; what is said again is not heard again', async () => {
  const { middle, topics } = await line(open);
  const [mouth, first, last] = topics;
  const [author, victim] = [new Author(SecretKey.generate()), SecretKey.generate()];
  const lines = [heard(first, 2, open), heard(last, 2, open)];
  const mine = author.seal('mine');
  const notMine = mine.slice();
  notMine.set(Buffer.from(victim.id, 'hex'));
  for (const content of [mine, notMine, renumber(mine, 7), mine, author.seal('mine, too')])
    await mouth.broadcast(content);

  for (const each of lines) {
    expect(await each).toEqual([
      { author: author.id, sequence: 0, seconds: expect.any(Number), payload: 'mine' },
      { author: author.id, sequence: 1, seconds: expect.any(Number), payload: 'mine, too' },
    ]);
  }
  expect((await middle.gossip.snapshot()).admission.counts.rejected).toBe(2);
});

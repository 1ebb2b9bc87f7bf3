import { type GossipTopic, topicIdFrom } from '@grapevine/api';
import { sealMessage, verifyMessage } from '@grapevine/chat-room';
import { type EndpointId, SecretKey } from '@grapevine/net';
import { expect, test } from 'vitest';
import { useSwarm } from './support/swarm.js';

// The envelope is that of the chat: author, signature, a nonce.

const TOPIC = topicIdFrom('signed');
const swarm = useSwarm();

async function validate(_topic: string, { content }: { readonly content: Uint8Array }): Promise<'accept' | 'reject'> {
  try {
    await verifyMessage(content);
    return 'accept';
  } catch {
    return 'reject';
  }
}

/** The next lines that a member hears, each with its author. */
async function heard(topic: GossipTopic, count: number): Promise<[EndpointId, string][]> {
  const lines: [EndpointId, string][] = [];
  for await (const event of topic) {
    if (event.type !== 'received') continue;
    const { from, message } = await verifyMessage(event.content);
    if ('text' in message) lines.push([from, message.text]);
    if (lines.length === count) break;
  }
  return lines;
}

test('a forged message is neither delivered nor passed on; what its sender signs is', async () => {
  // One after the other: the ends of the line know the middle only.
  const ids: EndpointId[] = [];
  const nextTo = (i: number) => ({
    allowPeer: (_topic: string, peer: EndpointId) => Math.abs(ids.indexOf(peer) - i) === 1,
  });
  const forger = await swarm.current.start({ gossip: nextTo(0) });
  const middle = await swarm.current.start({ gossip: { ...nextTo(1), validate } });
  const end = await swarm.current.start({ gossip: nextTo(2) }); // it would take anything
  ids.push(forger.id, middle.id, end.id);
  const topics: GossipTopic[] = [];
  for (const [i, { gossip }] of [forger, middle, end].entries()) {
    const topic = await gossip.subscribe(TOPIC, { bootstrap: i === 0 ? [] : [[forger, middle][i - 1]?.addr() ?? ''] });
    topics.push(topic);
    if (i > 0) await topic.joined({ signal: AbortSignal.timeout(30_000) });
  }
  const [mouth, first, last] = topics as [GossipTopic, GossipTopic, GossipTopic];

  const [author, victim] = [SecretKey.generate(), SecretKey.generate()];
  const lines = [heard(first, 2), heard(last, 2)];
  await mouth.broadcast(await sealMessage(author, { type: 'message', text: 'mine' }));
  const forged = await sealMessage(author, { type: 'message', text: 'not mine' });
  forged.set(Buffer.from(victim.id, 'hex'));
  await mouth.broadcast(forged);
  await mouth.broadcast(await sealMessage(author, { type: 'message', text: 'mine, too' }));

  for (const line of lines) {
    expect(await line).toEqual([
      [author.id, 'mine'],
      [author.id, 'mine, too'],
    ]);
  }
  expect((await middle.gossip.snapshot()).admission.counts.rejected).toBe(1);
});

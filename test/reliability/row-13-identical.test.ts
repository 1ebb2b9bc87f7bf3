import { topicIdFrom } from '@grapevine/api';
import { sealMessage, verifyMessage } from '@grapevine/chat-room';
import { SecretKey } from '@grapevine/net';
import { expect, test } from 'vitest';
import { useSwarm } from './support/swarm.js';

const swarm = useSwarm();

test('equal bytes are one message, as in Rust; in an envelope with a nonce equal lines are two', async () => {
  const [a, b] = [await swarm.current.start(), await swarm.current.start()];
  const topic = topicIdFrom('identical');
  const here = await a.gossip.subscribe(topic);
  const there = await b.gossip.subscribe(topic, { bootstrap: [a.addr()] });
  await there.joined({ signal: AbortSignal.timeout(30_000) });
  const next = async () => {
    for await (const { content } of there.messages()) return content;
    throw new Error('the topic has ended');
  };

  for (const text of ['again', 'again', 'the end']) await here.broadcast(text);
  const texts = [await next(), await next()].map((content) => new TextDecoder().decode(content));
  expect(texts).toEqual(['again', 'the end']);

  const author = SecretKey.generate();
  for (let i = 0; i < 2; i++) await here.broadcast(await sealMessage(author, { type: 'message', text: 'again' }));
  const lines = [await verifyMessage(await next()), await verifyMessage(await next())];
  expect(lines.map(({ message }) => message)).toEqual([
    { type: 'message', text: 'again' },
    { type: 'message', text: 'again' },
  ]);
});

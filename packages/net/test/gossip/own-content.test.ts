import { afterEach, describe, expect, test } from 'vitest';
import type { TopicSession } from '../../src/gossip/service.js';
import { type Listener, say, TestSwarm, texts } from '../support/swarm.js';

let swarm: TestSwarm;
afterEach(() => swarm.close());

describe('a subscriber that changes what it has read', () => {
  test('changes nothing for who gets it afterwards, from the cache or on the same node', async () => {
    swarm = new TestSwarm();
    const [a, b] = (await swarm.grow(2)) as [Listener, Listener];
    const reader = await b.node.subscribe(b.session.topic);
    await say(a, 'as it was');
    await swarm.clock.advance(100);
    (await nextContent(reader)).fill(0); // decrypted in place, say
    expect(texts(b)).toEqual(['as it was']);

    const gone = a.router.shutdown();
    await swarm.clock.advance(10_000);
    await gone;
    const late = await swarm.listen(swarm.add(), [b]);
    await swarm.clock.until(() => texts(late).length > 0);
    expect(texts(late)).toEqual(['as it was']);
    expect((await late.node.snapshot()).stats.spoofedIds).toBe(0);
  });

  test('also one that was waiting when it came', async () => {
    swarm = new TestSwarm();
    const [a, b] = (await swarm.grow(2)) as [Listener, Listener];
    const sessions = await Promise.all([0, 1].map(() => b.node.subscribe(b.session.topic)));
    const waiting = sessions.map(async (session) => {
      const content = await nextContent(session);
      const text = Buffer.from(content).toString();
      content.fill(0);
      return text;
    });
    await swarm.clock.advance(100);
    await say(a, 'to all of them');
    await swarm.clock.advance(100);
    expect(await Promise.all(waiting)).toEqual(['to all of them', 'to all of them']);
    expect(texts(b)).toEqual(['to all of them']);
  });
});

async function nextContent(session: TopicSession): Promise<Uint8Array> {
  for (let next = await session.next(); !next.done; next = await session.next()) {
    if (next.value.type === 'received') return next.value.content;
  }
  throw new Error('the topic was closed');
}

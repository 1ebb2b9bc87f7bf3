import { afterEach, describe, expect, test } from 'vitest';
import { NoNeighborsError } from '../../src/errors.js';
import type { SubscribeOptions, TopicCommand } from '../../src/gossip/service.js';
import { type Listener, type Member, record, say, TestSwarm, TOPIC, texts } from '../support/swarm.js';

let swarm: TestSwarm;
afterEach(() => swarm.close());

const settle = () => swarm.clock.advance(1_000);
const broadcast = (text: string, options: Partial<TopicCommand & { type: 'broadcast' }> = {}) =>
  ({ type: 'broadcast', content: Buffer.from(text), scope: 'swarm', whenAlone: 'keep', ...options }) as const;

/** One more subscription on a node. */
async function another(member: Member, options?: SubscribeOptions): Promise<Listener> {
  const session = await member.node.subscribe(TOPIC, options);
  return { ...member, session, events: record(session) };
}

describe('subscriptions of one node', () => {
  test('hear each other and not themselves, once each, as the rest of the swarm does', async () => {
    swarm = new TestSwarm();
    const [a, b] = (await swarm.grow(2)) as [Listener, Listener];
    const second = await another(a);
    const third = await another(a);
    await say(second, 'from the second');
    await say(b, 'from outside');
    await settle();
    expect(texts(a)).toEqual(['from the second', 'from outside']);
    expect(texts(second)).toEqual(['from outside']);
    expect(texts(third)).toEqual(['from the second', 'from outside']);
    expect(texts(b)).toEqual(['from the second']);
  });

  test('are told that the message is of their own node, no hop away', async () => {
    swarm = new TestSwarm();
    const a = await swarm.listen(swarm.add());
    const second = await another(a);
    await a.session.send(broadcast('to all'));
    await a.session.send(broadcast('to neighbors', { scope: 'neighbors' }));
    const deliveredFrom = a.endpoint.id;
    expect(await drained(second)).toMatchObject([
      { type: 'received', deliveredFrom, scope: { type: 'swarm', round: 0 } },
      { type: 'received', deliveredFrom, scope: { type: 'neighbors' } },
    ]);
  });

  test('hear themselves when they ask for it', async () => {
    swarm = new TestSwarm();
    const [a, b] = (await swarm.grow(2)) as [Listener, Listener];
    const echoing = await another(a, { echo: true });
    await say(echoing, 'echo');
    await echoing.session.send(broadcast('neighbors', { scope: 'neighbors' }));
    await settle();
    for (const listener of [a, echoing, b]) expect(texts(listener)).toEqual(['echo', 'neighbors']);
  });

  test('on a lone node hear a message at once, and the first neighbor gets it later', async () => {
    swarm = new TestSwarm();
    const a = await swarm.listen(swarm.add());
    const second = await another(a);
    await say(a, 'early');
    await say(a, 'early'); // equal: one message
    await settle();
    expect(texts(second)).toEqual(['early']);
    expect((await a.node.snapshot()).topics).toMatchObject([{ keptBroadcasts: 2 }]);
    const b = await swarm.listen(swarm.add(), [a]);
    await settle();
    expect(texts(b)).toEqual(['early']);
    expect(texts(second)).toEqual(['early']);
    expect(texts(a)).toEqual([]);
  });

  test('hear nothing of what is rejected for want of a neighbor, or of space to keep it', async () => {
    swarm = new TestSwarm({ keptBytes: 10 });
    const a = await swarm.listen(swarm.add());
    const second = await another(a);
    await expect(a.session.send(broadcast('now', { whenAlone: 'reject' }))).rejects.toThrow(NoNeighborsError);
    await expect(say(a, '01234567890')).rejects.toThrow(NoNeighborsError);
    await settle();
    expect(texts(second)).toEqual([]);
  });

  test('are not told again what the topic has seen', async () => {
    swarm = new TestSwarm();
    const [a, b] = (await swarm.grow(2)) as [Listener, Listener];
    const second = await another(a);
    await say(b, 'same');
    await settle();
    await say(a, 'same');
    await say(second, 'other');
    await say(second, 'other');
    await settle();
    expect(texts(second)).toEqual(['same']);
    expect(texts(a)).toEqual(['same', 'other']);
    expect(texts(b)).toEqual(['other']);
  });
});

async function drained(listener: Listener) {
  await settle();
  return listener.events.filter(({ type }) => type === 'received');
}

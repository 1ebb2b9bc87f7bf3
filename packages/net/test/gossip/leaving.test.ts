import { afterEach, describe, expect, test } from 'vitest';
import { type Listener, say, TestSwarm, TOPIC, texts } from '../support/swarm.js';

let swarm: TestSwarm;
afterEach(() => swarm.close());

const WORDS = ['one', 'two', 'three'];
const capacity = (activeViewCapacity: number) => ({ config: { membership: { activeViewCapacity } } });

/** Three in a line, all of whom have heard something: the last knows nobody but the one in the middle. */
async function line(): Promise<{ stays: Listener; middle: Listener; last: Listener }> {
  swarm = new TestSwarm();
  const stays = await swarm.listen(swarm.add(capacity(1)));
  const middle = await swarm.listen(swarm.add(capacity(2)), [stays]);
  await swarm.clock.until(() => middle.session.neighbors().length === 1);
  const last = await swarm.listen(swarm.add(capacity(1)), [middle]);
  const knows = ({ session }: Listener, neighbor: Listener) => session.neighbors().join() === neighbor.endpoint.id;
  await swarm.clock.until(() => knows(stays, middle) && knows(last, middle) && middle.session.neighbors().length === 2);
  await say(last, 'warm');
  await swarm.clock.until(() => texts(stays).length === 1);
  return { stays, middle, last };
}

describe('two that leave in the same moment', () => {
  test('pass on what each other says until then', async () => {
    const { stays, middle, last } = await line();
    for (const word of WORDS) await say(last, word);
    const left = [middle, last].map(({ router }) => router.shutdown());
    await swarm.clock.advance(10_000);
    await Promise.all(left);
    expect(texts(stays)).toEqual(['warm', ...WORDS]);
    expect(stays.session.neighbors()).toEqual([]);
  });

  test('leave a topic in the same way: their nodes may end with their programs', async () => {
    const { stays, middle, last } = await line();
    for (const word of WORDS) await say(last, word);
    for (const { session } of [middle, last]) {
      session.closeSender();
      session.closeReceiver();
    }
    await swarm.clock.advance(1_000);
    expect(texts(stays)).toEqual(['warm', ...WORDS]);
    expect(stays.session.neighbors()).toEqual([]);
  });
});

test('a topic that is entered again at once is the same to others as one that is entered later', async () => {
  const { stays, middle, last } = await line();
  await say(last, 'before');
  await swarm.clock.advance(50);
  middle.session.closeSender();
  middle.session.closeReceiver();
  const again = await middle.node.subscribe(TOPIC, { bootstrap: [stays.endpoint.addr(), last.endpoint.addr()] });
  await swarm.clock.until(() => again.neighbors().length === 2, 30_000);
  await say(last, 'after');
  await swarm.clock.advance(1_000);
  expect(texts(stays)).toEqual(['warm', 'before', 'after']);
});

test('a topic in which nothing is said is left at once', async () => {
  const { stays, middle } = await line();
  await swarm.clock.advance(2_000);
  const left = middle.router.shutdown();
  await swarm.clock.advance(50);
  expect(stays.session.neighbors()).not.toContain(middle.endpoint.id);
  await swarm.clock.advance(5_000);
  await left;
});

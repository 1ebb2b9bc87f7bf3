import { afterEach, expect, test } from 'vitest';
import { say, TestSwarm, texts } from '../support/swarm.js';

let swarm: TestSwarm;
afterEach(() => swarm.close());

test('two nodes meet and hear each other', async () => {
  swarm = new TestSwarm();
  const [a, b] = await swarm.grow(2);
  if (!a || !b) throw new Error('unreachable');
  await say(a, 'hello');
  await say(b, 'hi');
  await swarm.clock.advance(100);
  expect(texts(b)).toEqual(['hello']);
  expect(texts(a)).toEqual(['hi']);
  expect(b.events[0]).toEqual({ type: 'neighborUp', peer: a.endpoint.id });
});

test('in a swarm of 20 every member hears every message exactly once', async () => {
  swarm = new TestSwarm();
  const members = await swarm.grow(20);
  for (const member of members) await say(member, `from ${member.index}`);
  await swarm.clock.advance(5_000);
  const all = members.map(({ index }) => `from ${index}`);
  for (const member of members) {
    expect(texts(member).toSorted()).toEqual(all.filter((text) => text !== `from ${member.index}`).toSorted());
  }
});

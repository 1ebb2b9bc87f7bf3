import { afterEach, expect, test } from 'vitest';
import { say, TestSwarm, texts } from '../support/swarm.js';

let swarm: TestSwarm;
afterEach(() => swarm.close());

test('nodes that started apart from their bootstrap peer and found each other link to it when it comes', async () => {
  swarm = new TestSwarm({}, { handshakeTimeoutMs: 300 });
  const late = swarm.add();
  swarm.network.unregister(late.endpoint);
  const a = await swarm.listen(swarm.add(), [late]);
  const b = await swarm.listen(swarm.add(), [a]);
  await swarm.clock.advance(120_000);
  expect(a.session.neighbors()).toEqual([b.endpoint.id]);

  swarm.network.register(late.endpoint);
  const there = await swarm.listen(late);
  await swarm.clock.until(() => there.session.neighbors().length > 0, 120_000);
  await say(b, 'one swarm');
  await swarm.clock.advance(1_000);
  expect(texts(there)).toEqual(['one swarm']);
});

test('once everybody that the user has named was reached, nobody is asked any more', async () => {
  swarm = new TestSwarm();
  const [a, b] = await swarm.grow(2);
  if (!a || !b) throw new Error('unreachable');
  await swarm.clock.advance(120_000);
  const { timers } = swarm.clock;
  const bootstrap = [a.endpoint.addr(), b.endpoint.addr()];
  const third = await swarm.listen(swarm.add());
  await third.session.send({ type: 'joinPeers', peers: bootstrap });
  await swarm.clock.advance(300_000);
  expect(third.session.neighbors()).toHaveLength(2);
  expect(swarm.clock.timers).toBeLessThan(2 * timers);
});

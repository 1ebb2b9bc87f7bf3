import { afterEach, expect, test } from 'vitest';
import type { FlushResult } from '../../src/gossip/service.js';
import { type Listener, say, TestSwarm, texts } from '../support/swarm.js';

let swarm: TestSwarm;
afterEach(() => swarm.close());

/** What fills the windows of a peer that reads nothing, and the queue in front of them: below what makes payloads announcements. */
const MESSAGES = 150;

/** Two neighbors, of which the second reads nothing; the first has published more than its transport takes, and flushes. */
async function stuck() {
  swarm = new TestSwarm({ queueHighWaterMark: 16 * 1024 * 1024 });
  const [a, b] = (await swarm.grow(2)) as [Listener, Listener];
  swarm.network.mute(b.endpoint);
  let published = 0;
  void (async () => {
    for (; published < MESSAGES; published++) await say(a, `${published}`.padEnd(4_000));
  })();
  await swarm.clock.until(() => published === MESSAGES);
  let result: FlushResult | undefined;
  void a.session.flush().then((flushed) => {
    result = flushed;
  });
  await swarm.clock.advance(500);
  return { a, b, result: () => result };
}

test('waits until the transport of each neighbor has what was published', async () => {
  const { a, b, result } = await stuck();
  expect(result()).toBeUndefined();
  swarm.network.unmute(b.endpoint);
  await swarm.clock.until(() => result() !== undefined);
  expect(result()).toEqual({ kept: 0, lost: [], refused: 0 });
  expect((await a.node.snapshot()).peers).toMatchObject([{ id: b.endpoint.id, queuedBytes: 0 }]);
  await swarm.clock.until(() => texts(b).length === MESSAGES);
});

test('does not wait for what is published later', async () => {
  const { a, b, result } = await stuck();
  let later = 0;
  void (async () => {
    for (; later < MESSAGES; later++) await say(a, `later ${later}`.padEnd(4_000));
  })();
  await swarm.clock.until(() => later === MESSAGES);
  swarm.network.unmute(b.endpoint);
  while (result() === undefined) await swarm.clock.advance(1);
  expect((await a.node.snapshot()).peers[0]?.queuedBytes).toBeGreaterThan(100_000);
});

test('names the neighbors whose connection ended before', async () => {
  const { b, result } = await stuck();
  swarm.network.crash(b.endpoint);
  await swarm.clock.until(() => result() !== undefined);
  expect(result()).toEqual({ kept: 0, lost: [b.endpoint.id], refused: 0 });
});

test('counts what was kept also where the topic is closed meanwhile', async () => {
  swarm = new TestSwarm();
  const alone = await swarm.listen(swarm.add());
  for (const word of ['one', 'two']) await say(alone, word);
  const flushed = alone.session.flush();
  alone.session.closeSender();
  alone.session.closeReceiver();
  expect(await flushed).toEqual({ kept: 2, lost: [], refused: 0 });
  expect((await alone.node.snapshot()).losses.unsent).toBe(2);
});

test('counts what is kept for the first neighbor, and can be given up', async () => {
  swarm = new TestSwarm();
  const alone = await swarm.listen(swarm.add());
  expect(await alone.session.flush()).toEqual({ kept: 0, lost: [], refused: 0 });
  await say(alone, 'anybody?');
  expect(await alone.session.flush()).toMatchObject({ kept: 1 });
  await expect(alone.session.flush(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
});

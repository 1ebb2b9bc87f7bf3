import { afterEach, describe, expect, test } from 'vitest';
import { BootstrapRounds, ROUND_MS } from '../../src/gossip/bootstrap-rounds.js';
import { SecretKey } from '../../src/identity/secret-key.js';
import { WakingClock } from '../../src/util/waking-clock.js';
import { ManualClock } from '../support/manual-clock.js';
import { type Listener, say, TestSwarm, texts } from '../support/swarm.js';

const KEY = SecretKey.fromBytes(new Uint8Array(32).fill(9));
const MINUTE = 60_000;

let swarm: TestSwarm | undefined;
afterEach(async () => {
  await swarm?.close();
  swarm = undefined;
});

/** Two members that have joined through a bootstrap peer, which then leaves in good order, and comes back knowing nobody. */
async function restart({ awayMs }: { awayMs: number }) {
  swarm = new TestSwarm();
  const { clock } = swarm;
  const before = await swarm.listen(swarm.add({}, { secretKey: KEY }));
  const members = [await swarm.listen(swarm.add(), [before]), await swarm.listen(swarm.add(), [before])];
  await clock.until(() => members.every(({ session }) => session.neighbors().length === 2));
  const leaving = before.router.shutdown();
  await clock.advance(10_000);
  await leaving;
  await clock.advance(awayMs);
  const after = await swarm.listen(swarm.add({}, { secretKey: KEY, socketAddr: before.endpoint.socketAddr }));
  const newcomer = await swarm.listen(swarm.add(), [after]);
  await clock.until(() => newcomer.session.neighbors().length > 0);
  return { clock, members, after, newcomer };
}

describe('a bootstrap peer that has left in good order and is back', () => {
  test.each([
    ['for a moment', 1_000],
    ['for an hour', 60 * MINUTE],
  ])('%s away: those who come through it and the members are one swarm within two minutes', async (_, awayMs) => {
    const { clock, members, after, newcomer } = await restart({ awayMs });
    const [member] = members;
    if (!member) throw new Error('unreachable');
    await clock.until(() => after.session.neighbors().includes(member.endpoint.id), 2 * MINUTE);
    await say(newcomer, 'new');
    await say(member, 'old');
    await clock.advance(1_000);
    expect(texts(newcomer)).toEqual(['old']);
    for (const each of members) expect(texts(each)).toContain('new');
  });

  test('in the topic only, while its process went on: it is asked until it is in the topic again', async () => {
    swarm = new TestSwarm();
    const { clock } = swarm;
    const [hub, a, b] = (await swarm.grow(3)) as [Listener, Listener, Listener];
    hub.session.closeSender();
    hub.session.closeReceiver();
    await clock.advance(10 * MINUTE);
    expect(a.session.neighbors()).toEqual([b.endpoint.id]);
    const back = await swarm.listen(hub);
    await clock.until(() => back.session.neighbors().length > 0, 2 * MINUTE);
  });
});

test('two swarms that share a bootstrap peer become one, although all who have noticed that it left are gone', async () => {
  swarm = new TestSwarm({ config: { membership: { activeViewCapacity: 3 } } });
  const { clock } = swarm;
  const hub = await swarm.listen(swarm.add({}, { secretKey: KEY }));
  const others: Listener[] = [];
  for (let i = 0; i < 7; i++) {
    others.push(await swarm.listen(swarm.add(), [hub]));
    await clock.advance(2_000);
  }
  const knowers = hub.session.neighbors();
  const leaving = [hub, ...others.filter(({ endpoint }) => knowers.includes(endpoint.id))];
  const staying = others.filter((listener) => !leaving.includes(listener));
  const shutdowns = Promise.all(leaving.map(({ router }) => router.shutdown()));
  await clock.advance(MINUTE);
  await shutdowns;
  const ids = staying.map(({ endpoint }) => endpoint.id);
  expect(ids.length).toBeGreaterThanOrEqual(2);

  const back = await swarm.listen(swarm.add({}, { secretKey: KEY, socketAddr: hub.endpoint.socketAddr }));
  const newcomer = await swarm.listen(swarm.add(), [back]);
  await clock.advance(5 * MINUTE);
  const isOne = () => [back, newcomer].some(({ session }) => session.neighbors().some((peer) => ids.includes(peer)));
  expect(isOne()).toBe(false);
  await clock.until(isOne, 1.5 * ROUND_MS);
});

describe('rounds', () => {
  /** Topics with a bootstrap peer to ask, or not. */
  function rounds(hasPeer: readonly boolean[]) {
    const clock = new ManualClock();
    const asked: string[] = [];
    const topics = new Map(
      hasPeer.map((has, i) => [
        i,
        {
          probeBootstrap: () => {
            if (has) asked.push(`${i} at ${clock.now()}`);
            return has;
          },
        },
      ]),
    );
    return {
      clock,
      asked,
      topics,
      rounds: new BootstrapRounds({ clock: new WakingClock(clock), random: () => 0.5 }, topics),
    };
  }

  test('ask in every topic in turn, in few at once, and begin again after a quarter of an hour', async () => {
    const { clock, asked, rounds: all } = rounds(Array.from({ length: 50 }, (_, i) => i % 2 === 0));
    all.start();
    all.start();
    expect(clock.timers).toBe(1);
    await clock.advance(ROUND_MS - 1);
    expect(asked).toEqual([]);
    await clock.advance(1);
    expect(asked).toHaveLength(16);
    await clock.advance(1_000);
    expect(asked).toHaveLength(25);
    await clock.advance(ROUND_MS);
    expect(asked).toHaveLength(41);
    expect(new Set(asked.map((line) => line.split(' ')[0])).size).toBe(25);
    all.stop();
    expect(clock.timers).toBe(0);
  });

  test('go on with topics that were left and opened meanwhile', async () => {
    const { clock, asked, topics, rounds: all } = rounds(Array.from({ length: 20 }, () => true));
    all.start();
    await clock.advance(ROUND_MS);
    topics.delete(16);
    topics.set(99, { probeBootstrap: () => asked.push('99') > 0 });
    await clock.advance(1_000);
    expect(asked.slice(16)).toEqual([17, 18, 19].map((i) => `${i} at ${ROUND_MS + 1_000}`).concat('99'));
    all.stop();
  });
});

import { afterEach, describe, expect, test, vi } from 'vitest';
import { MemoryConnection } from '../../src/memory/connection.js';
import { type Listener, say, type Tab, TestSwarm, texts } from '../support/swarm.js';

let swarm: TestSwarm;
afterEach(async () => {
  vi.restoreAllMocks();
  await swarm.close();
});

/** A tab on one hub, and how many two-way streams its gossip has opened. */
async function onOneHub(): Promise<{ hub: Listener; tab: Tab; asked: () => number }> {
  swarm = new TestSwarm({}, { idleTimeoutMs: 30_000 });
  const hub = await swarm.listen(swarm.add());
  const tab = await swarm.tab([hub]);
  await swarm.clock.advance(20_000);
  const opened = vi.spyOn(MemoryConnection.prototype, 'openBi');
  const asked = () =>
    (opened.mock.contexts as MemoryConnection[]).filter(({ alpn }) => !alpn.includes('reconcile')).length;
  return { hub, tab, asked };
}
const downs = ({ events }: Pick<Tab, 'events'>) => events.filter(({ type }) => type === 'neighborDown');

describe('a tab whose browser does not say whether its hub answers', () => {
  test('notices by what it says that its only hub is dead, long before the idle time-out', async () => {
    const { hub, tab } = await onOneHub();
    swarm.network.cut(hub.endpoint, tab.endpoint);
    await swarm.clock.advance(5_000);
    expect(downs(tab)).toEqual([]);
    await say(tab, 'is anybody there?');
    await swarm.clock.until(() => downs(tab).length > 0, 18_000); // as members do
  });

  test('asks after the last it has said, too: a hub that has just answered may be dead when that is said', async () => {
    const { hub, tab, asked } = await onOneHub();
    await say(tab, 'a first line');
    await swarm.clock.advance(1_000);
    expect(asked()).toBe(1);
    swarm.network.cut(hub.endpoint, tab.endpoint);
    await say(tab, 'is anybody there?');
    await swarm.clock.until(() => downs(tab).length > 0, 20_000);
  });

  test('asks a hub that lives once in five seconds while it talks, and keeps it', async () => {
    const { hub, tab, asked } = await onOneHub();
    for (let i = 0; i < 60; i++) {
      await say(tab, `${i}`);
      await swarm.clock.advance(1_000);
    }
    expect(asked()).toBe(13); // the last one after the last line
    expect(texts(hub)).toHaveLength(60);
    expect(downs(tab)).toEqual([]);
  });

  test('asks its hub after a sleep, and does not take a dead link for one that has survived', async () => {
    const { hub, tab, asked } = await onOneHub();
    swarm.clock.jump(10_000); // its timers are late
    await swarm.clock.advance(5_000);
    expect(asked()).toBe(1);
    expect(downs(tab)).toEqual([]);
    swarm.network.cut(hub.endpoint, tab.endpoint);
    swarm.clock.jump(10_000);
    await swarm.clock.until(() => downs(tab).length > 0, 16_000);
  });

  test('asks nothing while it is silent, or only hears', async () => {
    const { hub, tab, asked } = await onOneHub();
    await swarm.clock.advance(60_000);
    for (let i = 0; i < 30; i++) {
      await say(hub, `${i}`);
      await swarm.clock.advance(1_000);
    }
    expect(texts(tab)).toHaveLength(30);
    expect(asked()).toBe(0);
  });
});

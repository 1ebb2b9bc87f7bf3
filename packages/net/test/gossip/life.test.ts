import { topicIdFromBytes } from '@grapevine/proto';
import { afterEach, describe, expect, test } from 'vitest';
import { NoNeighborsError, TopicClosedError } from '../../src/errors.js';
import type { GossipEvent } from '../../src/gossip/service.js';
import { say, TestSwarm, texts } from '../support/swarm.js';

let swarm: TestSwarm;
afterEach(() => swarm.close());

const OTHER = topicIdFromBytes(new Uint8Array(32).fill(0x22));
const kinds = (events: readonly GossipEvent[]) => events.map((event) => event.type);

describe('joining', () => {
  test('a bootstrap peer that starts a minute late is found', async () => {
    swarm = new TestSwarm();
    const late = swarm.add();
    swarm.network.unregister(late.endpoint);
    const early = await swarm.listen(swarm.add(), [late]);
    await swarm.clock.advance(60_000);
    const { peers } = await early.node.snapshot();
    expect(peers).toMatchObject([{ id: late.endpoint.id, lastDialError: expect.stringContaining('nobody answered') }]);
    expect(peers[0]?.dialFailures).toBeGreaterThan(2);

    swarm.network.register(late.endpoint);
    await swarm.listen(late);
    await swarm.clock.until(() => early.session.neighbors().length === 1, 30_000);
    expect((await early.node.snapshot()).peers).toMatchObject([{ state: 'connected', dialFailures: 0 }]);
  });

  test('joined() waits for a neighbor, obeys its signal, and swallows no event', async () => {
    swarm = new TestSwarm();
    const a = swarm.add();
    const b = swarm.add();
    await a.node.subscribe(topicIdFromBytes(new Uint8Array(32).fill(0x17)));
    const session = await b.node.subscribe(topicIdFromBytes(new Uint8Array(32).fill(0x17)), {
      bootstrap: [a.endpoint.addr()],
    });
    await expect(session.joined(AbortSignal.abort(new Error('no time')))).rejects.toThrow('no time');
    const joined = session.joined();
    await swarm.clock.advance(200);
    await joined;
    expect(await session.next()).toEqual({ done: false, value: { type: 'neighborUp', peer: a.endpoint.id } });
  });

  test('nodes that never met learn of each other and of their addresses', async () => {
    swarm = new TestSwarm();
    const [first, ...others] = await swarm.grow(8);
    if (!first) throw new Error('unreachable');
    await swarm.clock.advance(130_000); // two rounds of shuffles
    swarm.network.vanish(first.endpoint);
    await swarm.clock.advance(60_000);
    for (const member of others) await say(member, `still here ${member.index}`);
    await swarm.clock.advance(5_000);
    for (const member of others) expect(texts(member)).toHaveLength(others.length - 1);
  });

  test('with addresses kept to themselves only those who were told can dial', async () => {
    swarm = new TestSwarm({ shareAddresses: false });
    const a = await swarm.listen(swarm.add());
    const b = await swarm.listen(swarm.add(), [a]);
    const c = await swarm.listen(swarm.add(), [a]);
    await swarm.clock.advance(10_000);
    expect(b.endpoint.addressLookup.get(c.endpoint.id).addrs).toEqual([]);
    await say(b, 'through a');
    await swarm.clock.advance(1_000);
    expect(texts(c)).toEqual(['through a']);
  });
});

describe('broadcasting alone', () => {
  test('a message waits for the first neighbor', async () => {
    swarm = new TestSwarm();
    const a = await swarm.listen(swarm.add());
    await say(a, 'is anybody there?');
    expect((await a.node.snapshot()).topics).toMatchObject([{ keptBroadcasts: 1 }]);
    const b = await swarm.listen(swarm.add(), [a]);
    await swarm.clock.advance(500);
    expect(texts(b)).toEqual(['is anybody there?']);
    expect((await a.node.snapshot()).topics).toMatchObject([{ keptBroadcasts: 0 }]);
  });

  test('what is kept is bounded, and the caller may rather be told', async () => {
    swarm = new TestSwarm({ keptBytes: 10 });
    const a = await swarm.listen(swarm.add());
    await say(a, '0123456789');
    await expect(say(a, 'x')).rejects.toThrow(NoNeighborsError);
    const reject = { type: 'broadcast', content: Buffer.from('x'), scope: 'swarm', whenAlone: 'reject' } as const;
    await expect(a.session.send(reject)).rejects.toThrow(NoNeighborsError);
  });
});

describe('leaving', () => {
  test('both sides are told why, and the connection goes', async () => {
    swarm = new TestSwarm();
    const [a, b] = await swarm.grow(2);
    if (!a || !b) throw new Error('unreachable');
    b.session.closeSender();
    b.session.closeReceiver();
    await swarm.clock.advance(1_000);
    expect(a.events.at(-1)).toEqual({ type: 'neighborDown', peer: b.endpoint.id, reason: 'left' });
    expect(swarm.network.connectionCount).toBe(0);
    expect((await b.node.snapshot()).topics).toEqual([]);
    await expect(say(b, 'too late')).rejects.toThrow(TopicClosedError);
  });

  test('the topic lives while one half of one subscription does', async () => {
    swarm = new TestSwarm();
    const [a, b] = await swarm.grow(2);
    if (!a || !b) throw new Error('unreachable');
    const second = await b.node.subscribe(b.session.topic);
    expect(second.neighbors()).toEqual([a.endpoint.id]);
    b.session.closeSender();
    b.session.closeReceiver();
    second.closeSender();
    await swarm.clock.advance(1_000);
    await say(a, 'for the listener');
    await swarm.clock.advance(100);
    expect(await second.next()).toMatchObject({ value: { type: 'neighborUp' } });
    expect(await second.next()).toMatchObject({ value: { type: 'received' } });
    second.closeReceiver();
    await swarm.clock.advance(200);
    expect(a.session.neighbors()).toEqual([]);
  });

  test('leaving one of two topics that share a peer disturbs the other in nothing', async () => {
    swarm = new TestSwarm();
    const [a, b] = await swarm.grow(2);
    if (!a || !b) throw new Error('unreachable');
    const otherA = await swarm.listen(a, [], OTHER);
    const otherB = await swarm.listen(b, [a], OTHER);
    await swarm.clock.until(() => otherB.session.neighbors().length === 1);
    otherB.session.closeSender();
    otherB.session.closeReceiver();
    await swarm.clock.advance(10_000);
    expect(kinds(otherA.events)).toEqual(['neighborUp', 'neighborDown']);
    expect(kinds(a.events)).toEqual(['neighborUp']);
    await say(b, 'unmoved');
    await swarm.clock.advance(100);
    expect(texts(a)).toEqual(['unmoved']);
  });

  test('a topic can be left and joined again', async () => {
    swarm = new TestSwarm();
    const [a, b] = await swarm.grow(2);
    if (!a || !b) throw new Error('unreachable');
    for (let round = 0; round < 3; round++) {
      const again = await swarm.listen(swarm.add(), [a]);
      await swarm.clock.until(() => again.session.neighbors().length > 0);
      again.session.closeSender();
      again.session.closeReceiver();
      const back = await swarm.listen(again, [a]);
      await swarm.clock.until(() => back.session.neighbors().length > 0);
      await swarm.clock.advance(500);
      await say(back, `back ${round}`);
      await swarm.clock.advance(500);
      expect(texts(b)).toContain(`back ${round}`);
    }
  });

  test('200 visitors leave nothing behind: no connection, no peer, no timer', async () => {
    swarm = new TestSwarm();
    const host = await swarm.listen(swarm.add());
    await swarm.clock.advance(1_000);
    const timers = swarm.clock.timers;
    for (let i = 0; i < 200; i++) {
      const visitor = await swarm.listen(swarm.add(), [host]);
      await swarm.clock.until(() => visitor.session.neighbors().length === 1);
      const leaving = visitor.router.shutdown();
      await swarm.clock.advance(50);
      await leaving;
    }
    await swarm.clock.advance(1_000);
    expect(host.events.filter((event) => event.type === 'neighborDown').every(({ reason }) => reason === 'left')).toBe(
      true,
    );
    const { peers, topics } = await host.node.snapshot();
    expect(peers).toEqual([]);
    expect(topics).toMatchObject([
      { activeView: [], passiveView: [], eagerPeers: [], lazyPeers: [], pendingNeighborRequests: [] },
    ]);
    expect(swarm.network.connectionCount).toBe(0);
    await swarm.clock.advance(30_000); // the look-out for idle connections runs once more
    expect(swarm.clock.timers).toBe(timers);
  });

  test('shutdown ends the readers after what is queued, and leaves no timer', async () => {
    swarm = new TestSwarm();
    const [a, b] = await swarm.grow(2);
    if (!a || !b) throw new Error('unreachable');
    const down = b.router.shutdown();
    await swarm.clock.advance(100);
    await down;
    expect(a.events.at(-1)).toMatchObject({ type: 'neighborDown', reason: 'left' });
    await expect(b.node.subscribe(OTHER)).rejects.toThrow('shut down');
    const up = a.router.shutdown();
    await swarm.clock.advance(100);
    await up;
    expect(swarm.clock.timers).toBe(0);
  });
});

describe('losing a peer', () => {
  test('one that vanishes is down by time-out; one that comes back with the same key is up again', async () => {
    swarm = new TestSwarm({}, { idleTimeoutMs: 5_000 });
    const [a, b] = await swarm.grow(2);
    if (!a || !b) throw new Error('unreachable');
    swarm.network.vanish(b.endpoint);
    await swarm.clock.advance(6_000);
    expect(a.events.at(-1)).toEqual({ type: 'neighborDown', peer: b.endpoint.id, reason: 'timeout' });
    swarm.network.register(b.endpoint);
    await swarm.clock.until(() => a.session.neighbors().length === 1, 30_000);
    await say(a, 'welcome back');
    await swarm.clock.advance(500);
    expect(texts(b)).toEqual(['welcome back']);
  });

  test('an isolated node keeps trying until the cut is healed', async () => {
    swarm = new TestSwarm({}, { idleTimeoutMs: 5_000 });
    const members = await swarm.grow(4);
    const [alone, ...others] = members.toReversed();
    if (!alone) throw new Error('unreachable');
    for (const other of others) swarm.network.cut(alone.endpoint, other.endpoint);
    await swarm.clock.advance(600_000);
    expect(alone.session.neighbors()).toEqual([]);
    for (const other of others) swarm.network.heal(alone.endpoint, other.endpoint);
    await swarm.clock.until(() => alone.session.neighbors().length > 0, 60_000);
    await swarm.clock.advance(1_000);
    await say(alone, 'back');
    await swarm.clock.advance(1_000);
    for (const other of others) expect(texts(other)).toContain('back');
  });
});

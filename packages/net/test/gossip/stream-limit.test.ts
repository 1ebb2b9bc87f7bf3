import { type TopicId, topicIdFromBytes } from '@grapevine/proto';
import { afterEach, describe, expect, test } from 'vitest';
import { IDLE_STREAM_MS } from '../../src/gossip/link/stream-turns.js';
import { noMetrics } from '../../src/gossip/metrics.js';
import { GOSSIP_ALPN } from '../../src/gossip/wire.js';
import type { Packet } from '../../src/memory/packet.js';
import { Router } from '../../src/transport/router.js';
import { type Listener, type Member, say, TestSwarm, texts } from '../support/swarm.js';

let swarm: TestSwarm;
afterEach(() => swarm.close());

const topics = (count: number): TopicId[] =>
  Array.from({ length: count }, (_, i) => {
    const bytes = Buffer.alloc(32);
    bytes.writeUInt32LE(i + 1);
    return topicIdFromBytes(bytes);
  });

async function subscribeAll(
  member: Member,
  ids: readonly TopicId[],
  bootstrap: readonly Member[],
): Promise<Listener[]> {
  return Promise.all(ids.map((topic) => swarm.listen(member, bootstrap, topic)));
}

const isUp = ({ session }: Listener) => session.neighbors().length === 1;

describe('a peer that allows fewer streams than there are topics', () => {
  test('every topic comes up, delivers both ways, and none goes down', async () => {
    swarm = new TestSwarm();
    const narrow = swarm.add({}, { maxUniStreams: 10 });
    const wide = swarm.add();
    const ids = topics(120);
    const there = await subscribeAll(narrow, ids, []);
    const here = await subscribeAll(wide, ids, [narrow]);
    await swarm.clock.until(() => [...there, ...here].every(isUp));
    for (const [i, listener] of here.entries()) await say(listener, `there ${i}`);
    for (const [i, listener] of there.entries()) await say(listener, `here ${i}`);
    await swarm.clock.until(() => [...there, ...here].every((listener) => texts(listener).length === 1));
    await swarm.clock.advance(60_000);
    expect([...there, ...here].flatMap(({ events }) => events).filter(({ type }) => type === 'neighborDown')).toEqual(
      [],
    );
    expect((await wide.node.snapshot()).peers).toMatchObject([{ connections: 1, waitingStreams: 0 }]);
  });

  test('topics that never fall silent leave their turn to those that wait', async () => {
    swarm = new TestSwarm();
    const narrow = swarm.add({}, { maxUniStreams: 4 });
    const ids = topics(8);
    const there = await subscribeAll(narrow, ids, []);
    const here = await subscribeAll(swarm.add(), ids, [narrow]);
    await swarm.clock.until(() => [...there, ...here].every(isUp));
    for (let round = 0; round < 100; round++) {
      for (const listener of here) await say(listener, `${round} of ${listener.session.topic}`);
      await swarm.clock.advance(20);
    }
    await swarm.clock.advance(1_000);
    for (const listener of there) expect(texts(listener)).toHaveLength(100);
  });

  test('joins that wait for their stream are repeated, and queued once', async () => {
    swarm = new TestSwarm();
    const closed = swarm.network.endpoint({ alpns: [GOSSIP_ALPN], maxUniStreams: 0 });
    new Router(closed).accept(GOSSIP_ALPN, { accept: () => {} }).spawn();
    const { node } = swarm.add();
    const ids = topics(20);
    for (const topic of ids) await node.subscribe(topic, { bootstrap: [closed.addr()] });
    const queued = async () => (await node.snapshot()).peers[0]?.queuedBytes;
    await swarm.clock.advance(500);
    const once = await queued();
    expect(once).toBeGreaterThan(0);
    await swarm.clock.advance(8_000);
    expect(await queued()).toBe(once);
  });

  test('a topic that waits for its stream says so when it is not joined in time', async () => {
    swarm = new TestSwarm();
    const closed = swarm.network.endpoint({ alpns: [GOSSIP_ALPN], maxUniStreams: 0 });
    new Router(closed).accept(GOSSIP_ALPN, { accept: () => {} }).spawn();
    const session = await swarm.add().node.subscribe(topics(1)[0] as TopicId, { bootstrap: [closed.addr()] });
    const patience = new AbortController();
    const joined = session.joined(patience.signal);
    const refused = expect(joined).rejects.toMatchObject({
      tried: [{ id: closed.id, waitsForStream: true }],
      message: expect.stringContaining('allows no more streams: leave another topic, or use another peer'),
    });
    await swarm.clock.advance(2_000);
    patience.abort(new DOMException('too late', 'TimeoutError'));
    await refused;
  });

  test('one that allows none at all is left alone, and counted', async () => {
    const dropped: string[] = [];
    swarm = new TestSwarm({ metrics: { ...noMetrics, dropped: (reason) => dropped.push(reason) } });
    const closed = await swarm.listen(swarm.add({}, { maxUniStreams: 0 }));
    const other = await swarm.listen(swarm.add(), [closed]);
    await swarm.clock.advance(20_000);
    expect(other.session.neighbors()).toEqual([]);
    expect(dropped).toContain('stream-limit');
  });
});

describe('streams', () => {
  async function quietPair(): Promise<{ here: Listener; there: Listener; opened: () => number }> {
    const packets: Packet[] = [];
    swarm = new TestSwarm({}, { onPacket: (_from, _to, packet) => packets.push(packet) });
    const [here, there] = (await swarm.grow(2)) as [Listener, Listener];
    return {
      here,
      there,
      opened: () =>
        packets.filter(({ type }) => type === 'open').length - packets.filter(({ type }) => type === 'fin').length,
    };
  }

  test('a quiet topic holds none', async () => {
    const { opened } = await quietPair();
    expect(opened()).toBe(2);
    await swarm.clock.advance(2 * IDLE_STREAM_MS);
    expect(opened()).toBe(0);
  });

  test('the next message opens one again, in order', async () => {
    const { here, there, opened } = await quietPair();
    await swarm.clock.advance(2 * IDLE_STREAM_MS);
    const words = ['one', 'two', 'three'];
    for (const word of words) await say(here, word);
    await swarm.clock.advance(100);
    expect(texts(there)).toEqual(words);
    expect(opened()).toBe(1);
    expect(there.events.map(({ type }) => type)).not.toContain('neighborDown');
  });
});

import { afterEach, describe, expect, test } from 'vitest';
import { noMetrics } from '../../src/gossip/metrics.js';
import { encodeFrame, encodeHeader, GOSSIP_ALPN } from '../../src/gossip/wire.js';
import { type Listener, say, TestSwarm, TOPIC, texts } from '../support/swarm.js';

let swarm: TestSwarm;
afterEach(() => swarm.close());

const content = (number: number, size = 1_000) => {
  const bytes = Buffer.alloc(size);
  bytes.writeUInt32LE(number);
  return bytes;
};

/** Joins a node's topic as a neighbor that never reads. @returns its endpoint and its connection */
async function addMuteNeighbor(victim: Listener) {
  const mute = swarm.network.endpoint({ alpns: [GOSSIP_ALPN] });
  const dial = mute.connect(victim.endpoint.addr(), GOSSIP_ALPN);
  await swarm.clock.advance(20);
  const connection = await dial;
  const stream = await connection.openUni();
  stream.write(Buffer.concat([encodeHeader(TOPIC), encodeFrame({ type: 'join', data: undefined })]));
  await swarm.clock.until(() => victim.session.neighbors().includes(mute.id));
  return { endpoint: mute, connection };
}

/** Joins a node's topic as a neighbor that reads for a moment once a second. */
async function addWalkingNeighbor(victim: Listener): Promise<void> {
  const { endpoint, connection } = await addMuteNeighbor(victim);
  const { network, clock } = swarm;
  void (async () => {
    for await (const stream of connection.acceptUni()) {
      void (async () => {
        while (await stream.read());
      })().catch(() => {}); // the connection is over
    }
  })();
  const sleep = () => {
    network.mute(endpoint);
    clock.setTimer(wake, 960);
  };
  const wake = () => {
    network.unmute(endpoint);
    clock.setTimer(sleep, 30);
  };
  sleep();
}

describe('a neighbor that reads nothing', () => {
  test('gets announcements instead of payloads, holds memory flat, and is dropped after ten seconds; the others miss nothing', async () => {
    let degraded = 0;
    const dropped: string[] = [];
    const metrics = { ...noMetrics, degraded: () => degraded++, dropped: (reason: string) => dropped.push(reason) };
    swarm = new TestSwarm({ metrics, queueHighWaterMark: 64 * 1024 });
    const [publisher, reader] = (await swarm.grow(2)) as [Listener, Listener];
    await addMuteNeighbor(publisher);

    let published = 0;
    let mostQueued = 0;
    const publishing = (async () => {
      for (; published < 1_000; published++) {
        await publisher.session.send({
          type: 'broadcast',
          content: content(published),
          scope: 'swarm',
          whenAlone: 'keep',
        });
        mostQueued = Math.max(mostQueued, ...(await publisher.node.snapshot()).peers.map((peer) => peer.queuedBytes));
      }
    })();
    await swarm.clock.until(() => published === 1_000, 30_000);
    await publishing;
    await swarm.clock.advance(1_000);
    expect(reader.events.filter((event) => event.type === 'received')).toHaveLength(1_000);
    expect(degraded).toBeGreaterThan(100);
    expect(mostQueued).toBeLessThan(4 * 64 * 1024);

    expect(publisher.session.neighbors()).toHaveLength(2);
    await swarm.clock.advance(10_000);
    expect(publisher.session.neighbors()).toEqual([reader.endpoint.id]);
    expect(dropped).toContain('too-slow');
  });
});

test('a neighbor that reads nothing costs the publisher no time', async () => {
  swarm = new TestSwarm({ queueHighWaterMark: 64 * 1024 });
  const [publisher] = (await swarm.grow(3)) as [Listener, Listener, Listener];
  await addMuteNeighbor(publisher);
  let longest = 0;
  for (let i = 0; i < 2_000; i++) {
    const before = swarm.clock.now();
    const sent = say(publisher, `${i} ${'x'.repeat(500)}`);
    await swarm.clock.advance(2);
    await sent;
    longest = Math.max(longest, swarm.clock.now() - before);
  }
  expect(longest).toBe(2);
});

test.each<[string, (victim: Listener) => Promise<unknown>]>([
  ['reads nothing', addMuteNeighbor],
  ['reads for a moment once a second', addWalkingNeighbor],
])('a neighbor that %s costs the others no time', async (_, addNeighbor) => {
  swarm = new TestSwarm({ queueHighWaterMark: 64 * 1024 });
  const [publisher, ...others] = (await swarm.grow(4)) as [Listener, Listener, Listener, Listener];
  const sentAt: number[] = [];
  let latencies: number[] = [];
  for (const { node } of others) {
    const session = await node.subscribe(TOPIC);
    void (async () => {
      for (let next = await session.next(); !next.done; next = await session.next()) {
        if (next.value.type !== 'received') continue;
        latencies.push(swarm.clock.now() - (sentAt[Buffer.from(next.value.content).readUInt32LE()] ?? 0));
      }
    })();
  }
  /** 500 messages a second, for two seconds. @returns the latency that one of a hundred deliveries exceeds, in milliseconds */
  const p99 = async (): Promise<number> => {
    latencies = [];
    for (let i = 0; i < 1_000; i++) {
      const number = sentAt.push(swarm.clock.now()) - 1;
      await publisher.session.send({ type: 'broadcast', content: content(number), scope: 'swarm', whenAlone: 'keep' });
      await swarm.clock.advance(2);
    }
    await swarm.clock.advance(100);
    expect(latencies).toHaveLength(3_000);
    return latencies.toSorted((a, b) => a - b)[2_970] ?? 0;
  };
  const without = await p99();
  await addNeighbor(publisher);
  expect(await p99()).toBeLessThan(1.5 * without);
  expect(publisher.session.neighbors()).toHaveLength(4);
});

describe('a publisher whose payloads go to few of its neighbors', () => {
  /** Too large for a tag, so all payloads travel along the shared tree: a tree of its own would lead the publisher to all its neighbors. */
  const UNTAGGED = 4_052;

  /** Five nodes whose tree leads away from the second: the first one gives payloads to that one only. */
  async function grow(): Promise<[publisher: Listener, ...others: Listener[]]> {
    const [publisher, root, ...others] = (await swarm.grow(5)) as [Listener, Listener, ...Listener[]];
    for (let i = 0; i < 50; i++) {
      const fromRoot = content(1_000_000 + i, UNTAGGED);
      await root.session.send({ type: 'broadcast', scope: 'swarm', whenAlone: 'keep', content: fromRoot });
      await swarm.clock.advance(50);
    }
    expect((await publisher.node.snapshot()).topics[0]).toMatchObject({ eagerPeers: [root.endpoint.id] });
    expect(publisher.session.neighbors()).toHaveLength(4);
    return [publisher, root, ...others];
  }

  /** Publishes as fast as it may for a while. @returns how many */
  async function publishFor(publisher: Listener, ms: number, first = 0): Promise<number> {
    let number = first;
    const controller = new AbortController();
    const publishing = (async () => {
      for (;;) {
        const broadcast = { type: 'broadcast', scope: 'swarm', whenAlone: 'keep' } as const;
        await publisher.session.send({ ...broadcast, content: content(number, UNTAGGED) }, controller.signal);
        number++;
      }
    })().catch(() => {});
    await swarm.clock.advance(ms);
    controller.abort();
    await publishing;
    return number - first;
  }

  const received = ({ events }: Listener) => events.filter(({ type }) => type === 'received').length;

  test('waits for those few, and nothing is lost', async () => {
    swarm = new TestSwarm();
    const [publisher, ...others] = await grow();
    swarm.network.mute((others[0] as Listener).endpoint);
    // Before anybody else has asked for a payload.
    const atOnce = await publishFor(publisher, 20);
    expect(atOnce).toBeGreaterThan(50);
    expect(atOnce * UNTAGGED).toBeLessThan(512 * 1024);
    swarm.network.unmute((others[0] as Listener).endpoint);
    const later = await publishFor(publisher, 3_000, atOnce);
    for (const peer of (await publisher.node.snapshot()).peers) expect(peer.queuedBytes).toBeLessThan(1024 * 1024);
    await swarm.clock.advance(5_000);
    expect(others.map(received)).toEqual([0, 50, 50, 50].map((fromRoot) => fromRoot + atOnce + later));
  });

  test('goes on through others when the only one of them reads nothing', async () => {
    swarm = new TestSwarm();
    const [publisher, mute, ...others] = (await grow()) as [Listener, Listener, ...Listener[]];
    const before = await publishFor(publisher, 2_000);
    await swarm.clock.advance(1_000);
    // It is the only one again. (What is so large travels along the shared tree.)
    for (let i = 0; i < 20; i++) {
      const fromMute = content(2_000_000 + i, 4_052);
      await mute.session.send({ type: 'broadcast', scope: 'swarm', whenAlone: 'keep', content: fromMute });
      await swarm.clock.advance(50);
    }
    expect((await publisher.node.snapshot()).topics[0]).toMatchObject({ eagerPeers: [mute.endpoint.id] });
    swarm.network.mute(mute.endpoint);
    const after = await publishFor(publisher, 2_000, before);
    await swarm.clock.advance(1_000);
    expect(after).toBeGreaterThan(0.9 * before);
    for (const other of others) expect(received(other)).toBe(70 + before + after);
  });

  test('loses less than a tenth of its rate to a mute neighbor among them', async () => {
    swarm = new TestSwarm();
    const [publisher] = await grow();
    const without = await publishFor(publisher, 3_000);
    await swarm.clock.advance(1_000);
    await addMuteNeighbor(publisher);
    expect(await publishFor(publisher, 3_000, without)).toBeGreaterThan(0.9 * without);
  });
});

test('a loop that only awaits broadcasts lets the event loop turn', async () => {
  swarm = new TestSwarm();
  const [publisher] = (await swarm.grow(2)) as [Listener, Listener];
  let turns = 0;
  const turn = () => {
    turns++;
    immediate = setImmediate(turn);
  };
  let immediate = setImmediate(turn);
  for (let i = 0; i < 1_000; i++) await say(publisher, `${i}`);
  clearImmediate(immediate);
  expect(turns).toBeGreaterThan(10);
});

test('a neighbor for which more announcements wait than are kept gets what it missed when it reads again', async () => {
  const dropped: Record<string, number> = {};
  const count = (reason: string, more = 1) => (dropped[reason] = (dropped[reason] ?? 0) + more);
  swarm = new TestSwarm({ queueHighWaterMark: 32 * 1024, tooSlowAfterMs: 600_000 });
  const publisher = await swarm.listen(swarm.add({ metrics: { ...noMetrics, dropped: count } }));
  const others = [await swarm.listen(swarm.add(), [publisher]), await swarm.listen(swarm.add(), [publisher])];
  await swarm.clock.until(() => publisher.session.neighbors().length === 2);
  await swarm.clock.advance(1_000);
  const [, deaf] = others as [Listener, Listener];
  swarm.network.mute(deaf.endpoint);
  const COUNT = 16_000;
  for (let i = 0; i < COUNT; i++) {
    await say(publisher, `message ${i}`);
    if (i % 100 === 0) await swarm.clock.advance(10);
  }
  swarm.network.unmute(deaf.endpoint);
  await swarm.clock.until(() => texts(deaf).length === COUNT, 60_000, 500);
  expect(dropped).toMatchObject({ announcements: 10_000 });
});

test('a publisher waits while the queues are full, and can give up waiting', async () => {
  swarm = new TestSwarm({ queueHighWaterMark: 64 * 1024, tooSlowAfterMs: 600_000 });
  const publisher = await swarm.listen(swarm.add());
  await addMuteNeighbor(publisher);
  const controller = new AbortController();
  let sent = 0;
  const publishing = (async () => {
    for (;;) {
      await publisher.session.send(
        { type: 'broadcast', content: content(sent), scope: 'swarm', whenAlone: 'keep' },
        controller.signal,
      );
      sent++;
    }
  })();
  publishing.catch(() => {});
  await swarm.clock.advance(5_000);
  const before = sent;
  await swarm.clock.advance(5_000);
  expect(sent).toBe(before);
  expect(before).toBeGreaterThan(10);
  controller.abort(new Error('not today'));
  await expect(publishing).rejects.toThrow('not today');
});

test('two nodes that flood each other both finish', async () => {
  swarm = new TestSwarm();
  const [a, b] = (await swarm.grow(2)) as [Listener, Listener];
  const COUNT = 5_000;
  const flood = async (from: Listener) => {
    for (let i = 0; i < COUNT; i++) {
      await from.session.send({
        type: 'broadcast',
        content: content(i + from.index * COUNT, 100),
        scope: 'swarm',
        whenAlone: 'keep',
      });
    }
  };
  const flooding = Promise.all([flood(a), flood(b)]);
  await swarm.clock.until(() => a.events.length > COUNT && b.events.length > COUNT, 60_000);
  await flooding;
  for (const node of [a, b]) expect(node.events.filter((event) => event.type === 'received')).toHaveLength(COUNT);
});

test('a reader that lags loses the oldest events and is told how many', async () => {
  swarm = new TestSwarm();
  const [a, b] = (await swarm.grow(2)) as [Listener, Listener];
  const slow = await b.node.subscribe(TOPIC, { queueCapacity: 10 });
  for (let i = 0; i < 100; i++) await say(a, `message ${i}`);
  await swarm.clock.advance(500);
  expect(texts(b)).toHaveLength(100);
  expect(await slow.next()).toEqual({ done: false, value: { type: 'lagged', missed: 90, reason: 'slow-reader' } });
  expect(await slow.next()).toEqual({ done: false, value: { type: 'neighborUp', peer: a.endpoint.id } });
  const { value: next } = await slow.next();
  expect(next?.type === 'received' && Buffer.from(next.content).toString()).toBe('message 90');
  expect((await b.node.snapshot()).losses).toMatchObject({ 'slow-reader': 90 });
});

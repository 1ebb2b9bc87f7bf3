import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { Gossip, topicIdFrom } from '@grapevine/api';
import { type EndpointAddr, endpointAddr, SecretKey, silentLogger, socketAddr } from '@grapevine/net';
import { Endpoint, Router } from '@grapevine/net/quic';
import type { TopicId } from '@grapevine/proto';
import dnsPacket, { type Answer } from 'dns-packet';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { MdnsPeerSource } from '../src/index.js';
import { Interfaces } from '../src/interfaces.js';
import { Members } from '../src/members.js';
import { instanceName, topicService } from '../src/names.js';
import { Outbox } from '../src/outbox.js';
import {
  announcements,
  goodbye,
  type HeardRecord,
  MAX_PACKET,
  questions,
  readAnnouncements,
  readGoodbyes,
} from '../src/records.js';

// Multicast on the loopback interface, on a port of its own: nothing leaves this machine, and nothing comes from others.

const ROOM = topicIdFrom('room');
const OTHER = topicIdFrom('other');
const GROUP = '224.0.0.251';
const signal = AbortSignal.timeout(60_000);

const sources: MdnsPeerSource[] = [];
afterEach(async () => {
  await Promise.all(sources.splice(0).map((source) => source.close()));
});

async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '0.0.0.0');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

function someAddr(port = 4433): EndpointAddr {
  return endpointAddr(SecretKey.generate().id, { host: '127.0.0.1', port });
}

async function start(port: number, addr = someAddr()): Promise<MdnsPeerSource> {
  const source = await MdnsPeerSource.start({
    endpoint: { id: addr.id, addr: () => addr },
    interface: '127.0.0.1',
    port,
  });
  sources.push(source);
  return source;
}

describe('on the local network', () => {
  test('members of a topic find each other, and nobody else', async () => {
    const port = await freePort();
    const [alice, bob] = [someAddr(1), someAddr(2)];
    const hers = await start(port, alice);
    const his = await start(port, bob);
    const outsiders = await start(port);
    hers.entered(ROOM);
    his.entered(ROOM);
    outsiders.entered(OTHER);
    expect(await hers.find(ROOM, { signal })).toEqual([bob]);
    expect(await his.find(ROOM, { signal })).toEqual([alice]);
    expect(await outsiders.find(OTHER, { signal })).toEqual([]);
    expect((await outsiders.find(ROOM, { signal })).length).toBeGreaterThan(0); // who asks is told
  });

  test('who leaves, or closes, is found no more', async () => {
    const port = await freePort();
    const [a, b, c] = [someAddr(1), someAddr(2), someAddr(3)];
    const [asks, leaves, closes] = [await start(port, a), await start(port, b), await start(port, c)];
    for (const source of [asks, leaves, closes]) source.entered(ROOM);
    await expect.poll(() => asks.find(ROOM, { signal }), { timeout: 10_000 }).toHaveLength(2);
    leaves.left(ROOM);
    await expect.poll(() => asks.find(ROOM, { signal }), { timeout: 10_000 }).toEqual([c]);
    await closes.close();
    await expect.poll(() => asks.find(ROOM, { signal }), { timeout: 10_000 }).toEqual([]);
  });

  test('a question ends when it is aborted, or its asker closes', async () => {
    const source = await start(await freePort());
    const abort = new AbortController();
    const asking = source.find(ROOM, { signal: abort.signal });
    abort.abort();
    expect(await asking).toEqual([]);
    const again = source.find(ROOM, { signal });
    await source.close();
    expect(await again).toEqual([]);
    expect(await source.find(ROOM, { signal })).toEqual([]);
  });

  test('two nodes that know nothing of each other gossip', async () => {
    const port = await freePort();
    const nodes = await Promise.all(
      [1, 2].map(async () => {
        const endpoint = await Endpoint.bind({ address: '127.0.0.1:0' });
        const mdns = await MdnsPeerSource.start({ endpoint, interface: '127.0.0.1', port });
        sources.push(mdns);
        const gossip = Gossip.spawn(endpoint, { peerSources: [mdns] });
        const router = new Router(endpoint).accept(Gossip.ALPN, gossip).spawn();
        return { router, topic: await gossip.subscribe(ROOM) };
      }),
    );
    const [a, b] = nodes as [(typeof nodes)[0], (typeof nodes)[0]];
    await Promise.all([a.topic.joined({ signal }), b.topic.joined({ signal })]);
    await a.topic.broadcast('hello');
    for await (const event of b.topic) {
      if (event.type !== 'received') continue;
      expect(Buffer.from(event.content).toString()).toBe('hello');
      break;
    }
    await Promise.all(nodes.map(({ router }) => router.shutdown()));
  });

  test('garbage and lies do no harm', async () => {
    const port = await freePort();
    const [alice, bob] = [someAddr(1), someAddr(2)];
    const hers = await start(port, alice);
    hers.entered(ROOM);
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    socket.setMulticastInterface('127.0.0.1');
    const send = (bytes: Uint8Array) =>
      new Promise<void>((resolve) => socket.send(bytes, port, GROUP, () => resolve()));
    const say = (...answers: Answer[]) => send(dnsPacket.encode({ type: 'response', answers }));
    const name = instanceName(bob.id);
    const pointer: Answer = { type: 'PTR', name: topicService(ROOM), ttl: 120, data: name };
    for (let i = 0; i < 50; i++) await send(Buffer.alloc(i, i));
    await say(pointer); // no text
    await say(pointer, { type: 'TXT', name, ttl: 120, data: ['id=nobody', 'a=127.0.0.1:1'] });
    await say(pointer, { type: 'TXT', name, ttl: 120, data: [`id=${alice.id}`, 'a=127.0.0.1:1'] }); // somebody else's name
    await say(pointer, { type: 'TXT', name, ttl: 120, data: [`id=${bob.id}`, 'a=localhost'] });
    await say(...(announcements(bob, [OTHER], 120)[0] ?? [])); // of another topic
    const his = await start(port, bob);
    his.entered(ROOM);
    expect(await hers.find(ROOM, { signal })).toEqual([bob]);
    socket.close();
  });

  test('a port that is taken for good is an error', async () => {
    const blocker = createSocket('udp4');
    blocker.bind(0, '0.0.0.0');
    await once(blocker, 'listening');
    await expect(start(blocker.address().port)).rejects.toThrow('EADDRINUSE');
    blocker.close();
  });
});

const topicOf = (service: string) => (service === topicService(ROOM) ? ROOM : undefined);
const someWays = (min: number) =>
  fc.array(fc.tuple(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(65_534)), { minLength: min, maxLength: 20 });
const addrOf = (ways: readonly (readonly [string, number])[]): EndpointAddr =>
  endpointAddr(SecretKey.generate().id, ...ways.map(([host, port]) => socketAddr(host, port + 1)));

describe('announcements', () => {
  test('are read as they were made, whatever the addresses', () => {
    fc.assert(
      fc.property(someWays(0), (ways) => {
        const addr = addrOf(ways);
        const [records = []] = announcements(addr, [ROOM, OTHER], 60);
        const answers = dnsPacket.decode(dnsPacket.encode({ type: 'response', answers: records })).answers ?? [];
        expect(readAnnouncements(answers, topicOf)).toEqual([
          { topic: ROOM, addr: { id: addr.id, addrs: addr.addrs.slice(0, 16) }, ttlMs: 60_000 },
        ]);
      }),
      { numRuns: 50 },
    );
  });

  test('and questions of any number of topics are packets that fit into a frame', () => {
    fc.assert(
      fc.property(someWays(16), fc.integer({ min: 1, max: 300 }), (ways, count) => {
        const topics = Array.from({ length: count }, (_, i) => topicIdFrom(`${i}`));
        const addr = addrOf(ways);
        const said = announcements(addr, topics, 120);
        const asked = questions(topics);
        const packets = [
          ...said.map((answers) => dnsPacket.encode({ type: 'response', answers })),
          ...asked.map((each) => dnsPacket.encode({ type: 'query', questions: each })),
          dnsPacket.encode({ type: 'response', answers: goodbye(addr) }),
        ];
        expect(Math.max(...packets.map(({ length }) => length))).toBeLessThanOrEqual(MAX_PACKET);
        expect(said.flat().filter(({ type }) => type === 'PTR')).toHaveLength(count);
        expect(asked.flat()).toHaveLength(count);
      }),
      { numRuns: 20 },
    );
  });

  test('that last longer than two minutes are believed for two', () => {
    const [answers = []] = announcements(someAddr(), [ROOM], 1_000_000);
    expect(readAnnouncements(answers, topicOf)[0]?.ttlMs).toBe(120_000);
  });

  test('a goodbye is of all topics', () => {
    const addr = someAddr();
    expect(readGoodbyes(goodbye(addr))).toEqual([addr.id]);
    expect(readGoodbyes(announcements(addr, [ROOM], 0).flat())).toEqual([]); // that one topic alone
    expect(readGoodbyes([{ ...(goodbye(addr)[0] as HeardRecord), data: ['id=nobody'] }])).toEqual([]);
  });
});

describe('many topics', () => {
  test('two nodes in five hundred find each other in all of them', async () => {
    const port = await freePort();
    const [alice, bob] = [someAddr(1), someAddr(2)];
    const [hers, his] = [await start(port, alice), await start(port, bob)];
    const topics = Array.from({ length: 500 }, (_, i) => topicIdFrom(`many ${i}`));
    for (const topic of topics) for (const source of [hers, his]) source.entered(topic);
    const found = async (source: MdnsPeerSource) =>
      (await Promise.all(topics.map((topic) => source.find(topic, { signal: AbortSignal.timeout(60_000) })))).filter(
        (members) => members.length > 0,
      );
    const everywhere = async () => [(await found(hers)).length, (await found(his)).length];
    await expect.poll(everywhere, { timeout: 20_000 }).toEqual([500, 500]);
  });

  test('go out a few packets at a time, each topic once in a second at most', async () => {
    const announced = new Map<TopicId, number>();
    let packets = 0;
    const outbox = new Outbox({
      ask: () => 1,
      announce: (topics) => {
        for (const topic of topics) announced.set(topic, (announced.get(topic) ?? 0) + 1);
        return ++packets && 1;
      },
    });
    const topics = Array.from({ length: 100 }, (_, i) => topicIdFrom(`many ${i}`));
    vi.useFakeTimers();
    try {
      for (let round = 0; round < 9; round++) {
        for (const topic of topics) outbox.announce(topic); // somebody asks for all of them, ten times a second
        await vi.advanceTimersByTimeAsync(100);
      }
      expect([...announced.values()]).toEqual(topics.map(() => 1));
      expect(packets).toBe(13); // 100 topics, eight in a packet
      await vi.advanceTimersByTimeAsync(1_500);
      expect([...announced.values()]).toEqual(topics.map(() => 2));
    } finally {
      vi.useRealTimers();
      outbox.close();
    }
  });
});

describe('interfaces', () => {
  const logger = silentLogger;
  const listener = { query() {}, response() {} };

  test('all of them are used, also those that come later, and those that are gone no more', async () => {
    const port = await freePort();
    let present = ['127.0.0.1', '127.0.0.2'];
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const interfaces = await Interfaces.open({ port, only: undefined, logger, listener, addresses: () => present });
      expect(interfaces.addresses).toEqual(['127.0.0.1', '127.0.0.2']);
      present = ['127.0.0.2', '127.0.0.3'];
      await vi.advanceTimersByTimeAsync(10_000);
      await vi.waitFor(() => expect(interfaces.addresses).toEqual(['127.0.0.2', '127.0.0.3']));
      await interfaces.close();
      expect(interfaces.addresses).toEqual([]);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('known members', () => {
  test('expire, and are bounded', () => {
    const members = new Members();
    members.watch(ROOM);
    const addr = someAddr();
    members.note({ topic: ROOM, addr, ttlMs: 1_000 }, 0);
    expect(members.of(ROOM, 999)).toEqual([addr]);
    expect(members.of(ROOM, 1_000)).toEqual([]);
    for (let i = 0; i < 300; i++) members.note({ topic: ROOM, addr: someAddr(), ttlMs: 1_000 }, 0);
    expect(members.of(ROOM, 0)).toHaveLength(256);
    members.note({ topic: OTHER, addr, ttlMs: 1_000 }, 0); // nobody asked
    expect(members.of(OTHER, 0)).toEqual([]);
  });
});

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { Gossip, topicIdFrom } from '@grapevine/api';
import { type EndpointAddr, endpointAddr, SecretKey } from '@grapevine/net';
import { Endpoint, Router } from '@grapevine/net/quic';
import dnsPacket, { type Answer } from 'dns-packet';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { MdnsPeerSource } from '../src/index.js';
import { Members } from '../src/members.js';
import { instanceName, topicService } from '../src/names.js';
import { announcement, readAnnouncements } from '../src/records.js';

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
    await say(...announcement(bob, [OTHER], 120)); // of another topic
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

describe('announcements', () => {
  test('are read as they were made, whatever the addresses', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.ipV4(), fc.integer({ min: 1, max: 65_535 })), { maxLength: 20 }), (ways) => {
        const addr = endpointAddr(SecretKey.generate().id, ...ways.map(([host, port]) => ({ host, port })));
        const packet = dnsPacket.encode({ type: 'response', answers: announcement(addr, [ROOM, OTHER], 60) });
        const answers = dnsPacket.decode(packet).answers ?? [];
        expect(readAnnouncements(answers, [ROOM])).toEqual([
          { topic: ROOM, addr: { id: addr.id, addrs: addr.addrs.slice(0, 16) }, ttlMs: 60_000 },
        ]);
      }),
      { numRuns: 50 },
    );
  });

  test('that last longer than two minutes are believed for two', () => {
    const answers = announcement(someAddr(), [ROOM], 1_000_000);
    expect(readAnnouncements(answers, [ROOM])[0]?.ttlMs).toBe(120_000);
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

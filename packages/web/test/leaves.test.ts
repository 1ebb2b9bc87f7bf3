import { Gossip, type GossipApi, topicIdFrom } from '@grapevine/api';
import { LeafGossip } from '@grapevine/api/leaf';
import { type EndpointAddr, SecretKey } from '@grapevine/net';
import { Endpoint } from '@grapevine/net/quic';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebEndpoint, webAddrs } from '../src/index.js';
import { HubEndpoint, QuicDialer, WebListener } from '../src/listener/index.js';

const room = topicIdFrom('leaves');
const LOOPBACK = '127.0.0.1:0';
const decoder = new TextDecoder();

interface Member {
  readonly node: GossipApi;
  readonly topic: Awaited<ReturnType<Gossip['subscribe']>>;
  readonly addr: EndpointAddr;
  close(): Promise<void>;
}

let open: Member[] = [];
const keep = (member: Member): Member => {
  open.push(member);
  return member;
};

async function hub(...bootstrap: EndpointAddr[]): Promise<Member> {
  const secretKey = SecretKey.generate();
  const endpoint = await Endpoint.bind({ secretKey, address: LOOPBACK });
  const listener = await WebListener.bind({ secretKey, address: LOOPBACK });
  const bound = await Gossip.bind({ endpoint: new HubEndpoint(endpoint, listener) });
  const topic = await bound.subscribe(room, { bootstrap });
  return keep({ node: bound.gossip, topic, addr: bound.addr(), close: () => bound.shutdown() });
}

let dialer: QuicDialer;

/** A tab, on our own QUIC driver instead of a browser's. */
function tab(...bootstrap: EndpointAddr[]): Promise<Member> {
  return tabOf(LeafGossip, bootstrap);
}

async function tabOf(edition: typeof LeafGossip | typeof Gossip, bootstrap: EndpointAddr[]): Promise<Member> {
  const endpoint = new WebEndpoint({ key: SecretKey.generate(), dialer: dialer.dial });
  const node = edition.spawn(endpoint);
  const topic = await node.subscribe(room, { bootstrap });
  await topic.joined();
  return keep({ node, topic, addr: endpoint.addr(), close: () => node.shutdown().then(() => endpoint.close()) });
}

async function next(member: Member, text: string): Promise<void> {
  for await (const event of member.topic) {
    if (event.type === 'received' && decoder.decode(event.content) === text) return;
  }
}

beforeEach(async () => {
  dialer = await QuicDialer.bind({ address: LOOPBACK });
});
afterEach(async () => {
  await Promise.all(open.map((member) => member.close()));
  open = [];
  await dialer.close();
});

describe('a tab at a hub', () => {
  test('is a leaf there, and keeps three hubs at most', async () => {
    const first = await hub();
    const others = await Promise.all([1, 2, 3].map(() => hub(first.addr)));
    const visitor = await tab(first.addr, ...others.map(({ addr }) => addr));
    const { topics } = await first.node.snapshot();
    expect(topics[0]?.leaves).toContain(visitor.addr.id);
    expect(topics[0]?.activeView).not.toContain(visitor.addr.id);
    await expect.poll(() => visitor.topic.neighbors().length).toBe(3);
  });

  test('with the whole of gossip is one as well', async () => {
    const first = await hub();
    const second = await hub(first.addr);
    await second.topic.joined();
    const visitor = await tabOf(Gossip, [first.addr]);
    await expect.poll(() => visitor.topic.neighbors().length, { timeout: 5_000 }).toBe(2);
    expect((await first.node.snapshot()).topics[0]?.leaves).toEqual([visitor.addr.id]);
    await visitor.topic.broadcast('from a whole one');
    await next(second, 'from a whole one');
  });

  test('learns of other hubs by gossip, and moves to one within two seconds when its own dies', async () => {
    const first = await hub();
    const second = await hub(first.addr);
    await second.topic.joined();
    const visitor = await tab(first.addr); // it is told of one hub only
    await first.close();
    open.splice(open.indexOf(first), 1);
    const since = performance.now();
    await expect.poll(() => visitor.topic.neighbors(), { timeout: 5_000 }).toEqual([second.addr.id]);
    expect(performance.now() - since).toBeLessThan(2_000);
    await second.topic.broadcast('still here');
    await next(visitor, 'still here');
  });

  test('hears what was said before it came, as far as it is cached', async () => {
    const first = await hub();
    const early = await tab(first.addr);
    await early.topic.broadcast('early');
    await next(first, 'early');
    const late = await tab(first.addr);
    await next(late, 'early');
  });
});

test('a hub names its listener beside its socket', async () => {
  const { addr } = await hub();
  expect(addr.addrs.some(({ type }) => type === 'ip')).toBe(true);
  expect(webAddrs(addr.addrs)).toHaveLength(1);
});

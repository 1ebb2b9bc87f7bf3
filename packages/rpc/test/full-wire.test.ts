import { topicIdFrom } from '@grapevine/api';
import { decode, encode } from '@grapevine/postcard';
import { describe, expect, test } from 'vitest';
import { fullWire, rustWire, type TopicNews } from '../src/topic-wire.js';
import { next, text, useNodes } from './setup.js';

const ROOM = topicIdFrom('my-room');
const nodes = useNodes();
const peer = nodes.node().endpoint.id;

describe('between Grapevines', () => {
  test('losses at the server come with their number and reason', async () => {
    const [node, other] = [nodes.node(), nodes.node()];
    const server = await nodes.serve(node.gossip, { node: node.endpoint, queueCapacity: 4 });
    const topic = await nodes.connect(server).subscribe(ROOM, { queueCapacity: 10_000 });
    const theirs = await other.gossip.subscribe(ROOM, { bootstrap: [node.endpoint.addr()] });
    await Promise.all([topic.joined(), theirs.joined()]);
    const COUNT = 3_000; // in one turn of the event loop, so that the server's queue overflows
    await Promise.all(Array.from({ length: COUNT }, (_, i) => theirs.broadcast(`${i}`.padEnd(2_000))));
    let received = 0;
    let told = 0;
    for await (const event of topic) {
      if (event.type === 'lagged') {
        expect(event.reason).toBe('slow-reader');
        told += event.missed;
      }
      if (event.type === 'received') received++;
      if (received + told === COUNT) break;
    }
    expect((await node.gossip.snapshot()).losses['slow-reader']).toBe(told);
  });

  test('several clients of one server hear each other and not themselves; Rust-like ones, too', async () => {
    const { gossip } = nodes.node();
    const server = await nodes.serve(gossip);
    const [first, second] = [nodes.connect(server), nodes.connect(server, { controlAlpn: '/nobody/1' })];
    const one = await first.subscribe(ROOM);
    const two = await second.subscribe(ROOM);
    await two.broadcast('from the second');
    expect(text((await next(one, 'received')).content)).toBe('from the second');
    await one.broadcast('from the first');
    expect(text((await next(two, 'received')).content)).toBe('from the first');
  });

  test('where a server has only what Rust has, nobody can hear itself, and that is said', async () => {
    const server = await nodes.serve(nodes.node().gossip);
    const remote = nodes.connect(server, { controlAlpn: '/nobody/1' });
    await expect(remote.subscribe(ROOM, { echo: true })).rejects.toMatchObject({ reason: 'unsupported' });
    await (await remote.subscribe(ROOM)).broadcast('and everything else works');
  });
});

describe('the two ways to write events', () => {
  const events: TopicNews[] = [
    { type: 'neighborUp', peer },
    { type: 'neighborDown', peer, reason: 'evicted' },
    { type: 'received', content: Uint8Array.of(1), scope: { type: 'swarm', round: 3 }, deliveredFrom: peer },
    { type: 'lagged', missed: 7, reason: 'abandoned' },
    { type: 'failed', cause: 'recvmsg ENETDOWN' },
    { type: 'failed', cause: undefined },
  ];

  test.each(events)('ours keeps all of $type', (event) => {
    expect(decode(fullWire.news, encode(fullWire.news, event))).toEqual(event);
  });

  test("Rust's keeps what it has words for", () => {
    const read = events.slice(0, 4).map((event) => decode(rustWire.news, encode(rustWire.news, event)));
    expect(read).toMatchObject([events[0], { reason: 'unknown' }, events[2], { missed: 1, reason: 'unknown' }]);
    expect(() => encode(rustWire.news, { type: 'failed', cause: undefined })).toThrow(TypeError);
  });

  test('a reason that a newer server has is read as unknown', () => {
    const newer = encode(fullWire.news, { type: 'lagged', missed: 1, reason: 'solar-flare' as never });
    expect(decode(fullWire.news, newer)).toEqual({ type: 'lagged', missed: 1, reason: 'unknown' });
  });
});

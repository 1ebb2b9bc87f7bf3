import { Router } from '@grapevine/net';
import { MemoryNetwork } from '@grapevine/net/memory';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  formatTicket,
  Gossip,
  GossipClosedError,
  type GossipEvent,
  GossipReceiver,
  type GossipTopic,
  MessageTooLargeError,
  NoNeighborsError,
  ParseError,
  TopicClosedError,
  topicIdFrom,
} from '../src/index.js';

const ROOM = topicIdFrom('my-room');

let network: MemoryNetwork;
let routers: Router[];
beforeEach(() => {
  network = new MemoryNetwork();
  routers = [];
});
afterEach(() => Promise.all(routers.map((router) => router.shutdown())));

function start() {
  const endpoint = network.endpoint();
  const gossip = Gossip.spawn(endpoint, { dialBackoffMinMs: 20 });
  routers.push(new Router(endpoint).accept(gossip.alpn, gossip).spawn());
  return { endpoint, gossip };
}

/** Two nodes in one room. */
async function pair() {
  const [a, b] = [start(), start()];
  const hers = await a.gossip.subscribe(ROOM);
  const his = await b.gossip.subscribe(ROOM, { bootstrap: [formatTicket(a.endpoint.addr())] });
  await Promise.all([hers.joined(), his.joined()]);
  return { a, b, hers, his };
}

async function nextText(topic: AsyncIterable<GossipEvent>): Promise<string> {
  for await (const event of topic) if (event.type === 'received') return Buffer.from(event.content).toString();
  throw new Error('the topic was closed');
}

describe('topicIdFrom', () => {
  test('a name is hashed with BLAKE3, 64 hex digits are taken as they are', () => {
    expect(topicIdFrom('hi')).toBe('85052e9aab1b67b6622d94a08441b09fd5b7aca61ee360416d70de5da67d86ca');
    expect(topicIdFrom('AB'.repeat(32))).toBe('ab'.repeat(32));
    expect(topicIdFrom('')).toHaveLength(64);
  });
});

describe('subscribing', () => {
  test('bootstrap peers are tickets, addresses, or ids that the endpoint knows', async () => {
    const first = start();
    await first.gossip.subscribe(ROOM);
    const bootstraps = [formatTicket(first.endpoint.addr()), first.endpoint.addr(), first.endpoint.id];
    for (const bootstrap of bootstraps) {
      const { endpoint, gossip } = start();
      if (typeof bootstrap === 'string') endpoint.addressLookup.add(first.endpoint.addr(), 'user');
      const topic = await gossip.subscribe(ROOM, { bootstrap: [bootstrap] });
      await topic.joined();
      expect(topic.neighbors().length).toBeGreaterThan(0);
    }
  });

  test.each(['', 'endpointxyz', 'hello', 'ff'.repeat(31)])(
    'the bootstrap %j is refused before anything is done',
    async (bad) => {
      const { gossip } = start();
      await expect(gossip.subscribe(ROOM, { bootstrap: [bad] })).rejects.toThrow(ParseError);
      expect((await gossip.snapshot()).topics).toEqual([]);
    },
  );

  test('our own ticket among the peers is harmless', async () => {
    const { endpoint, gossip } = start();
    await gossip.subscribe(ROOM, { bootstrap: [formatTicket(endpoint.addr())] });
    expect((await gossip.snapshot()).peers).toEqual([]);
  });

  test('options out of range are refused, naming them', async () => {
    const { endpoint, gossip } = start();
    await expect(gossip.subscribe(ROOM, { queueCapacity: 0 })).rejects.toThrow('queueCapacity');
    expect(() => Gossip.spawn(endpoint, { maxPeers: 0.5 })).toThrow('maxPeers must be a whole number');
    expect(() => Gossip.spawn(endpoint, { config: { maxMessageSize: 511 } })).toThrow(/maxMessageSize/);
  });
});

describe('joined', () => {
  test('rejects with the reason of its signal, and leaves the topic usable', async () => {
    const { gossip } = start();
    const topic = await gossip.subscribe(ROOM);
    const controller = new AbortController();
    const joined = topic.joined({ signal: controller.signal });
    controller.abort(new Error('not today'));
    await expect(joined).rejects.toThrow('not today');
    await topic.broadcast('kept');
  });

  test('takes no event away', async () => {
    const { b, hers } = await pair();
    expect(await hers.next()).toEqual({ done: false, value: { type: 'neighborUp', peer: b.endpoint.id } });
  });

  test('rejects when the topic is closed', async () => {
    const { gossip } = start();
    const topic = await gossip.subscribe(ROOM);
    const joined = topic.joined();
    topic.close();
    await expect(joined).rejects.toThrow(TopicClosedError);
  });
});

describe('broadcasting', () => {
  test('texts are UTF-8, bytes are bytes, anything else is a TypeError', async () => {
    const { hers, his } = await pair();
    await his.broadcast('grüße');
    expect(await nextText(hers)).toBe('grüße');
    await his.broadcastNeighbors(Uint8Array.of(104, 105));
    expect(await nextText(hers)).toBe('hi');
    await expect(his.broadcast(42 as never)).rejects.toThrow(TypeError);
  });

  test('the scope and the neighbor are told', async () => {
    const { b, hers, his } = await pair();
    await his.broadcast('swarm');
    await his.broadcastNeighbors('neighbors');
    const seen: GossipEvent[] = [];
    for await (const event of hers) {
      if (event.type === 'received') seen.push(event);
      if (seen.length === 2) break;
    }
    expect(seen).toMatchObject([
      { deliveredFrom: b.endpoint.id, scope: { type: 'swarm', round: 0 } },
      { deliveredFrom: b.endpoint.id, scope: { type: 'neighbors' } },
    ]);
  });

  test('a message over the limit is refused with the limit, one at the limit arrives', async () => {
    const { hers, his } = await pair();
    expect(his.maxContentLength).toBe(4055);
    const refusal = await his.broadcast(new Uint8Array(4056)).catch((error) => error);
    expect(refusal).toBeInstanceOf(MessageTooLargeError);
    expect(refusal).toMatchObject({
      code: 'ERR_MESSAGE_TOO_LARGE',
      name: 'MessageTooLargeError',
      length: 4056,
      limit: 4055,
    });
    await his.broadcast('x'.repeat(4055));
    expect(await nextText(hers)).toHaveLength(4055);
  });

  test('alone, a message is kept for the first neighbor or rejected, as the caller wishes', async () => {
    const first = start();
    const topic = await first.gossip.subscribe(ROOM);
    await expect(topic.broadcast('lost?', { whenAlone: 'reject' })).rejects.toThrow(NoNeighborsError);
    await topic.broadcast('kept');
    const other = await start().gossip.subscribe(ROOM, { bootstrap: [first.endpoint.addr()] });
    expect(await nextText(other)).toBe('kept');
  });

  test('an aborted signal sends nothing', async () => {
    const { his } = await pair();
    await expect(his.broadcast('x', { signal: AbortSignal.abort(new Error('never mind')) })).rejects.toThrow(
      'never mind',
    );
  });
});

describe('reading', () => {
  test('leaving a loop leaves the subscription open', async () => {
    const { hers, his } = await pair();
    for (const text of ['one', 'two', 'three']) await his.broadcast(text);
    for (const text of ['one', 'two', 'three']) expect(await nextText(hers)).toBe(text);
  });

  test('a slow reader is told how much it has missed', async () => {
    const { a, his } = await pair();
    const slow = await a.gossip.subscribe(ROOM, { queueCapacity: 2 });
    const fast = await a.gossip.subscribe(ROOM);
    for (let i = 0; i < 5; i++) await his.broadcast(`${i}`);
    for (let i = 0; i < 5; i++) expect(await nextText(fast)).toBe(`${i}`);
    expect(await slow.next()).toEqual({ done: false, value: { type: 'lagged', missed: 4 } });
    expect(await nextText(slow)).toBe('3');
  });

  test('every subscription of a topic gets every message', async () => {
    const { a, hers, his } = await pair();
    const second = await a.gossip.subscribe(ROOM);
    await his.broadcast('to all');
    expect(await nextText(hers)).toBe('to all');
    expect(await nextText(second)).toBe('to all');
  });
});

describe('halves', () => {
  test('the topic lives while either half does', async () => {
    const { hers, his } = await pair();
    const { sender, receiver } = his.split();
    expect(receiver).toBeInstanceOf(GossipReceiver);
    sender.close();
    await hers.broadcast('to the listener');
    expect(await nextText(receiver)).toBe('to the listener');
    await expect(sender.broadcast('x')).rejects.toThrow(TopicClosedError);

    const left = waitFor(hers, (event) => event.type === 'neighborDown');
    receiver.close();
    expect(await left).toMatchObject({ reason: 'left' });
  });

  test('a sender alone can publish', async () => {
    const { hers, his } = await pair();
    const { sender, receiver } = his.split();
    receiver.close();
    await sender.broadcast('from the sender');
    expect(await nextText(hers)).toBe('from the sender');
    expect(sender.neighbors()).toHaveLength(1);
    expect(sender.maxContentLength).toBe(4055);
  });
});

describe('the end', () => {
  test('await using leaves the topic', async () => {
    const { a, hers } = await pair();
    const gone = waitFor(hers, (event) => event.type === 'neighborDown');
    {
      await using third = await start().gossip.subscribe(ROOM, { bootstrap: [a.endpoint.addr()] });
      await third.joined();
    }
    expect(await gone).toMatchObject({ reason: 'left' });
  });

  test('shutdown ends every reader and refuses what comes after', async () => {
    const { a, hers } = await pair();
    const ended = (async () => {
      let count = 0;
      for await (const _ of hers) count++;
      return count;
    })();
    await a.gossip.shutdown();
    expect(await ended).toBe(1);
    await expect(a.gossip.subscribe(ROOM)).rejects.toThrow(GossipClosedError);
    await expect(hers.broadcast('x')).rejects.toThrow(TopicClosedError);
    await a.gossip.shutdown();
  });

  test('farewells arrive', async () => {
    const { a, b, hers } = await pair();
    const left = waitFor(hers, (event) => event.type === 'neighborDown');
    await b.gossip.shutdown();
    expect(await left).toEqual({ type: 'neighborDown', peer: b.endpoint.id, reason: 'left' });
    expect((await a.gossip.snapshot()).topics).toMatchObject([{ activeView: [] }]);
  });
});

test('a snapshot shows topics and peers', async () => {
  const { a, b, his } = await pair();
  await his.broadcast('x');
  expect(await b.gossip.snapshot()).toMatchObject({
    id: b.endpoint.id,
    topics: [
      { id: ROOM, activeView: [a.endpoint.id], passiveView: [], subscribers: 1, payloadCache: { count: 1, bytes: 1 } },
    ],
    peers: [{ id: a.endpoint.id, state: 'connected', connections: 1, dialFailures: 0 }],
  });
});

async function waitFor(topic: GossipTopic, wanted: (event: GossipEvent) => boolean): Promise<GossipEvent | undefined> {
  for await (const event of topic) if (wanted(event)) return event;
  return undefined;
}

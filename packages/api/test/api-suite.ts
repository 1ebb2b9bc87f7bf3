import type { Endpoint } from '@grapevine/net';
import { MemoryNetwork } from '@grapevine/net/memory';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  EndpointClosedError,
  formatTicket,
  Gossip,
  type GossipApi,
  GossipClosedError,
  type GossipEvent,
  GossipReceiver,
  type GossipTopic,
  JoinTimeoutError,
  MessageTooLargeError,
  NoNeighborsError,
  ParseError,
  TopicClosedError,
  topicIdFrom,
} from '../src/index.js';

const ROOM = topicIdFrom('my-room');

/** A node of a test, and the API that uses it. */
export interface ApiNode {
  /** The node's own endpoint. */
  readonly endpoint: Endpoint;
  readonly gossip: GossipApi;
  /** Frees everything. */
  close(): Promise<void>;
}

/** Where the API's classes stand on. */
export interface ServiceUnderTest {
  readonly name: string;
  start(network: MemoryNetwork): Promise<ApiNode>;
  /** Whether the node is in another process, for all that a program can see. */
  readonly isRemote: boolean;
}

/** What applications may rely on, on top of any service. */
export function apiSuite(service: ServiceUnderTest): void {
  let network: MemoryNetwork;
  let nodes: ApiNode[];
  beforeEach(() => {
    network = new MemoryNetwork();
    nodes = [];
  });
  afterEach(() => Promise.all(nodes.map((node) => node.close())));

  async function start(): Promise<ApiNode> {
    const node = await service.start(network);
    nodes.push(node);
    return node;
  }

  /** Two nodes in one room. */
  async function pair() {
    const [a, b] = [await start(), await start()];
    const hers = await a.gossip.subscribe(ROOM);
    const his = await b.gossip.subscribe(ROOM, { bootstrap: [formatTicket(a.endpoint.addr())] });
    await Promise.all([hers.joined(), his.joined()]);
    return { a, b, hers, his };
  }

  describe(`the API on ${service.name}`, () => {
    describe('reading', () => {
      test('can be given up, and takes no event away then', async () => {
        const { hers, his } = await pair();
        await his.next(); // neighborUp
        const giveUp = new AbortController();
        const given = his.next({ signal: giveUp.signal });
        const other = his.next({ signal: AbortSignal.timeout(20_000) });
        giveUp.abort(new Error('enough'));
        await expect(given).rejects.toThrow('enough');
        await expect(his.next({ signal: giveUp.signal })).rejects.toThrow('enough');
        await hers.broadcast('for the other');
        expect(textOf((await other).value)).toBe('for the other');
      });

      test('a topic says when it is over, and has no neighbors then', async () => {
        const { hers, his } = await pair();
        let isOver = false;
        void his.closed.then(() => {
          isOver = true;
        });
        expect(his.neighbors()).toHaveLength(1);
        expect(isOver).toBe(false);
        his.close();
        await his.closed;
        expect(his.neighbors()).toEqual([]);
        await waitFor(hers, ({ type }) => type === 'neighborDown');
        expect(hers.neighbors()).toEqual([]);
      });

      test('also when the node ends', async () => {
        const { b, his } = await pair();
        await b.close();
        await his.closed;
        expect(his.neighbors()).toEqual([]);
      });
    });

    describe('content', () => {
      const reuse = async (topic: GossipTopic, buffer: Uint8Array) => {
        const sent = topic.broadcast(buffer);
        buffer.fill(0); // before it is known to be queued
        await sent;
      };

      test('a publisher may use its buffer again as soon as broadcast has returned', async () => {
        const { hers, his } = await pair();
        const buffer = Buffer.from('first of all');
        await reuse(hers, buffer);
        buffer.write('and another.');
        await reuse(hers, buffer.subarray(4)); // a part of a larger one
        expect(await received(his, 2)).toEqual(['first of all', 'another.']);
      });

      test('also while it is kept for the first neighbor', async () => {
        const [a, b] = [await start(), await start()];
        const hers = await a.gossip.subscribe(ROOM);
        await reuse(hers, Buffer.from('kept'));
        const his = await b.gossip.subscribe(ROOM, { bootstrap: formatTicket(a.endpoint.addr()) });
        expect(await received(his, 1)).toEqual(['kept']);
      });

      test('a subscriber may change what it got: others on its node get what was sent', async () => {
        const { b, hers, his } = await pair();
        const second = await b.gossip.subscribe(ROOM);
        await hers.broadcast('as it was');
        for await (const event of his) {
          if (event.type !== 'received') continue;
          event.content.fill(0);
          break;
        }
        expect(await received(second, 1)).toEqual(['as it was']);
      });
    });

    describe('subscribing', () => {
      test('bootstrap peers are tickets, addresses, or ids that the endpoint knows', async () => {
        const first = await start();
        await first.gossip.subscribe(ROOM);
        const bootstraps = [formatTicket(first.endpoint.addr()), first.endpoint.addr(), first.endpoint.id];
        for (const bootstrap of bootstraps) {
          const { endpoint, gossip } = await start();
          if (typeof bootstrap === 'string') endpoint.addressLookup.add(first.endpoint.addr(), 'user');
          const topic = await gossip.subscribe(ROOM, { bootstrap: [bootstrap] });
          await topic.joined();
          expect(topic.neighbors().length).toBeGreaterThan(0);
        }
      });

      test.each(['', 'endpointxyz', 'hello', 'ff'.repeat(31)])(
        'the bootstrap %j is refused before anything is done',
        async (bad) => {
          const { gossip } = await start();
          await expect(gossip.subscribe(ROOM, { bootstrap: [bad] })).rejects.toThrow(ParseError);
          expect((await gossip.snapshot()).topics).toEqual([]);
        },
      );

      test('our own ticket among the peers is harmless', async () => {
        const { endpoint, gossip } = await start();
        await gossip.subscribe(ROOM, { bootstrap: [formatTicket(endpoint.addr())] });
        expect((await gossip.snapshot()).peers).toEqual([]);
      });

      test('options out of range are refused, naming them', async () => {
        const { endpoint, gossip } = await start();
        await expect(gossip.subscribe(ROOM, { queueCapacity: 0 })).rejects.toThrow('queueCapacity');
        expect(() => Gossip.spawn(endpoint, { maxPeers: 0.5 })).toThrow('maxPeers must be a whole number');
        expect(() => Gossip.spawn(endpoint, { config: { maxMessageSize: 511 } })).toThrow(/maxMessageSize/);
      });
    });

    describe('joined', () => {
      test('rejects with the reason of its signal, and leaves the topic usable', async () => {
        const { gossip } = await start();
        const topic = await gossip.subscribe(ROOM);
        const controller = new AbortController();
        const joined = topic.joined({ signal: controller.signal });
        controller.abort(new Error('not today'));
        await expect(joined).rejects.toThrow('not today');
        await topic.broadcast('kept');
      });

      test('that takes too long says whom the node has tried, and what came of it', async () => {
        const absent = network.endpoint();
        await absent.close();
        const { gossip } = await start();
        const topic = await gossip.subscribe(ROOM, { bootstrap: [absent.addr()] });
        const isDialed = async () => (await gossip.snapshot()).peers[0]?.state;
        await expect.poll(isDialed).toBeDefined();
        const signal = AbortSignal.timeout(50);
        const error = await topic.joined({ signal }).catch((error) => error);
        expect(error).toBeInstanceOf(JoinTimeoutError);
        expect(error).toMatchObject({ code: 'ERR_JOIN_TIMEOUT', cause: signal.reason, tried: [{ id: absent.id }] });
        expect(error.message).toContain(absent.id.slice(0, 10));
      });

      test('takes no event away', async () => {
        const { b, hers } = await pair();
        expect(await hers.next()).toEqual({ done: false, value: { type: 'neighborUp', peer: b.endpoint.id } });
      });

      test('rejects when the topic is closed', async () => {
        const { gossip } = await start();
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
        const first = await start();
        const topic = await first.gossip.subscribe(ROOM);
        await expect(topic.broadcast('lost?', { whenAlone: 'reject' })).rejects.toThrow(NoNeighborsError);
        await topic.broadcast('kept');
        const other = await (await start()).gossip.subscribe(ROOM, { bootstrap: [first.endpoint.addr()] });
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
        const { a, b, his } = await pair();
        const slow = await a.gossip.subscribe(ROOM, { queueCapacity: 2 });
        const fast = await a.gossip.subscribe(ROOM);
        for (let i = 0; i < 5; i++) await his.broadcast(`${i}`);
        for (let i = 0; i < 5; i++) expect(await nextText(fast)).toBe(`${i}`);
        expect(await slow.next()).toEqual({ done: false, value: { type: 'lagged', missed: 3, reason: 'slow-reader' } });
        expect(await slow.next()).toEqual({ done: false, value: { type: 'neighborUp', peer: b.endpoint.id } });
        expect(await nextText(slow)).toBe('3');
      });

      test('what a slow reader gets and what it is told it has lost is all that was published', async () => {
        const { a, his } = await pair();
        const slow = await a.gossip.subscribe(ROOM, { queueCapacity: 20 });
        const fast = await a.gossip.subscribe(ROOM);
        const seen: GossipEvent[] = [];
        const read = async () => seen.push((await slow.next()).value as GossipEvent);
        for (let i = 0; i < 100; i++) {
          await his.broadcast(`${i}`);
          expect(await nextText(fast)).toBe(`${i}`);
          if (i % 10 === 0) await read();
        }
        while (textOf(seen.at(-1)) !== '99') await read();
        const numbers = seen.flatMap((event) => (event.type === 'received' ? [Number(textOf(event))] : []));
        const told = seen.reduce((sum, event) => sum + (event.type === 'lagged' ? event.missed : 0), 0);
        expect(told).toBeGreaterThan(0);
        expect(numbers.length + told).toBe(100);
        expect(numbers).toEqual([...new Set(numbers)].sort((x, y) => x - y));
        expect((await a.gossip.snapshot()).losses['slow-reader']).toBe(service.isRemote ? 0 : told);
      });

      test('subscriptions of one node hear each other, and themselves only if they ask for it', async () => {
        const { a, hers, his } = await pair();
        const second = await a.gossip.subscribe(ROOM);
        const echoing = await a.gossip.subscribe(ROOM, { echo: true });
        await hers.broadcast('from the first');
        expect(await nextText(second)).toBe('from the first');
        expect(await nextText(echoing)).toBe('from the first');
        expect(await nextText(his)).toBe('from the first');
        await echoing.broadcastNeighbors('from the third');
        for (const topic of [hers, second, echoing, his]) expect(await nextText(topic)).toBe('from the third');
      });

      test('a lone node brings its subscriptions together, with its own id on what they hear', async () => {
        const { endpoint, gossip } = await start();
        const [speaker, listener] = [await gossip.subscribe(ROOM), await gossip.subscribe(ROOM)];
        await speaker.broadcast('anybody here?');
        const { value } = await listener.next();
        expect(value).toMatchObject({ deliveredFrom: endpoint.id, scope: { type: 'swarm', round: 0 } });
        expect((await gossip.snapshot()).topics).toMatchObject([{ subscribers: 2, keptBroadcasts: 1 }]);
        await expect(speaker.broadcast('now', { whenAlone: 'reject' })).rejects.toThrow(NoNeighborsError);
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
          await using third = await (await start()).gossip.subscribe(ROOM, { bootstrap: [a.endpoint.addr()] });
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

      test('a node that loses its endpoint ends every reader with an error, and refuses everything', async () => {
        const { a, hers } = await pair();
        const reading = (async () => {
          for await (const _ of hers);
        })();
        const refused = expect(reading).rejects.toMatchObject({ code: 'ERR_ENDPOINT_CLOSED' });
        await a.endpoint.close();
        await refused;
        await expect(hers.broadcast('x')).rejects.toThrow(EndpointClosedError);
        await expect(hers.joined()).rejects.toThrow(EndpointClosedError);
        await expect(a.gossip.subscribe(ROOM)).rejects.toThrow(EndpointClosedError);
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
          {
            id: ROOM,
            activeView: [a.endpoint.id],
            passiveView: [],
            subscribers: 1,
            payloadCache: { count: 1, bytes: 1 },
          },
        ],
        peers: [{ id: a.endpoint.id, state: 'connected', connections: 1, dialFailures: 0 }],
      });
    });
  });
}

function textOf(event: GossipEvent | undefined): string | undefined {
  return event?.type === 'received' ? Buffer.from(event.content).toString() : undefined;
}

async function nextText(topic: AsyncIterable<GossipEvent>): Promise<string> {
  for await (const event of topic) if (event.type === 'received') return Buffer.from(event.content).toString();
  throw new Error('the topic was closed');
}

async function received(topic: AsyncIterable<GossipEvent>, count: number): Promise<string[]> {
  const texts: string[] = [];
  while (texts.length < count) texts.push(await nextText(topic));
  return texts;
}

async function waitFor(topic: GossipTopic, wanted: (event: GossipEvent) => boolean): Promise<GossipEvent | undefined> {
  for await (const event of topic) if (wanted(event)) return event;
  return undefined;
}

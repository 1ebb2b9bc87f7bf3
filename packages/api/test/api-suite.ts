import { describe, expect, test } from 'vitest';
import {
  EndpointClosedError,
  formatTicket,
  Gossip,
  GossipClosedError,
  type GossipEvent,
  type GossipTopic,
  JoinTimeoutError,
  MessageTooLargeError,
  NoNeighborsError,
  ParseError,
  TopicClosedError,
} from '../src/index.js';
import { nextText, ROOM, received, type ServiceUnderTest, useService, waitFor } from './service-under-test.js';

/** What applications may rely on with every service. Reading has a suite of its own. */
export function apiSuite(service: ServiceUnderTest): void {
  const { start, pair, unanswered } = useService(service);

  describe(`the API on ${service.name}`, () => {
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
        const absent = unanswered();
        await absent.close();
        const { gossip } = await start();
        const topic = await gossip.subscribe(ROOM, { bootstrap: [absent.addr()] });
        const isDialed = async () => (await gossip.snapshot()).peers[0]?.state;
        await expect.poll(isDialed).toBeDefined();
        const signal = AbortSignal.timeout(50);
        const error = await topic.joined({ signal }).catch((error) => error);
        expect(error).toBeInstanceOf(JoinTimeoutError);
        expect(error).toMatchObject({ code: 'ERR_JOIN_TIMEOUT', tried: [{ id: absent.id }] });
        expect([error.cause, error.cause.cause]).toContain(signal.reason); // by then the dial may have failed
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

      test('neighbors hear that somebody leaves', async () => {
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

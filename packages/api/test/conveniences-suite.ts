import { describe, expect, test } from 'vitest';
import { formatRoomTicket, type GossipTopic, TopicClosedError } from '../src/index.js';
import { ROOM, type ServiceUnderTest, useService } from './service-under-test.js';

const text = (content: Uint8Array): string => new TextDecoder().decode(content);

/** Messages without membership events, status, flush, and room tickets, with every service. */
export function conveniencesSuite(service: ServiceUnderTest): void {
  const { start, pair } = useService(service);

  /** Leaves a topic, and waits until its neighbor has noticed. */
  async function leave(leaving: GossipTopic, staying: GossipTopic) {
    leaving.close();
    for await (const { type } of staying.membership()) if (type === 'neighborDown') return;
  }

  describe(`conveniences on ${service.name}`, () => {
    describe('messages apart from membership', () => {
      test('both are read at once, and neither takes anything from the other', async () => {
        const { a, b, hers, his } = await pair();
        const changes: string[] = [];
        const watching = (async () => {
          for await (const { type, peer } of hers.membership()) changes.push(`${type} ${peer}`);
        })();
        for (const each of ['one', 'two', 'three']) await his.broadcast(each);
        const heard: string[] = [];
        for await (const { content, deliveredFrom, scope, missed } of hers.messages()) {
          heard.push(text(content));
          expect({ deliveredFrom, scope, missed }).toEqual({
            deliveredFrom: b.endpoint.id,
            scope: { type: 'swarm', round: 0 },
            missed: 0,
          });
          if (heard.length === 3) break;
        }
        expect(heard).toEqual(['one', 'two', 'three']);
        await leave(his, hers);
        hers.close();
        await watching;
        expect(changes).toEqual([`neighborUp ${b.endpoint.id}`, `neighborDown ${b.endpoint.id}`]);
        expect((await a.gossip.snapshot()).topics).toEqual([]);
      });

      test('messages are read on where the events were left, and the other way round', async () => {
        const { hers, his } = await pair();
        for (const each of ['one', 'two', 'three']) await his.broadcast(each);
        expect((await hers.next()).value).toMatchObject({ type: 'neighborUp' });
        for await (const { content } of hers.messages()) {
          expect(text(content)).toBe('one');
          break;
        }
        expect((await hers.next()).value).toMatchObject({ type: 'received' });
        expect(text((await hers.messages().next()).value?.content as Uint8Array)).toBe('three');
      });

      test('a message says how many were lost in front of it', async () => {
        const { a, hers, his } = await pair();
        const slow = await a.gossip.subscribe(ROOM, { queueCapacity: 2 });
        for (let i = 0; i < 5; i++) await his.broadcast(`${i}`);
        let last = '';
        for await (const { content } of hers.messages()) {
          last = text(content);
          if (last === '4') break;
        }
        const { value } = await slow.messages().next();
        expect(value).toMatchObject({ missed: 3 });
        expect(text(value?.content as Uint8Array)).toBe('3');
      });

      test.each(['return', 'signal'] as const)(
        'losses that a reader had heard of when its wait ended (%s) are told to the next',
        async (how) => {
          const { a, hers, his } = await pair();
          const slow = await a.gossip.subscribe(ROOM, { queueCapacity: 2 });
          expect((await slow.next()).value).toMatchObject({ type: 'neighborUp' });
          for (let i = 0; i < 5; i++) await his.broadcast(`${i}`);
          for await (const { content } of hers.messages()) if (text(content) === '4') break;
          const end = new AbortController();
          const reader = slow.messages({ signal: end.signal });
          const waiting = reader.next(); // takes the number of lost messages …
          const received = { value: { type: 'received' } };
          expect(await Promise.all([slow.next(), slow.next()])).toMatchObject([received, received]); // … and these what came behind it
          const ended = expect(waiting)[how === 'return' ? 'resolves' : 'rejects'].toBeDefined();
          if (how === 'return') await reader.return(undefined);
          else end.abort();
          await ended;

          await his.broadcast('later');
          const { value } = await slow.messages().next();
          expect({ ...value, content: text(value?.content as Uint8Array) }).toMatchObject({
            content: 'later',
            missed: 3,
          });
          await his.broadcast('last');
          expect((await slow.messages().next()).value).toMatchObject({ missed: 0 });
        },
      );

      test('each reader of membership hears all of it, those that are there first', async () => {
        const { a, b, hers, his } = await pair();
        const readers = [hers.membership(), hers.membership(), his.membership()];
        const first = await Promise.all(readers.map(async (reader) => (await reader.next()).value?.peer));
        expect(first).toEqual([b.endpoint.id, b.endpoint.id, a.endpoint.id]);
        const next = readers.map((reader) => reader.next());
        his.close();
        expect(await next[2]).toEqual({ done: true, value: undefined });
        const down = await Promise.all(next.slice(0, 2));
        expect(down.map(({ value }) => value)).toMatchObject(Array(2).fill({ type: 'neighborDown', reason: 'left' }));
      });

      test('waiting is given up with the reason of the signal, and loses nothing', async () => {
        const { hers, his } = await pair();
        const enough = new AbortController();
        const reading = hers.messages({ signal: enough.signal }).next();
        const changes = hers.membership({ signal: enough.signal });
        await changes.next();
        const change = changes.next();
        enough.abort(new Error('enough'));
        await expect(reading).rejects.toThrow('enough');
        await expect(change).rejects.toThrow('enough');
        await his.broadcast('still there');
        expect(text((await hers.messages().next()).value?.content as Uint8Array)).toBe('still there');
      });

      test('on a topic that is closed, all of them are over', async () => {
        const { hers } = await pair();
        hers.close();
        for (const over of [hers.messages(), hers.membership()]) {
          expect(await over.next()).toEqual({ done: true, value: undefined });
        }
      });

      test('a node that loses its endpoint ends all of them with the error', async () => {
        const { a, hers } = await pair();
        const toItsEnd = async (events: AsyncIterable<unknown>) => {
          for await (const _ of events);
        };
        const over = [hers.messages(), hers.membership(), hers.status()].map((events) =>
          expect(toItsEnd(events)).rejects.toMatchObject({ code: 'ERR_ENDPOINT_CLOSED' }),
        );
        await a.endpoint.close();
        await Promise.all(over);
      });
    });

    describe('status', () => {
      test('tells how the topic stands, now and whenever that changes', async () => {
        const [a, b] = [await start(), await start()];
        const hers = await a.gossip.subscribe(ROOM);
        expect(hers.isJoined).toBe(false);
        const seen = hers.status();
        expect((await seen.next()).value).toEqual({ type: 'alone' });
        const his = await b.gossip.subscribe(ROOM, { bootstrap: a.endpoint.addr() });
        expect((await seen.next()).value).toEqual({ type: 'joined', neighbors: [b.endpoint.id] });
        expect(hers.isJoined).toBe(true);
        his.close();
        expect((await seen.next()).value).toEqual({ type: 'alone' });
        expect(hers.isJoined).toBe(false);
        hers.close();
        expect((await seen.next()).done).toBe(true);
      });

      test('a slow reader gets the newest', async () => {
        const { a, b, hers, his } = await pair();
        const seen = hers.status();
        expect((await seen.next()).value).toMatchObject({ type: 'joined' });
        await leave(his, hers);
        const again = await b.gossip.subscribe(ROOM, { bootstrap: a.endpoint.addr() });
        await Promise.all([again.joined(), hers.joined()]);
        const third = await (await start()).gossip.subscribe(ROOM, { bootstrap: b.endpoint.addr() });
        await third.joined();
        await expect.poll(() => hers.neighbors().length).toBe(2);
        const { value } = await seen.next();
        expect(value).toMatchObject({ type: 'joined' });
        expect(value?.type === 'joined' && value.neighbors).toHaveLength(2);
      });

      test('ends with the reason of its signal', async () => {
        const { hers } = await pair();
        const seen = hers.status({ signal: AbortSignal.timeout(20) });
        await seen.next();
        await expect(seen.next()).rejects.toMatchObject({ name: 'TimeoutError' });
      });
    });

    describe('flush', () => {
      test('says that all is on its way', async () => {
        const { hers, his } = await pair();
        for (let i = 0; i < 100; i++) await his.broadcast(`${i}`);
        expect(await his.flush()).toEqual({ kept: 0, lost: [], refused: 0 });
        await his.split().sender.flush();
        let count = 0;
        for await (const _ of hers.messages()) if (++count === 100) break;
      });

      test('says what is kept for the first neighbor', async () => {
        const topic = await (await start()).gossip.subscribe(ROOM);
        await topic.broadcast('kept');
        expect(await topic.flush()).toEqual({ kept: 1, lost: [], refused: 0 });
      });

      test('is refused once the topic is closed', async () => {
        const { hers } = await pair();
        hers.close();
        await expect(hers.flush()).rejects.toThrow(TopicClosedError);
        await expect(hers.flush({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
      });
    });

    test('a room ticket is all that it takes to enter: as text, as people paste it, or read', async () => {
      const a = await start();
      const hers = await a.gossip.subscribe(ROOM);
      const ticket = formatRoomTicket({ topic: ROOM, peers: [a.endpoint.addr()] });
      const room = { topic: ROOM, peers: [a.endpoint.addr()] };
      const pasted = ` "${ticket.toUpperCase().replace(/(.{40})/g, '$1\n')}"` as typeof ticket;
      for (const way of [ticket, pasted, room]) {
        const his = await (await start()).gossip.subscribe(way);
        await his.joined();
        expect(his.id).toBe(ROOM);
      }
      expect(hers.isJoined).toBe(true);
    });
  });
}

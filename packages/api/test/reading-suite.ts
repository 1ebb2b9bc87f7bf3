import { getEventListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { type GossipEvent, GossipReceiver, NoNeighborsError, TopicClosedError } from '../src/index.js';
import { nextText, ROOM, type ServiceUnderTest, textOf, useService, waitFor } from './service-under-test.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const READERS = ['messages', 'membership', 'status'] as const;

/** Events of a topic and their readers, with every service. */
export function readingSuite(service: ServiceUnderTest): void {
  const { start, pair } = useService(service);

  describe(`events on ${service.name}`, () => {
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

      test.each(READERS)('%s() can be ended while it waits', async (read) => {
        const { hers, his } = await pair();
        const values = his[read]();
        if (read !== 'messages') await values.next(); // what is the case now
        const waiting = values.next();
        await expect(values.return(undefined)).resolves.toEqual({ done: true, value: undefined });
        await expect(waiting).resolves.toEqual({ done: true, value: undefined });
        await expect(values.next()).resolves.toEqual({ done: true, value: undefined });
        await hers.broadcast('for the next reader');
        for await (const { content } of his.messages()) {
          expect(Buffer.from(content).toString()).toBe('for the next reader');
          break;
        }
      });

      test.each(READERS)('%s() ends with a time-out that nothing else refers to', async (read) => {
        const { his } = await pair();
        const values = his[read]({ signal: AbortSignal.timeout(200) });
        if (read === 'messages') await new Promise(setImmediate);
        else await values.next(); // what is the case now
        const collecting = setInterval(collectGarbage, 20);
        try {
          await expect(values.next()).rejects.toThrow(expect.objectContaining({ name: 'TimeoutError' }));
        } finally {
          clearInterval(collecting);
        }
      });

      test.each(READERS)('%s() yields nothing with a signal that is aborted already', async (read) => {
        const { hers, his } = await pair();
        await hers.broadcast('unread');
        const values = his[read]({ signal: AbortSignal.abort(new Error('enough')) });
        await expect(values.next()).rejects.toThrow('enough');
        await expect(values.next()).resolves.toEqual({ done: true, value: undefined });
      });

      test.each(READERS)(
        '%s() of many topics listen once to a signal, and not at all when they have ended',
        async (read) => {
          const { his } = await pair();
          const { signal } = new AbortController();
          const listeners = () => getEventListeners(signal, 'abort').length;
          const many = Array.from({ length: 20 }, () => his[read]({ signal }));
          expect(listeners()).toBe(0);
          const waiting = many.map((values) => values.next());
          expect(listeners()).toBe(1);
          await Promise.all(many.map((values) => values.return(undefined)));
          await Promise.all(waiting);
          expect(listeners()).toBe(0);
        },
      );

      test('next() of many subscriptions listens once to a signal', async () => {
        const { a } = await pair();
        const controller = new AbortController();
        const { signal } = controller;
        const many = await Promise.all(Array.from({ length: 12 }, () => a.gossip.subscribe(ROOM)));
        for (const each of many) await each.next(); // neighborUp
        const waiting = Promise.allSettled(many.map((each) => each.next({ signal })));
        expect(getEventListeners(signal, 'abort')).toHaveLength(1);
        controller.abort();
        for (const { status } of await waiting) expect(status).toBe('rejected');
        expect(getEventListeners(signal, 'abort')).toHaveLength(0);
      });

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
  });
}

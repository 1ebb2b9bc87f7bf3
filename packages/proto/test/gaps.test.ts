import { describe, expect, test } from 'vitest';
import type { InEvent, Message, MessageId } from '../src/index.js';
import { announceCache, announced, filled, ids, ihave, recovered, unavailable } from './helper/gaps.js';
import { emitted, idOf, payload, reconciled, sent, sentTypes, TestNode, timer, timers, utf8 } from './helper/node.js';
import { TOPIC } from './helper/topic.js';

// Payloads that one end of a link lacks, although the link is up.

describe('a link on which messages may be lost', () => {
  test.each<[InEvent<number>, string]>([
    [{ type: 'linkReplaced', peer: 1 }, '1 linkReplaced'],
    [{ type: 'linkGap', peer: 1, reason: 'sleep' }, '1 sleep'],
    [{ type: 'linkGap', peer: 1, reason: 'overflow' }, '1 overflow'],
  ])('has both ends reconciled, in the hardened mode only: %o', (event, expected) => {
    expect(reconciled(new TestNode().meet(1, 2).handle(event))).toEqual([expected]);
    expect(reconciled(new TestNode({ mode: 'reference' }).meet(1, 2).handle(event))).toEqual([]);
  });

  test('may lead to a peer that knows nothing of us any more: it is asked, and stays a neighbor or declines', () => {
    const [asked] = sent(new TestNode().meet(1, 2).handle({ type: 'linkReplaced', peer: 1 }));
    expect(asked).toMatchObject({ to: 1, message: { type: 'neighbor', priority: 'low' } });
    const message = asked?.message as Message<number>;

    const stranger = new TestNode().meet(3);
    expect(sentTypes(stranger.receive(9, message))).toEqual(['9 neighbor']);
    expect(stranger.state.neighbors(TOPIC)).toContain(9);

    const full = new TestNode().meet(3, 4, 5, 6, 7);
    expect(sentTypes(full.receive(9, message))).toContain('9 disconnect');

    const refused = new TestNode().meet(1, 2);
    refused.handle({ type: 'linkReplaced', peer: 1 });
    refused.receive(1, { type: 'disconnect', alive: true, respond: false });
    expect(refused.state.neighbors(TOPIC)).toEqual([2]);

    const answered = new TestNode().meet(1, 2);
    answered.handle({ type: 'linkReplaced', peer: 1 });
    expect(sent(answered.receive(1, { type: 'neighbor', priority: 'low', data: undefined }))).toEqual([]);
    expect(answered.state.neighbors(TOPIC)).toEqual([1, 2]);
  });

  test('may have lost a request to a peer that is no neighbor yet: it is made once more', () => {
    const node = new TestNode().meet(2);
    expect(sentTypes(node.join(1))).toEqual(['1 neighbor']);
    expect(sentTypes(node.handle({ type: 'linkReplaced', peer: 1 }))).toEqual(['1 neighbor']);
    expect(sentTypes(node.receive(1, { type: 'neighbor', priority: 'low', data: undefined }))).toEqual([]);
    expect(node.state.neighbors(TOPIC)).toEqual([2, 1]);
  });

  test('may have lost a question that was under way: it is asked once more', () => {
    const node = new TestNode().meet(1, 2);
    for (let gap = 0; gap < 2; gap++) {
      expect(sentTypes(node.handle({ type: 'linkReplaced', peer: 1 }))).toEqual(['1 neighbor']);
    }
  });

  test.each([
    { type: 'join', data: undefined } as const,
    { type: 'neighbor', priority: 'high', data: undefined } as const,
  ])('is reconciled once more when its peer, which had forgotten us, meets us again: $type', (message) => {
    const node = new TestNode().meet(1);
    expect(reconciled(node.receive(1, message))).toEqual([]);
    node.handle({ type: 'linkReplaced', peer: 1 });
    expect(reconciled(node.receive(1, message))).toEqual(['1 linkReplaced']);
    expect(reconciled(node.receive(1, message))).toEqual([]);
  });

  test('has the neighbor confirm that it is one: it may have started anew', () => {
    const node = new TestNode().meet(1, 2);
    expect(sent(node.handle({ type: 'linkReplaced', peer: 1 }))).toMatchObject([
      { to: 1, message: { type: 'neighbor', priority: 'low' } },
    ]);
    // It has, and its view is full by now.
    const outputs = node.receive(1, { type: 'disconnect', alive: true, respond: false });
    expect(emitted(outputs)).toEqual([{ type: 'neighborDown', peer: 1, reason: 'evicted' }]);
    expect(sent(node.handle({ type: 'linkGap', peer: 2, reason: 'overflow' }))).toEqual([]);
  });

  test('is of no interest where its peer is no neighbor', () => {
    expect(new TestNode().meet(1).handle({ type: 'linkReplaced', peer: 2 })).toEqual([]);
  });
});

describe('while there is traffic', () => {
  /** A payload every second for some time, or none. @returns when, and with whom, it is reconciled */
  const turns = (node: TestNode, seconds: number, hasTraffic: (second: number) => boolean): [number, string][] => {
    const found: [number, string][] = [];
    for (let second = 0; second < seconds; second++) {
      if (hasTraffic(second)) node.receive(1, payload(`m${second}`));
      for (const text of reconciled(node.evict())) found.push([second, text]);
      node.now += 1_000;
    }
    return found;
  };

  test('it is the turn of one neighbor after the other, every ten seconds or so', () => {
    const found = turns(new TestNode().meet(1, 2, 3), 100, () => true);
    expect(found.slice(0, 6).map(([, text]) => text)).toEqual(
      ['1', '2', '3', '1', '2', '3'].map((peer) => `${peer} periodic`),
    );
    for (const [i, [second]] of found.entries()) {
      const pause = second - (found[i - 1]?.[0] ?? 0);
      expect(pause).toBeGreaterThanOrEqual(7);
      expect(pause).toBeLessThanOrEqual(14);
    }
  });

  test('it is nobody’s turn twice for the same payloads, and nobody’s once the window is empty', () => {
    const found = turns(new TestNode().meet(1, 2, 3, 4, 5), 200, (second) => second < 2);
    expect(new Set(found.map(([, text]) => text)).size).toBe(found.length);
    expect(found.every(([second]) => second <= 31)).toBe(true);
  });

  test('the reference does none of it', () => {
    expect(turns(new TestNode({ mode: 'reference' }).meet(1, 2, 3), 100, () => true)).toEqual([]);
  });
});

describe('a peer that cannot be reconciled with', () => {
  test('is told of the whole cache page by page, oldest first, each id once', () => {
    const node = filled(new TestNode({ hardened: { announcedPerPage: 100 } }).meet(1, 2), 1_050);
    const pages: MessageId[][] = [];
    let outputs = node.handle(announceCache(2));
    for (;;) {
      pages.push(announced(outputs));
      const next = timer(outputs, 'announceCache');
      if (next === undefined) break;
      expect(timers(outputs)).toEqual([['announceCache', 10]]);
      node.now += 10;
      outputs = node.expire(next);
    }
    expect(pages.map(({ length }) => length)).toEqual([...Array<number>(10).fill(100), 50]);
    expect(pages.flat()).toEqual(Array.from({ length: 1_050 }, (_, i) => idOf(utf8(`m${i}`))));
  });

  test('is told of what has come since it was told of nothing', () => {
    const node = new TestNode().meet(1, 2);
    expect(announced(node.handle(announceCache(2)))).toEqual([]);
    filled(node, 2);
    expect(announced(node.handle(announceCache(2)))).toEqual([idOf(utf8('m0')), idOf(utf8('m1'))]);
  });

  test('is told as many ids in a message as a frame holds', () => {
    const node = filled(new TestNode().meet(1, 2), 300);
    const lengths = sent(node.handle(announceCache(2))).map(({ message }) =>
      message.type === 'ihave' ? message.messages.length : 0,
    );
    expect(lengths).toEqual([116, 116, 68]);
  });

  test('is told from the beginning when it is asked for again, with one timer', () => {
    const node = filled(new TestNode({ hardened: { announcedPerPage: 10 } }).meet(1, 2), 30);
    const first = timer(node.handle(announceCache(2)), 'announceCache');
    expect(node.handle(announceCache(2))).toEqual([]);
    expect(announced(node.expire(first))[0]).toBe(idOf(utf8('m0')));
  });

  test('is told nothing once it is gone, and nothing as a stranger', () => {
    const node = filled(new TestNode({ hardened: { announcedPerPage: 10 } }).meet(1, 2), 30);
    const next = timer(node.handle(announceCache(2)), 'announceCache');
    node.disconnected(2);
    expect(node.expire(next)).toEqual([]);
    expect(node.handle(announceCache(2))).toEqual([]);
  });
});

describe('the window', () => {
  test('has what came within the retention, oldest first, with age and round', () => {
    const node = new TestNode().meet(1);
    node.receive(1, payload('a', 3));
    node.now = 10_000;
    node.broadcast('b');
    node.now = 29_000;
    const entry = (text: string, age: number, round: number) => ({
      id: idOf(utf8(text)),
      age,
      round,
      content: utf8(text),
    });
    expect([...node.state.window(TOPIC, node.now)]).toEqual([entry('a', 29_000, 4), entry('b', 19_000, 0)]);
    expect([...node.state.window(TOPIC, 30_000)]).toEqual([entry('b', 20_000, 0)]);
    expect(node.state.hasSeen(TOPIC, idOf(utf8('a')))).toBe(true);
    expect(node.state.hasSeen(TOPIC, idOf(utf8('c')))).toBe(false);
  });

  test('keeps the ids of payloads that its bounds have dropped, until their time is up', () => {
    const node = filled(new TestNode({ broadcast: { messageCacheMaxCount: 2 } }).meet(1), 4);
    const kept = () => [...node.state.window(TOPIC, node.now)].map(({ content }) => content !== undefined);
    expect(kept()).toEqual([false, false, true, true]);
    expect(node.snapshot.payloadCache.count).toBe(2);
    expect(node.stats.evictedPayloads).toBe(2);
    node.now = 30_001;
    node.evict();
    expect(kept()).toEqual([true, true]);
  });

  test('is empty in a topic that is not joined', () => {
    const node = new TestNode();
    node.quit();
    expect([...node.state.window(TOPIC, 0)]).toEqual([]);
    expect(node.state.hasSeen(TOPIC, idOf(utf8('a')))).toBe(false);
  });
});

describe('a recovered payload', () => {
  test('is delivered once, and announced to the other neighbors instead of pushed', () => {
    const node = new TestNode().meet(1, 2, 3);
    const outputs = node.handle(recovered('a'));
    expect(emitted(outputs)).toEqual([
      { type: 'received', content: utf8('a'), deliveredFrom: 1, scope: { type: 'swarm', round: 3 } },
    ]);
    expect(sent(outputs)).toEqual([]);
    expect(sentTypes(node.expire(timer(outputs, 'dispatchLazyPush')))).toEqual(['2 ihave', '3 ihave']);
    expect(node.handle(recovered('a'))).toEqual([]);
    expect(emitted(node.receive(2, payload('a')))).toEqual([]);
  });

  test('is not missing any more', () => {
    const node = new TestNode().meet(1, 2);
    const outputs = node.receive(2, ihave('a'));
    node.handle(recovered('a'));
    expect(node.snapshot.missingPayloads).toBe(0);
    expect(node.expire(timer(outputs, 'sendGraft'))).toEqual([]);
    node.now = 40_000;
    expect(emitted(node.evict())).toEqual([]);
  });

  test('is not announced to those that have announced it', () => {
    const node = new TestNode().meet(1, 2, 3);
    node.receive(2, ihave('a'));
    const outputs = node.handle(recovered('a'));
    expect(sentTypes(node.expire(timer(outputs, 'dispatchLazyPush')))).toEqual(['3 ihave']);
  });

  test('is kept for what remains of its retention, so that nothing circulates for ever', () => {
    const node = new TestNode().meet(1);
    node.receive(1, payload('new'));
    node.handle(recovered('old', { age: 20_000 }));
    expect([...node.state.window(TOPIC, node.now)].map(({ age }) => age)).toEqual([20_000, 0]);
    node.now = 10_000;
    node.evict();
    expect([...node.state.window(TOPIC, node.now)].map(({ age }) => age)).toEqual([10_000]);
  });

  test('is delivered and not passed on when it grew older than that while it was fetched', () => {
    const node = new TestNode().meet(1, 2);
    const outputs = node.handle(recovered('a', { age: 30_000 }));
    expect(emitted(outputs)).toMatchObject([{ type: 'received' }]);
    expect(outputs.some(({ type }) => type === 'sendMessage')).toBe(false);
    expect(node.snapshot.queuedAnnouncements).toBe(0);
    expect([...node.state.window(TOPIC, node.now)]).toEqual([]);
    expect(emitted(node.handle(recovered('a', { age: 30_000 })))).toEqual([]);
  });

  test('is not taken when ids of its age are forgotten', () => {
    const node = new TestNode().meet(1);
    expect(node.handle(recovered('a', { age: 90_000 }))).toEqual([]);
    expect(node.stats.expiredRecoveries).toBe(1);
  });

  test('means nothing to the reference', () => {
    expect(new TestNode({ mode: 'reference' }).meet(1).handle(recovered('a'))).toEqual([]);
  });
});

describe('a mistake of the host', () => {
  const node = new TestNode().meet(1);
  test.each<[string, unknown, typeof TypeError | typeof RangeError]>([
    ['a gap without a reason', { type: 'linkGap', peer: 1 }, TypeError],
    ['recovered content that is no bytes', { ...recovered('a'), content: 'a' }, TypeError],
    ['a round that is none', { ...recovered('a'), round: 70_000 }, RangeError],
    ['an age that is none', { ...recovered('a'), age: Number.NaN }, RangeError],
    ['an age in the future', { ...recovered('a'), age: -1 }, RangeError],
    ['ids that are no list', { ...unavailable(1), ids: 'a' }, TypeError],
    ['ids that are none', { ...unavailable(1), ids: ['a'] }, TypeError],
    ['losses that are no list', { type: 'lossesReported', topic: TOPIC, from: 1, losses: 'a' }, TypeError],
    [
      'losses of ids that are none',
      { type: 'lossesReported', topic: TOPIC, from: 1, losses: [{ id: 'a', age: 0 }] },
      TypeError,
    ],
    [
      'losses of the future',
      { type: 'lossesReported', topic: TOPIC, from: 1, losses: [{ id: ids('a')[0], age: -1 }] },
      RangeError,
    ],
  ])('%s is refused before anything is done', (_, event, error) => {
    expect(() => node.handle(event as InEvent<number>)).toThrow(error);
    expect(node.snapshot).toMatchObject({ missingPayloads: 0, seenIds: 0 });
  });

  test('an event for a topic that is not joined is counted', () => {
    const other = new TestNode();
    other.quit();
    for (const event of [recovered('a'), unavailable(1, 'a'), announceCache(1)])
      expect(other.handle(event)).toEqual([]);
    expect(other.stats.unknownTopics).toBe(3);
  });
});

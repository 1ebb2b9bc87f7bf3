import { describe, expect, test } from 'vitest';
import type { InEvent, PartialConfig } from '../src/index.js';
import { ids, ihave, recovered, unavailable } from './helper/gaps.js';
import { emitted, idOf, payload, reconciled, sentTypes, TestNode, timer, timers, utf8 } from './helper/node.js';
import { TOPIC } from './helper/topic.js';

// Payloads that are lost for good: when a node tells its subscribers, and what it tells its neighbors.

describe('a payload that a neighbor knew and has no more', () => {
  const lost = { type: 'lost', count: 2, reason: 'unavailable' };

  test('is told lost once, when nobody can bring it any more, and not delivered afterwards', () => {
    const node = new TestNode().meet(1, 2);
    node.handle(unavailable(1, 'a', 'b'));
    node.handle(unavailable(2, 'a', 'b'));
    node.now = 29_999;
    expect(emitted(node.evict())).toEqual([]);
    node.now = 30_000;
    expect(emitted(node.evict())).toEqual([lost]);
    expect(emitted(node.evict())).toEqual([]);
    expect(node.stats.unavailablePayloads).toBe(2);
    expect(emitted(node.receive(1, payload('a')))).toEqual([]);
    node.handle(unavailable(1, 'a'));
    expect(node.snapshot.missingPayloads).toBe(0);
  });

  test.each<[string, (node: TestNode) => void]>([
    ['pushed', (node) => node.receive(2, payload('a'))],
    ['recovered', (node) => node.handle(recovered('a'))],
    ['published by ourselves', (node) => node.broadcast('a')],
  ])('is not lost when it is %s in time', (_, bring) => {
    const node = new TestNode().meet(1, 2);
    node.handle(unavailable(1, 'a'));
    bring(node);
    node.now = 40_000;
    expect(emitted(node.evict())).toEqual([]);
  });

  test('is asked for when another neighbor announces it', () => {
    const node = new TestNode().meet(1, 2);
    node.handle(unavailable(1, 'a'));
    expect(sentTypes(node.expire(timer(node.receive(2, ihave('a')), 'sendGraft')))).toEqual(['2 graft']);
  });

  test('is none of our business when a stranger says so', () => {
    const node = new TestNode().meet(1);
    node.handle(unavailable(9, 'a'));
    node.receive(9, ihave('b'));
    expect(node.snapshot.missingPayloads).toBe(0);
    expect(node.stats.strangerIHaves).toBe(1);
  });
});

describe('a payload whose time is over', () => {
  const expired = (node: TestNode) => [...node.state.expired(TOPIC, node.now)];

  test('stays known, with its age, for a retention of payloads less than ids do', () => {
    const node = new TestNode().meet(1);
    node.receive(1, payload('a'));
    node.now = 10_000;
    node.handle(recovered('b', { age: 15_000 }));
    node.now = 30_000;
    node.evict();
    expect([...node.state.window(TOPIC, node.now)]).toEqual([]);
    expect(expired(node)).toEqual([
      { id: idOf(utf8('b')), age: 35_000 },
      { id: idOf(utf8('a')), age: 30_000 },
    ]);
    // A neighbor that joins now may lack it.
    expect(reconciled(node.receive(2, { type: 'neighbor', priority: 'high', data: undefined }))).toEqual([
      '2 neighborUp',
    ]);
    node.now = 59_999;
    node.evict();
    expect(expired(node)).toEqual([{ id: idOf(utf8('a')), age: 59_999 }]);
    node.now = 60_000;
    expect(expired(node)).toEqual([]);
  });

  test('is forgotten with its id, and where ids are not remembered for so much longer', () => {
    const few = new TestNode({ broadcast: { messageIdMaxCount: 2 } }).meet(1);
    for (const text of ['a', 'b']) few.receive(1, payload(text));
    few.now = 30_000;
    few.evict();
    for (const text of ['c', 'd']) few.receive(1, payload(text));
    expect(expired(few).length).toBeLessThanOrEqual(2);
    for (const config of [{ broadcast: { messageIdRetention: 60_000 } }, { mode: 'reference' }] as const) {
      const node = new TestNode(config).meet(1);
      node.receive(1, payload('a'));
      node.now = 30_000;
      node.evict();
      expect(expired(node)).toEqual([]);
    }
    expect([...few.state.expired('f'.repeat(64) as typeof TOPIC, 0)]).toEqual([]);
  });
});

describe('a payload that a neighbor has told lost', () => {
  const reported = (from: number, age: number, ...texts: string[]): InEvent<number> => ({
    type: 'lossesReported',
    topic: TOPIC,
    from,
    losses: ids(...texts).map((id) => ({ id, age })),
  });
  /** A node that has been a member for a minute. */
  const member = (config: PartialConfig, ...peers: number[]): TestNode => {
    const node = new TestNode(config);
    node.now = -60_000;
    node.meet(...peers);
    node.now = 0;
    return node;
  };
  const losses = (node: TestNode) => [...node.state.losses(TOPIC, node.now)];
  const told = (count: number) => [{ type: 'lost', count, reason: 'unavailable' }];

  test('is told lost here as well, unless it arrives within five seconds', () => {
    const node = member({}, 1, 2);
    node.handle(reported(1, 40_000, 'a', 'b'));
    node.handle(reported(2, 41_000, 'a'));
    node.receive(2, payload('b'));
    node.now = 4_999;
    expect(emitted(node.evict())).toEqual([]);
    node.now = 5_000;
    expect(emitted(node.evict())).toEqual(told(1));
    expect(emitted(node.receive(2, payload('a')))).toEqual([]);
    node.handle(reported(2, 41_000, 'a'));
    node.now = 20_000;
    expect(emitted(node.evict())).toEqual([]);
  });

  test('is told on, with its age, until its id would be forgotten: no loss goes round for ever', () => {
    const node = member({}, 1, 2);
    node.handle(reported(1, 40_000, 'a'));
    expect(losses(node)).toEqual([]);
    node.now = 5_000;
    expect(reconciled(node.evict())).toEqual(expect.arrayContaining(['1 periodic', '2 periodic']));
    expect(losses(node)).toEqual([{ id: idOf(utf8('a')), age: 45_000 }]);
    node.now = 50_000;
    node.evict();
    expect(losses(node)).toEqual([]);
    node.handle(reported(2, 90_000, 'c'));
    node.now = 60_000;
    expect(emitted(node.evict())).toEqual([]);
  });

  test('is what we have told ourselves, too', () => {
    const node = member({}, 1, 2);
    node.receive(1, ihave('a'));
    node.now = 30_000;
    const outputs = node.evict();
    expect(emitted(outputs)).toEqual([{ type: 'lost', count: 1, reason: 'abandoned' }]);
    expect(reconciled(outputs)).toEqual(expect.arrayContaining(['1 periodic', '2 periodic']));
    expect(losses(node)).toEqual([{ id: idOf(utf8('a')), age: 30_000 }]);
    // A neighbor that joins later is told, too, even where nothing is cached.
    expect(reconciled(node.meet(3).handle({ type: 'linkReplaced', peer: 3 }))).toEqual(['3 linkReplaced']);
  });

  test('is not lost yet where another neighbor can be asked for it', () => {
    const node = member({}, 1, 2);
    node.handle(reported(1, 40_000, 'a'));
    node.now = 1_000;
    node.receive(2, ihave('a'));
    node.now = 10_000;
    expect(emitted(node.evict())).toEqual([]);
    expect(emitted(node.receive(2, payload('a')))).toHaveLength(1);
    node.now = 40_000;
    expect(emitted(node.evict())).toEqual([]);
  });

  test('may have come to us when it was too old to be passed on: others are told', () => {
    const node = member({}, 1, 2);
    node.now = 40_000;
    expect(emitted(node.handle(recovered('a', { age: 30_000 })))).toMatchObject([{ type: 'received' }]);
    expect(losses(node)).toEqual([{ id: idOf(utf8('a')), age: 30_000 }]);
    const outputs = node.evict();
    expect(emitted(outputs)).toEqual([]);
    expect(reconciled(outputs)).toEqual(expect.arrayContaining(['1 periodic', '2 periodic']));
  });

  test('is told to all neighbors in rounds, five seconds apart', () => {
    const node = member({}, 1);
    const rounds: number[] = [];
    for (let i = 0; i < 20; i++) {
      node.handle(reported(1, 30_000, `m${i}`));
      node.now += 1_000;
      if (reconciled(node.evict()).includes('1 periodic')) rounds.push(node.now);
    }
    expect(rounds).toEqual([5_000, 10_000, 15_000, 20_000]);
  });

  test('is none of our business when a stranger says so, and no neighbor can say it without end', () => {
    const node = member({ hardened: { missingPerPeer: 10 } }, 1);
    node.handle(reported(9, 30_000, 'a'));
    node.handle(reported(1, 30_000, ...Array.from({ length: 55 }, (_, i) => `m${i}`)));
    node.now = 5_000;
    const outputs = node.evict();
    expect(emitted(outputs)).toEqual(told(40)); // four times as many
    expect(node.stats.droppedAnnouncements).toBe(15);
    // The refused loss is reported again, now that there is space.
    expect(reconciled(outputs)).toContain('1 overflow');
    expect(reconciled(node.evict())).not.toContain('1 overflow');
  });

  test('is nothing to one that had it and has forgotten that, for as long again as it remembered', () => {
    const node = member({}, 1, 2);
    node.receive(1, payload('a'));
    node.now = 90_000;
    node.evict();
    expect(node.state.hasSeen(TOPIC, idOf(utf8('a')))).toBe(false);
    expect([...node.state.seenIds(TOPIC)]).toEqual(ids('a'));
    node.handle(reported(2, 50_000, 'a'));
    node.handle(recovered('a', { from: 2, age: 20_000 }));
    node.handle(unavailable(2, 'a'));
    node.now = 179_999;
    expect(emitted(node.evict())).toEqual([]);
    node.now = 270_000;
    node.evict();
    expect([...node.state.seenIds(TOPIC)]).toEqual([]);
    expect(timers(node.evict())).toEqual([]);
  });

  test('is not told to one that came later than anybody could have given it the payload', () => {
    const node = new TestNode().meet(1);
    node.handle(reported(1, 30_001, 'a'));
    node.handle(reported(1, 29_999, 'b'));
    node.now = 5_000;
    expect(emitted(node.evict())).toEqual(told(1));
  });
});

describe('an announced payload that does not come', () => {
  test('is told lost also when its announcers have left', () => {
    const node = new TestNode().meet(1, 2);
    node.receive(1, ihave('a'));
    node.disconnected(1);
    node.now = 30_000;
    expect(emitted(node.evict())).toEqual([{ type: 'lost', count: 1, reason: 'abandoned' }]);
  });

  test('is delivered when a later announcer has it', () => {
    const node = new TestNode().meet(1, 2);
    const first = node.receive(1, ihave('a'));
    node.disconnected(1);
    node.expire(timer(first, 'sendGraft'));
    node.now = 20_000;
    node.expire(timer(node.receive(2, ihave('a')), 'sendGraft'));
    expect(emitted(node.receive(2, payload('a')))).toHaveLength(1);
    node.now = 40_000;
    expect(emitted(node.evict())).toEqual([]);
  });

  test('waits for its turn where more are missing than can be asked for', () => {
    const node = new TestNode({ hardened: { missingPerPeer: 2 } }).meet(1, 2);
    const outputs = node.receive(1, ihave('a', 'b', 'c', 'd', 'e'));
    expect(timers(outputs).filter(([type]) => type === 'sendGraft')).toHaveLength(2);
    node.receive(2, payload('a'));
    node.receive(2, payload('b'));
    const admitted = node.evict();
    expect(timers(admitted).filter(([type]) => type === 'sendGraft')).toHaveLength(2);
    expect(sentTypes(node.expire(timer(admitted, 'sendGraft')))).toEqual(['1 graft']);
    node.now = 30_000;
    expect(emitted(node.evict())).toEqual([
      { type: 'lost', count: 2, reason: 'abandoned' },
      { type: 'lost', count: 1, reason: 'overflow' },
    ]);
  });

  test('is looked for as a whole with a neighbor that has announced more than can be known, once there is room', () => {
    const node = new TestNode({ hardened: { missingPerPeer: 1 } }).meet(1, 2);
    const texts = ['a', 'b', 'c', 'd', 'e', 'f'];
    node.receive(1, ihave(...texts));
    expect(node.snapshot.missingPayloads).toBe(4);
    expect(node.stats.droppedAnnouncements).toBe(2);
    expect(reconciled(node.evict())).toEqual([]);
    for (const text of texts) node.receive(2, payload(text));
    expect(reconciled(node.evict())).toEqual(['1 overflow']);
    expect(reconciled(node.evict())).toEqual([]);
  });

  test('is one of a bounded number per neighbor, whatever it announces, and that number does not grow when it comes again', () => {
    const node = new TestNode({ hardened: { missingPerPeer: 10 } }).meet(2);
    for (let i = 0; i < 20; i++) {
      node.meet(1);
      node.receive(1, ihave(...Array.from({ length: 50 }, (_, k) => `${i}-${k}`)));
      node.disconnected(1);
    }
    expect(node.snapshot.missingPayloads).toBe(40);
    node.now = 30_000;
    expect(emitted(node.evict())).toEqual([{ type: 'lost', count: 40, reason: 'abandoned' }]);
  });

  test('is lost without a word in the reference', () => {
    const node = new TestNode({ mode: 'reference' }).meet(1);
    node.receive(1, ihave('a'));
    node.disconnected(1);
    node.now = 60_000;
    expect(emitted(node.evict())).toEqual([]);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../../test/support/runs.js';
import type { Message, Stats } from '../src/index.js';
import { emitted, idOf, payload, sent, sentTypes, TestNode, timer, utf8 } from './helper/node.js';

// Which messages are handled from whom: a stranger may ask to join, and may answer what it was asked.

const STRANGER = 66;
const data = Uint8Array.of(1);
const high: Message<number> = { type: 'neighbor', priority: 'high', data: undefined };
const disconnect: Message<number> = { type: 'disconnect', alive: true, respond: false };
const graft = (text: string): Message<number> => ({ type: 'graft', id: idOf(utf8(text)), round: 0 });
const forwardJoin = (id: number, ttl: number): Message<number> => ({ type: 'forwardJoin', peer: { id, data }, ttl });
const shuffle = (origin: number, nodes: number[], ttl: number): Message<number> => ({
  type: 'shuffle',
  origin,
  nodes: nodes.map((id) => ({ id, data })),
  ttl,
});
const ihave: Message<number> = { type: 'ihave', messages: [{ id: idOf(utf8('x')), round: 0 }] };

/** A node with two neighbors, which know of nobody else, and a payload. */
function node(): TestNode {
  const it = new TestNode().meet(1, 2);
  it.broadcast('here');
  return it;
}

describe('a message that only neighbors send', () => {
  test.each<[string, Message<number>, keyof Stats]>([
    ['a payload', payload('new'), 'strangerGossip'],
    ['a graft', graft('here'), 'strangerGrafts'],
    ['a prune', { type: 'prune' }, 'strangerPrunes'],
    ['an IHave', ihave, 'strangerIHaves'],
    ['a ForwardJoin', forwardJoin(77, 0), 'strangerForwardJoins'],
    ['a ForwardJoin that goes on', forwardJoin(77, 5), 'strangerForwardJoins'],
    ['a Shuffle for somebody else', shuffle(77, [78], 0), 'strangerShuffles'],
    ['a Shuffle that goes on', shuffle(STRANGER, [78], 5), 'strangerShuffles'],
    ['a ShuffleReply', { type: 'shuffleReply', nodes: [{ id: 78, data }] }, 'unsolicitedShuffleReplies'],
  ])('%s changes nothing when a stranger sends it, and is counted', (_, message, kind) => {
    const it = node();
    const before = it.snapshot;
    const outputs = it.receive(STRANGER, message);
    expect(it.snapshot).toEqual(before);
    expect(it.stats[kind]).toBe(1);
    expect(sent(outputs).filter(({ to }) => to !== STRANGER)).toEqual([]);
    expect(emitted(outputs)).toEqual([]);
    expect(outputs.filter(({ type }) => type === 'peerData')).toEqual([]);
  });

  test('tells its sender, once in a minute, that it is no neighbor: it may keep a place for us', () => {
    const it = node();
    expect(sentTypes(it.receive(STRANGER, { type: 'prune' }))).toEqual([`${STRANGER} disconnect`]);
    expect(sentTypes(it.receive(STRANGER, payload('new')))).toEqual([]);
    it.now = 60_001;
    expect(sentTypes(it.receive(STRANGER, payload('new')))).toEqual([`${STRANGER} disconnect`]);
  });
});

describe('what a stranger may say', () => {
  test('Join and Neighbor let it in, Disconnect is heard', () => {
    expect(node().receive(STRANGER, { type: 'join', data })).toContainEqual(expect.objectContaining({ to: STRANGER }));
    const it = node();
    it.receive(STRANGER, high);
    expect(it.snapshot.activeView).toContain(STRANGER);
    it.learn(1, 9);
    it.receive(9, { type: 'disconnect', alive: false, respond: false });
    expect(it.snapshot.passiveView).not.toContain(9);
  });

  test('whom it knows is answered to a node that asks for itself, which is not taken in, 64 times a minute', () => {
    const it = node().learn(1, 9);
    const probe = shuffle(STRANGER, [STRANGER, STRANGER, STRANGER], 0);
    const [answer] = sent(it.receive(STRANGER, probe));
    expect(answer).toMatchObject({ to: STRANGER, message: { type: 'shuffleReply', nodes: { length: 3 } } });
    expect(it.snapshot.passiveView).toEqual([9]);
    let answers = 1;
    for (let i = 0; i < 1_000; i++) answers += sent(it.receive(STRANGER, probe)).length;
    expect(answers).toBe(64);
    expect(it.stats.refusedShuffles).toBe(937);
  });

  test('one list is taken while a shuffle of ours is out, and no more of it than we have offered', () => {
    const it = new TestNode();
    const due = timer(it.join(5), 'shuffle');
    it.meet(1);
    it.expire(due); // offers ourselves and nobody else
    it.receive(STRANGER, { type: 'shuffleReply', nodes: [101, 102, 103].map((id) => ({ id, data })) });
    expect(it.snapshot.passiveView).toEqual([101]);
  });
});

describe('what crosses the end of a neighborhood', () => {
  const leaves = (it: TestNode): TestNode => {
    it.receive(1, disconnect);
    return it;
  };

  test('payloads of a former neighbor are delivered and passed on', () => {
    const outputs = leaves(node()).receive(1, payload('late'));
    expect(emitted(outputs)).toMatchObject([{ type: 'received', deliveredFrom: 1 }]);
    expect(sentTypes(outputs)).toEqual(['2 gossip']);
  });

  test('a former neighbor is sent what it was told of, gets no branch, and is not corrected', () => {
    const it = leaves(node());
    expect(sentTypes(it.receive(1, graft('here')))).toEqual(['1 gossip']);
    expect(it.snapshot.eagerPeers).toEqual([2]);
    expect(sentTypes(it.receive(1, { type: 'prune' }))).toEqual([]);
  });

  test('what came after it had left is none of its business', () => {
    const it = leaves(node());
    it.broadcast('later');
    expect(sentTypes(it.receive(1, graft('later')))).toEqual([]);
    expect(it.stats.refusedGrafts).toBe(1);
  });

  test('it is a stranger once payloads from its time are gone', () => {
    const it = leaves(node());
    it.now = 30_000;
    expect(emitted(it.receive(1, payload('late')))).toEqual([]);
    expect(it.stats.strangerGossip).toBe(1);
  });

  test('a peer that we have asked to let us in may send payloads before it says that it does', () => {
    const it = new TestNode();
    it.join(5);
    expect(emitted(it.receive(5, payload('early')))).toHaveLength(1);
  });
});

/** Anything that a peer may send, with few names and texts, so that it hits. */
const anything = (): fc.Arbitrary<Message<number>> => {
  const id = fc.integer({ min: 1, max: 12 });
  const text = fc.constantFrom('here', 'x', 'y');
  const nodes = fc.array(
    id.map((peer) => ({ id: peer, data: undefined })),
    { maxLength: 10 },
  );
  const ttl = fc.integer({ min: 0, max: 7 });
  return fc.oneof(
    text.map((content) => payload(content)),
    text.map(graft),
    fc.constant<Message<number>>({ type: 'prune' }),
    fc.constant(ihave),
    fc.record({
      type: fc.constant('forwardJoin' as const),
      peer: id.map((peer) => ({ id: peer, data: undefined })),
      ttl,
    }),
    fc.record({ type: fc.constant('shuffle' as const), origin: id, nodes, ttl }),
    fc.record({ type: fc.constant('shuffleReply' as const), nodes }),
  );
};

test('strangers who do not ask to be let in move nothing, whatever they say', () => {
  const strangers = fc.array(fc.tuple(fc.integer({ min: 100, max: 104 }), anything()), { maxLength: 60 });
  fc.assert(
    fc.property(strangers, (messages) => {
      const it = node();
      const before = it.snapshot;
      const outputs = messages.flatMap(([from, message]) => it.receive(from, message));
      expect(it.snapshot).toEqual(before);
      // Each answer goes to the peer that asked, and no other peer gets a message.
      expect(sent(outputs).every(({ to }) => to >= 100)).toBe(true);
      expect(emitted(outputs)).toEqual([]);
    }),
    { numRuns: runs(200) },
  );
});

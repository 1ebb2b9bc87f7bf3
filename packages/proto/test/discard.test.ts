import { describe, expect, test } from 'vitest';
import { emitted, idOf, payload, reconciled, sentTypes, TestNode, timer, utf8 } from './helper/node.js';
import { TOPIC } from './helper/topic.js';

const discard = (node: TestNode, text: string, from = 1) =>
  node.handle({ type: 'discard', topic: TOPIC, content: utf8(text), from });

describe('a payload that the application rejects', () => {
  test('is neither delivered, forwarded, cached nor announced, and its id counts as seen', () => {
    const node = new TestNode().meet(1, 2, 3);
    node.receive(3, { type: 'prune' });
    const outputs = discard(node, 'rubbish');
    expect(sentTypes(outputs)).toEqual([]);
    expect(emitted(outputs)).toEqual([]);
    expect(node.snapshot).toMatchObject({ payloadCache: { count: 0 }, queuedAnnouncements: 0, seenIds: 1 });
    expect(node.state.hasSeen(TOPIC, idOf(utf8('rubbish')))).toBe(true);
    expect(node.stats.discardedPayloads).toBe(1);
  });

  test('is not delivered when somebody else sends it', () => {
    const node = new TestNode().meet(1, 2);
    discard(node, 'rubbish');
    expect(emitted(node.receive(2, payload('rubbish')))).toEqual([]);
    const recovered = { type: 'recovered', topic: TOPIC, from: 2, content: utf8('rubbish'), round: 1, age: 0 } as const;
    expect(node.handle(recovered)).toEqual([]);
  });

  test('is not asked for any more, nor told lost', () => {
    const node = new TestNode().meet(1, 2);
    const announced = node.receive(2, { type: 'ihave', messages: [{ id: idOf(utf8('rubbish')), round: 0 }] });
    discard(node, 'rubbish');
    expect(node.snapshot.missingPayloads).toBe(0);
    expect(sentTypes(node.expire(timer(announced, 'sendGraft')))).toEqual([]);
    node.now = 31_000;
    expect(emitted(node.evict())).toEqual([]);
  });

  test('leaves one alone that was delivered before', () => {
    const node = new TestNode().meet(1, 2);
    node.receive(1, payload('hello'));
    discard(node, 'hello', 2);
    expect(node.snapshot.payloadCache.count).toBe(1);
    expect(node.stats.discardedPayloads).toBe(0);
  });

  test('has no neighbor reconciled with: there is nothing to tell', () => {
    const node = new TestNode();
    discard(node, 'rubbish');
    expect(reconciled(node.receive(1, { type: 'join', data: undefined }))).toEqual([]);
  });

  test('must be bytes', () => {
    const event = { type: 'discard', topic: TOPIC, content: 'rubbish' as unknown as Uint8Array, from: 1 } as const;
    expect(() => new TestNode().handle(event)).toThrow(TypeError);
  });
});

test('the reference mode ignores a rejection', () => {
  const node = new TestNode({ mode: 'reference' }).meet(1);
  expect(discard(node, 'rubbish')).toEqual([]);
  expect(node.state.hasSeen(TOPIC, idOf(utf8('rubbish')))).toBe(false);
});

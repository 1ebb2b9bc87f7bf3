import { describe, expect, test } from 'vitest';
import type { Message, PeerOrigin } from '../src/index.js';
import { sent, TestNode } from './helper/node.js';

// X2 and X11: whom can others make us dial, and how many messages can one of theirs cost?

const data = Uint8Array.of(1);
const join: Message<number> = { type: 'join', data: undefined };
const high: Message<number> = { type: 'neighbor', priority: 'high', data: undefined };
const forwardJoin = (id: number, ttl: number): Message<number> => ({ type: 'forwardJoin', peer: { id, data }, ttl });
const shuffle = (origin: number, nodes: number[], ttl: number): Message<number> => ({
  type: 'shuffle',
  origin,
  nodes: nodes.map((id) => ({ id, data })),
  ttl,
});
const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);
const reference = (): TestNode => new TestNode({ mode: 'reference' });

describe('1,000 Joins of one peer that is a neighbor already', () => {
  const walks = (node: TestNode): number => {
    node.meet(1, 2, 3, 4, 5);
    let count = 0;
    for (let i = 0; i < 1_000; i++) {
      count += sent(node.receive(5, join)).filter(({ message }) => message.type === 'forwardJoin').length;
    }
    return count;
  };

  test('send 4,000 walks through the swarm in the reference', () => {
    expect(walks(reference())).toBe(4_000);
  });

  test('send 12: three Joins a minute are passed on', () => {
    const node = new TestNode();
    expect(walks(node)).toBe(12);
    expect(node.stats.refusedIntroductions).toBe(997);
  });
});

test('a neighbor that has started anew is introduced again', () => {
  const node = new TestNode().meet(1, 2);
  node.disconnected(2);
  expect(sent(node.receive(2, join))).toContainEqual({
    to: 1,
    message: { type: 'forwardJoin', peer: { id: 2, data: undefined }, ttl: 6 },
  });
});

test('a neighbor has 2,048 ForwardJoins a minute passed on, and another is not worse off for it', () => {
  const node = new TestNode().meet(1, 2, 3);
  let passedOn = 0;
  for (let i = 0; i < 5_000; i++) passedOn += sent(node.receive(1, forwardJoin(1_000 + i, 6))).length;
  expect(passedOn).toBe(2_048);
  expect(sent(node.receive(2, forwardJoin(9_999, 6)))).toHaveLength(1);
});

test('a neighbor has 64 Shuffles a minute passed on or answered', () => {
  const node = new TestNode().meet(1, 2, 3);
  let messages = 0;
  for (let i = 0; i < 1_000; i++) messages += sent(node.receive(1, shuffle(1_000 + i, [1_000 + i], i % 7))).length;
  expect(messages).toBe(64);
  expect(node.stats.refusedShuffles).toBe(936);
});

describe('a neighbor that introduces phantoms', () => {
  const asked = (node: TestNode): number => {
    node.meet(1, 2);
    for (const id of range(1_000, 500)) node.receive(1, forwardJoin(id, 0));
    return node.snapshot.pendingNeighborRequests.length;
  };

  test('has the reference ask all of them', () => {
    expect(asked(reference())).toBe(500);
  });

  test('has us ask 16 at a time, and others only once those have answered or failed', () => {
    const node = new TestNode();
    expect(asked(node)).toBe(16);
    expect(node.stats.refusedIntroductions).toBe(484);
    node.disconnected(1_000);
    node.receive(1, forwardJoin(3_000, 0));
    expect(node.snapshot.pendingNeighborRequests).toContain(3_000);
    expect(node.snapshot.pendingNeighborRequests).toHaveLength(16);
  });

  test('keeps nobody else from introducing somebody: each of the others has one that is asked at once', () => {
    const node = new TestNode();
    asked(node);
    node.receive(2, forwardJoin(4_000, 0));
    node.receive(2, forwardJoin(4_001, 0));
    expect(node.snapshot.pendingNeighborRequests).toContain(4_000);
    expect(node.snapshot.pendingNeighborRequests).not.toContain(4_001);
  });
});

describe('how a peer that we may dial has come to be known', () => {
  const origin = (node: TestNode, peer: number): PeerOrigin<number> => node.state.origin(peer);

  test('by the user, until it answers', () => {
    const node = new TestNode();
    node.join(5);
    expect(origin(node, 5)).toEqual({ trust: 'user' });
    node.receive(5, high);
    expect(origin(node, 5)).toEqual({ trust: 'met' });
    node.join(6); // has neighbors by now: a probe
    expect(origin(node, 6)).toEqual({ trust: 'user' });
  });

  test('by itself: a former neighbor, one whose link broke, one that we refused', () => {
    const node = new TestNode({ membership: { activeViewCapacity: 2 } }).meet(1, 2, 3);
    node.receive(4, { type: 'neighbor', priority: 'low', data: undefined });
    node.receive(3, { type: 'disconnect', alive: true, respond: false });
    node.disconnected(2);
    for (const peer of [1, 2, 3, 4]) expect(origin(node, peer)).toEqual({ trust: 'met' });
  });

  test('by others, and by whom', () => {
    const node = new TestNode().meet(1, 2).learn(2, 7);
    node.receive(1, forwardJoin(8, 0));
    expect(origin(node, 7)).toEqual({ trust: 'hearsay', namedBy: 2 });
    expect(origin(node, 8)).toEqual({ trust: 'hearsay', namedBy: 1 });
    expect(origin(node, 9)).toEqual({ trust: 'hearsay' });
  });

  test('what is remembered of it is bounded', () => {
    const node = new TestNode().meet(1);
    for (let i = 0; i < 50; i++) {
      node.now += 60_000;
      for (const id of range(1_000 + 500 * i, 50)) node.receive(1, shuffle(id, [id], 0));
    }
    const remembered = range(1_000, 25_000).filter((id) => origin(node, id).namedBy !== undefined).length;
    expect(remembered).toBeLessThanOrEqual(71);
  });
});

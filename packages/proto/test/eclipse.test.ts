import { describe, expect, test } from 'vitest';
import type { Message } from '../src/index.js';
import { TestNode } from './helper/node.js';
import { TOPIC } from './helper/topic.js';

// X6: a crowd of new identities asks for places in an active view. How many chosen neighbors are left?

const HONEST = [1, 2, 3, 4, 5];
const join: Message<number> = { type: 'join', data: undefined };
const high: Message<number> = { type: 'neighbor', priority: 'high', data: undefined };

/** A node that was told to join five others, which have let it in. */
function joined(seed = 1): TestNode {
  const node = new TestNode({}, seed);
  node.join(...HONEST);
  for (const peer of HONEST) node.receive(peer, high);
  return node;
}

const honest = (node: TestNode): number => node.snapshot.activeView.filter((peer) => peer < 100).length;
const connected = (node: TestNode, peer: number, source: string) =>
  node.handle({ type: 'peerConnected', peer, source });

describe('a crowd of fresh identities', () => {
  test.each([
    ['that join', join],
    ['that ask to be neighbors', high],
  ])('%s takes less than half of the places of chosen neighbors', (_, message) => {
    for (let seed = 1; seed <= 20; seed++) {
      const node = joined(seed);
      for (let i = 0; i < 500; i++) {
        node.now++;
        node.receive(100 + i, message);
      }
      expect(honest(node)).toBeGreaterThanOrEqual(3);
    }
  });

  test('does not take the places of those who have been there longest either, where nobody was chosen', () => {
    const node = new TestNode().meet(...HONEST);
    for (let i = 0; i < 500; i++) node.receive(100 + i, join);
    expect(node.snapshot.activeView).toEqual(expect.arrayContaining([1, 2, 3]));
  });

  test('does not come back as our own choice: who is pushed out stays out of a full passive view', () => {
    const node = joined();
    for (let i = 0; i < 6; i++) node.learn(1, ...Array.from({ length: 5 }, (_, k) => 10 + 5 * i + k));
    expect(node.snapshot.passiveView).toHaveLength(30);
    for (let i = 0; i < 500; i++) node.receive(100 + i, join);
    // The two chosen neighbors that were evicted are in the passive view, instead of two others.
    expect(node.snapshot.passiveView.filter((peer) => peer >= 100)).toEqual([]);
  });

  test('gives a place back to a neighbor that we choose', () => {
    const node = joined();
    node.learn(1, 50);
    for (const peer of [1, 2, 3, 4, 5]) if (node.snapshot.activeView.length > 1) node.disconnected(peer);
    // The crowd fills the free places, and is just large enough to be one.
    for (let i = 0; i < 30; i++) node.receive(100 + i, join);
    const crowded = honest(node);
    node.receive(50, { type: 'neighbor', priority: 'low', data: undefined });
    expect(node.snapshot.activeView).toContain(50);
    expect(honest(node)).toBe(crowded + 1);
  });
});

describe('the places that are not kept', () => {
  test('turn over no faster than 1,024 times a minute', () => {
    const node = joined();
    for (let i = 0; i < 3_000; i++) node.receive(100 + i, join);
    expect(node.stats.refusedEvictions).toBe(3_000 - 1_024);
    node.now = 60_001;
    node.receive(9_999, join);
    expect(node.snapshot.activeView).toContain(9_999);
  });

  test('turn over no faster than 128 times a minute for peers from one source', () => {
    const node = joined();
    for (let i = 0; i < 500; i++) {
      connected(node, 100 + i, '203.0.113.5');
      node.receive(100 + i, join);
    }
    expect(node.stats.refusedEvictions).toBe(500 - 128);
    connected(node, 9_999, '198.51.100.7');
    node.receive(9_999, join);
    expect(node.snapshot.activeView).toContain(9_999);
  });

  test('are taken from peers of the same source first', () => {
    const node = new TestNode();
    for (const peer of [1, 2, 3, 4]) connected(node, peer, `192.0.2.${peer}`);
    node.meet(1, 2, 3, 4);
    for (let i = 0; i < 100; i++) {
      connected(node, 100 + i, '203.0.113.5');
      node.receive(100 + i, join);
    }
    expect(node.snapshot.activeView).toEqual(expect.arrayContaining([1, 2, 3, 4]));
  });

  test('a source is forgotten with the link', () => {
    const node = joined();
    for (let i = 0; i < 200; i++) {
      connected(node, 100, '203.0.113.5');
      node.disconnected(100);
    }
    node.receive(100, join);
    expect(node.snapshot.activeView).toContain(100);
  });

  test('the host must tell sources as strings', () => {
    const event = { type: 'peerConnected', peer: 1, source: 5 as unknown as string } as const;
    expect(() => new TestNode().handle(event)).toThrow(TypeError);
  });
});

test('one place that a node chose is not kept: nobody else could ever come in', () => {
  const node = new TestNode({ membership: { activeViewCapacity: 1 } });
  node.join(1);
  node.receive(1, high);
  node.receive(2, join);
  expect(node.state.neighbors(TOPIC)).toEqual([2]);
});

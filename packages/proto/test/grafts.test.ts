import { describe, expect, test } from 'vitest';
import type { Message } from '../src/index.js';
import { idOf, sent, TestNode, utf8 } from './helper/node.js';
import { TOPIC } from './helper/topic.js';

// X10: how many bytes of payload does one byte of a graft bring?

const graft = (content: Uint8Array): Message<number> => ({ type: 'graft', id: idOf(content), round: 0 });
const BIG = utf8('x'.repeat(4_000));
const GRAFT_LENGTH = 41;

/** Asks 10,000 times within a second. @returns bytes of payload for each byte of asking */
function ask(node: TestNode, from: number): number {
  node.handle({
    type: 'command',
    topic: TOPIC,
    command: { type: 'broadcast', content: BIG, scope: 'swarm' },
  });
  let bytes = 0;
  for (let i = 0; i < 10_000; i++) {
    node.now += 0.09;
    for (const { message } of sent(node.receive(from, graft(BIG)))) {
      if (message.type === 'gossip') bytes += message.content.length;
    }
  }
  return bytes / (10_000 * GRAFT_LENGTH);
}

describe('10,000 grafts for one payload within a second', () => {
  test('bring a hundred times their bytes in the reference, whoever asks', () => {
    expect(ask(new TestNode({ mode: 'reference' }).meet(1), 66)).toBeGreaterThan(90);
  });

  test('bring a neighbor the payload three times', () => {
    const node = new TestNode().meet(1, 2);
    expect(ask(node, 2) * GRAFT_LENGTH * 10_000).toBeCloseTo(3 * BIG.length);
    expect(node.stats.refusedGrafts).toBe(9_997);
  });

  test('bring a stranger nothing', () => {
    expect(ask(new TestNode().meet(1), 66)).toBe(0);
  });
});

test('a neighbor gets a payload again, and after three times only in the next second: answers may be lost', () => {
  const node = new TestNode().meet(1, 2);
  node.broadcast('hi');
  const answered = (now: number): number => {
    node.now = now;
    return sent(node.receive(2, graft(utf8('hi')))).length;
  };
  expect([0, 300, 900, 999].map(answered)).toEqual([1, 1, 1, 0]);
  expect([1_000, 1_001, 1_002, 1_003].map(answered)).toEqual([1, 1, 1, 0]);
});

test('a former neighbor gets it once in a second', () => {
  const node = new TestNode().meet(1, 2);
  node.broadcast('hi');
  node.receive(2, { type: 'disconnect', alive: true, respond: false });
  const answers = [0, 300, 1_000].map((now) => {
    node.now = now;
    return sent(node.receive(2, graft(utf8('hi')))).filter(({ message }) => message.type === 'gossip').length;
  });
  expect(answers).toEqual([1, 0, 1]);
});

test('each peer and each payload has its own second', () => {
  const node = new TestNode().meet(1, 2);
  node.broadcast('a');
  node.broadcast('b');
  for (const peer of [1, 2])
    for (const text of ['a', 'b']) expect(sent(node.receive(peer, graft(utf8(text))))).toHaveLength(1);
});

import { describe, expect, test } from 'vitest';
import { idPrefix, PastIds } from '../src/broadcast/past-ids.js';
import { messageIdFromBytes } from '../src/index.js';
import { idOf, payload, TestNode, utf8 } from './helper/node.js';
import { TOPIC } from './helper/topic.js';

const MINUTE = 60_000;

test('the prefix of an id is its first 48 bits', () => {
  const id = messageIdFromBytes(Uint8Array.from({ length: 32 }, (_, i) => 0xf0 + i));
  expect(idPrefix(id)).toBe(0xf0f1f2f3f4f5);
});

describe('the last ids of a topic', () => {
  const id = (n: number) => idOf(utf8(`${n}`));

  test('are kept for ever, with their ages, and whether the payload was here', () => {
    const past = new PastIds();
    past.add(id(1), true, 0);
    past.add(id(2), false, MINUTE);
    expect(past.at(1_000 * MINUTE)).toEqual({
      messages: [
        { prefix: idPrefix(id(1)), age: 1_000 * MINUTE, wasHere: true },
        { prefix: idPrefix(id(2)), age: 999 * MINUTE, wasHere: false },
      ],
      reach: Number.POSITIVE_INFINITY,
    });
  });

  test('are 32, and reach back to the last one that was dropped', () => {
    const past = new PastIds();
    for (let n = 0; n < 100; n++) past.add(id(n), true, n);
    const { messages, reach } = past.at(100);
    expect(messages.map(({ prefix }) => prefix)).toEqual(Array.from({ length: 32 }, (_, i) => idPrefix(id(68 + i))));
    expect(reach).toBe(100 - 67);
  });
});

describe('a topic', () => {
  const prefixes = (node: TestNode) => node.state.past(TOPIC, node.now).messages.map(({ prefix }) => prefix);

  test('remembers what it has published and received when all else is forgotten, and begins with a new neighbor', () => {
    const node = new TestNode().meet(1);
    node.broadcast('ours');
    node.receive(1, payload('theirs'));
    for (let i = 0; i < 10; i++) {
      node.now += MINUTE;
      node.evict();
    }
    expect([...node.state.seenIds(TOPIC)]).toEqual([]);
    expect(prefixes(node)).toEqual([idPrefix(idOf(utf8('ours'))), idPrefix(idOf(utf8('theirs')))]);
    const outputs = node.receive(2, { type: 'neighbor', priority: 'high', data: undefined });
    expect(outputs).toContainEqual({ type: 'reconcile', topic: TOPIC, peer: 2, reason: 'neighborUp' });
  });

  /** 100 messages, one a second, and a minute more. */
  const talk = (node: TestNode) => {
    node.meet(1);
    for (let i = 0; i < 160; i++) {
      if (i < 100) node.broadcast(`${i}`);
      node.now += 1_000;
      node.evict();
    }
    return node.state.past(TOPIC, node.now);
  };

  test('remembers a payload as past when its time is over and neighbors compare it no more', () => {
    const { messages } = talk(new TestNode());
    expect(messages).toHaveLength(32);
    expect(messages.at(-1)).toEqual({ prefix: idPrefix(idOf(utf8('99'))), age: 61_000, wasHere: true });
  });

  test('knows what came within three minutes, and after its bounds last had it forget an id', () => {
    expect(talk(new TestNode()).reach).toBe(3 * MINUTE);
    expect(talk(new TestNode({ broadcast: { messageIdMaxCount: 20 } })).reach).toBe(61_000);
  });

  test('that is left, or of the reference mode, has no past', () => {
    for (const node of [new TestNode({ mode: 'reference' }), new TestNode()]) {
      node.meet(1).broadcast('ours');
      if (node.state.config.mode === 'hardened') node.quit();
      expect(prefixes(node)).toEqual([]);
    }
  });
});

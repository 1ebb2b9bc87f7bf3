import { describe, expect, test } from 'vitest';
import type { Config, InEvent, RootTag } from '../src/index.js';
import { MODES, payload, sent, sentTypes, TestNode } from './helper/node.js';
import { TOPIC } from './helper/topic.js';

const stalled = (...peers: number[]): InEvent<number> => ({ type: 'stalled', topic: TOPIC, peers });

/** Too long for a tag: such payloads travel along the tree that all publishers share. */
const LONG = 'x'.repeat(4_050);

/** A node with neighbors 1, 2 and 3, of which the first alone gets long payloads. */
function narrow(mode: Config['mode'] = 'hardened'): TestNode {
  const node = new TestNode({ mode }).meet(1, 2, 3);
  for (const peer of [2, 3]) node.receive(peer, { type: 'prune' });
  expect(node.state.eagerPeers(TOPIC)).toEqual([1]);
  return node;
}

/** Who gets a payload at once. */
const receivers = (node: TestNode, text: string): number[] =>
  sent(node.broadcast(text)).flatMap(({ to, message }) => (message.type === 'gossip' ? [to] : []));

describe('neighbors that take nothing', () => {
  test('are not the only ones that get payloads any more', () => {
    const node = narrow();
    expect(receivers(node, `1${LONG}`)).toEqual([1]);
    expect(sentTypes(node.handle(stalled(1)))).toEqual([expect.stringMatching(/^[23] graft$/)]);
    expect(receivers(node, `2${LONG}`)).toHaveLength(2);
    expect(sentTypes(node.handle(stalled(1)))).toEqual([]);
  });

  test('are no reason for another branch where somebody else gets payloads, or nobody is left', () => {
    expect(narrow().handle(stalled(2))).toEqual([]);
    expect(narrow().handle(stalled(1, 2, 3))).toEqual([]);
    expect(new TestNode().handle(stalled(1))).toEqual([]);
  });

  test('are not the only ones in a tree of our own either', () => {
    const node = new TestNode().meet(1, 2, 3);
    const theirs = 0xa as RootTag;
    for (const peer of [1, 2, 3]) node.receive(peer, { ...payload('theirs'), tag: theirs });
    const outputs = [1, 2, 3, 4].flatMap((number) => sent(node.broadcast(`ours ${number}`))); // few payloads are not worth a tree
    const last = outputs.at(-1)?.message;
    if (last?.type !== 'gossip' || last.tag === theirs) throw new Error('it is published along a tree of our own');
    const { tag } = last;
    for (const peer of [2, 3]) node.receive(peer, { type: 'prune', tag });
    expect(receivers(node, 'b')).toEqual([1]);
    expect(sent(node.handle(stalled(1)))).toEqual([
      { to: expect.toSatisfy((to) => to === 2 || to === 3), message: { type: 'graft', id: undefined, round: 0, tag } },
    ]);
    expect(receivers(node, 'c')).toHaveLength(2);
  });

  test('are nothing that the reference knows', () => {
    expect(narrow('reference').handle(stalled(1))).toEqual([]);
  });

  test.each(MODES)('must be a list (%s)', (mode) => {
    const wrong = { type: 'stalled', topic: TOPIC, peers: 1 } as unknown as InEvent<number>;
    expect(() => new TestNode({ mode }).handle(wrong)).toThrow(TypeError);
  });
});

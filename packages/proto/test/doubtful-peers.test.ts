import { describe, expect, test } from 'vitest';
import type { Message, OutEvent } from '../src/index.js';
import { DoubtfulPeers } from '../src/membership/doubtful-peers.js';
import { sentTypes, TestNode, timer } from './helper/node.js';

// Many neighbors are lost at once. HyParView's own repair (TR-07-13, section 4.3) asks passive peers only while the active view has space.

const PASSIVE = [11, 12, 13, 14, 15, 16, 17];
const reply: Message<number> = { type: 'shuffleReply', nodes: [] };

/** A full view, of which a number of peers are lost; as many others come at once. */
function afterLoss(mode: 'hardened' | 'reference', lost: number) {
  const node = new TestNode({ mode });
  const shuffle = timer(node.receive(1, { type: 'join', data: undefined }), 'shuffle') ?? timer(node.join(), 'shuffle');
  node.meet(1, 2, 3, 4, 5).learn(1, ...PASSIVE);
  for (const peer of [1, 2, 3, 4, 5].slice(5 - lost)) node.disconnected(peer);
  for (const peer of [21, 22, 23, 24, 25].slice(5 - lost)) node.meet(peer);
  const heard = PASSIVE.filter((peer) => node.snapshot.pendingNeighborRequests.includes(peer));
  for (const peer of heard) node.receive(peer, refusal);
  return { node, heard, shuffle };
}
const refusal: Message<number> = { type: 'disconnect', alive: true, respond: false };

/** Passive peers that a node has asked for those they know. */
function asked(outputs: readonly OutEvent<number>[]): number[] {
  return sentTypes(outputs).flatMap((text) => {
    const [peer, type] = text.split(' ');
    return type === 'shuffle' && PASSIVE.includes(Number(peer)) ? [Number(peer)] : [];
  });
}

describe('a node that has lost at least half of a full view at once, and has a full view again', () => {
  test('asks the passive peers that it has not heard from, five at a shuffle, each once', () => {
    const { node, heard, shuffle } = afterLoss('hardened', 3);
    const first = node.expire(shuffle);
    const second = node.expire(timer(first, 'shuffle'));
    const third = node.expire(timer(second, 'shuffle'));
    expect(asked(first).length).toBeLessThanOrEqual(5);
    expect([...asked(first), ...asked(second)].sort()).toEqual(PASSIVE.filter((peer) => !heard.includes(peer)));
    expect(asked(third)).toEqual([]);
  });

  test('takes one for a neighbor that knows nobody', () => {
    const { node, shuffle } = afterLoss('hardened', 3);
    const [alone] = asked(node.expire(shuffle));
    expect(sentTypes(node.receive(alone as number, reply))).toContain(`${alone} neighbor`);
  });

  test('leaves the places as they are where one knows others', () => {
    const { node, shuffle } = afterLoss('hardened', 3);
    const [there] = asked(node.expire(shuffle));
    const nodes = [71, 72, 73, 74, 75].map((id) => ({ id, data: undefined }));
    expect(sentTypes(node.receive(there as number, { type: 'shuffleReply', nodes }))).not.toContain(
      `${there} neighbor`,
    );
  });

  test('asks nobody in the reference', () => {
    const { node, shuffle } = afterLoss('reference', 3);
    expect(asked(node.expire(shuffle))).toEqual([]);
  });
});

test('a node that has lost two of five asks nobody: that is replaced in the ordinary way', () => {
  const { node, shuffle } = afterLoss('hardened', 2);
  expect(asked(node.expire(shuffle))).toEqual([]);
});

describe('peers in doubt', () => {
  test('are taken out one by one, those that were heard from not at all', () => {
    const peers = new DoubtfulPeers<number>(3);
    peers.add([1, 2, 3]);
    peers.heardFrom(2);
    expect([peers.next(() => true), peers.next(() => true), peers.next(() => true)]).toEqual([1, 3, undefined]);
  });

  test('are so many at most: the first are forgotten', () => {
    const peers = new DoubtfulPeers<number>(3);
    peers.add([1, 2]);
    peers.add([3, 4]);
    expect(peers.next((peer) => peer > 2)).toBe(3);
    expect(peers.next(() => true)).toBe(4);
    expect(peers.next(() => true)).toBeUndefined();
  });
});

import { describe, expect, test } from 'vitest';
import { LeafState } from '../src/leaf/index.js';
import { high, join } from './helper/membership.js';
import { idOf, sentTypes, TestNode, timer, utf8 } from './helper/node.js';
import { TOPIC } from './helper/topic.js';

/** A neighbor announces payloads and sends none of them, until it is dismissed. */
function dismissal(node: TestNode, peer: number): void {
  node.meet(peer);
  for (let i = 0; node.state.neighbors(TOPIC).includes(peer); i++) {
    if (i === 100) throw new Error('it is not dismissed');
    const messages = [{ id: idOf(utf8(`${peer}-${i}`)), round: 0 }];
    node.expire(timer(node.receive(peer, { type: 'ihave', messages }), 'sendGraft'));
    node.now += 1_000;
  }
}

const joinByUser = (node: TestNode, ...peers: number[]): string[] =>
  sentTypes(node.handle({ type: 'command', topic: TOPIC, command: { type: 'join', peers, byUser: true } }));

describe('a neighbor that was dismissed', () => {
  test('is not asked back by the host, and not taken back, for a minute', () => {
    const node = new TestNode().meet(9);
    dismissal(node, 1);
    node.now += 58_000;
    expect(sentTypes(node.join(1))).toEqual([]);
    expect(sentTypes(node.receive(1, high))).toContain('1 disconnect');
    expect(node.state.isDismissed(TOPIC, 1, node.now)).toBe(true);
    node.now += 2_000;
    expect(node.state.isDismissed(TOPIC, 1, node.now)).toBe(false);
    expect(sentTypes(node.join(1))).toEqual(['1 neighbor']);
  });

  test('is asked at once when the user names it, and taken back', () => {
    const node = new TestNode().meet(9);
    dismissal(node, 1);
    expect(joinByUser(node, 1)).toEqual(['1 neighbor']);
    node.receive(1, high);
    expect(node.state.neighbors(TOPIC)).toContain(1);
  });

  test('is taken back after a third of the time that payloads are kept where there is no other neighbor: nothing is lost', () => {
    const node = new TestNode();
    dismissal(node, 1);
    expect(node.state.neighbors(TOPIC)).toEqual([]);
    expect(sentTypes(node.join(1))).toEqual([]);
    node.now += 8_000;
    expect(sentTypes(node.join(1))).toEqual([]);
    node.now += 1_000;
    expect(sentTypes(node.join(1))).toEqual(['1 join']);
    node.receive(1, join);
    expect(node.state.neighbors(TOPIC)).toEqual([1]);
  });

  test('of a leaf is taken back when the user names it', () => {
    const node = new TestNode({}, 1, (options) => new LeafState(options));
    for (const hub of [1, 2]) {
      node.join(hub);
      node.receive(hub, high);
    }
    dismissal(node, 1);
    expect(joinByUser(node, 1)).toEqual(['1 neighbor']);
    node.receive(1, high);
    expect(node.state.neighbors(TOPIC)).toContain(1);
  });
});

import { describe, expect, test } from 'vitest';
import type { Message } from '../src/index.js';
import { full, hardened, high, ME, reference, reply } from './helper/membership.js';
import { sent, sentTypes, type TestNode } from './helper/node.js';
import { TOPIC } from './helper/topic.js';

// A node probes whether it and a peer are in two swarms that could be one. The reference does not.

describe('a node that has neighbors and is told to join a peer', () => {
  test('joins it all the same in the reference: a full view there must push somebody out', () => {
    expect(sentTypes(full(reference()).join(8))).toEqual(['8 join']);
    expect(sentTypes(reference().meet(1).join(1))).toEqual(['1 join']);
  });

  test('does nothing where it is a neighbor already', () => {
    expect(hardened().meet(1).join(1)).toEqual([]);
  });

  test('asks with low priority to be a neighbor where there is room', () => {
    const outputs = hardened().meet(1).join(8);
    expect(sent(outputs)).toMatchObject([{ to: 8, message: { type: 'neighbor', priority: 'low' } }]);
  });

  test('asks a peer for nodes where there is no room, and for nothing more when it knows one of them', () => {
    const node = full(hardened());
    const outputs = sent(node.join(8));
    expect(outputs).toMatchObject([{ to: 8, message: { type: 'shuffle', origin: ME, ttl: 0 } }]);
    const { message } = outputs[0] as { message: Extract<Message<number>, { type: 'shuffle' }> };
    expect(message.nodes).toHaveLength(35);
    expect(new Set(message.nodes.map(({ id }) => id))).toEqual(new Set([ME]));
    expect(sentTypes(node.receive(8, reply(70, 7)))).toEqual([]);
    expect(sentTypes(node.receive(8, reply(71)))).toEqual([]);
    expect(node.snapshot.activeView).toEqual([1, 2, 3, 4, 5]);
  });

  test('links two swarms once when the peer names nobody that it knows', () => {
    const node = full(hardened());
    node.join(8);
    // The peer knows us because we have asked.
    expect(sent(node.receive(8, reply(70, 71, ME)))).toMatchObject([
      { to: 8, message: { type: 'neighbor', priority: 'high' } },
    ]);
    node.receive(8, high);
    expect(node.snapshot.activeView).toHaveLength(5);
    expect(node.snapshot.activeView).toContain(8);
  });

  test('finds out in the same way after a polite request was refused', () => {
    const answer = (...nodes: number[]): string[] => {
      const node = hardened().meet(1, 2);
      node.join(8);
      node.receive(8, reply(70));
      expect(sentTypes(node.receive(8, { type: 'disconnect', alive: true, respond: false }))).toEqual(['8 shuffle']);
      return sentTypes(node.receive(8, reply(...nodes)));
    };
    expect(answer(70, 1)).not.toContain('8 neighbor');
    // Peers that its refusal names are no sign that it is in our swarm.
    expect(answer(70, 71)).toContain('8 neighbor');
  });

  test('does not believe what it knew before it lost neighbors: the swarm may be split', () => {
    const node = full(hardened());
    node.disconnected(5);
    node.meet(9);
    node.join(8);
    expect(sentTypes(node.receive(8, reply(7)))).toEqual(['8 neighbor']);
  });
});

describe('a probe of a peer that is probably in the same swarm', () => {
  const probe = (node: TestNode, ...peers: number[]) =>
    node.handle({ type: 'command', topic: TOPIC, command: { type: 'probe', peers } });
  const LARGE = Array.from({ length: 30 }, (_, i) => 100 + i); // a passive view that is full
  /** As many as a probe asks for, none of which the node knows. */
  const STRANGERS = Array.from({ length: 35 }, (_, i) => 200 + i);
  const member = (...known: number[]) => full(hardened()).learn(1, ...known);

  test('goes to nobody who is a neighbor, and to nobody while there are no neighbors', () => {
    expect(probe(hardened().meet(1), 1)).toEqual([]);
    expect(probe(hardened(), 1)).toEqual([]);
  });

  test('asks with low priority to be a neighbor where there is room', () => {
    const outputs = probe(hardened().meet(1), 8);
    expect(sent(outputs)).toMatchObject([{ to: 8, message: { type: 'neighbor', priority: 'low' } }]);
  });

  test('links two swarms when one of them is so small that members would know each other', () => {
    for (const [known, answer] of [
      [[], STRANGERS],
      [LARGE, [70, 71]],
    ] as const) {
      const node = member(...known);
      expect(sentTypes(probe(node, 8))).toEqual(['8 shuffle']);
      expect(sent(node.receive(8, reply(...answer)))).toMatchObject([
        { to: 8, message: { type: 'neighbor', priority: 'high' } },
      ]);
    }
  });

  test('takes nobody their place when the peer knows somebody, or in a swarm that is so large that two members may know nobody in common', () => {
    for (const answer of [[70, 100], STRANGERS]) {
      const node = member(...LARGE);
      probe(node, 8);
      expect(sentTypes(node.receive(8, reply(...answer)))).not.toContain('8 neighbor');
    }
  });

  test('is as good as a join where the user has asked for that, too', () => {
    for (const order of ['probe first', 'join first']) {
      const node = member(...LARGE);
      if (order === 'probe first') probe(node, 8);
      node.join(8);
      if (order === 'join first') probe(node, 8);
      expect(sentTypes(node.receive(8, reply(...STRANGERS)))).toContain('8 neighbor');
    }
  });

  test('lets go of a peer that is not in the topic', () => {
    const node = hardened().meet(1);
    probe(node, 8);
    expect(node.state.wants(8)).toBe(true);
    node.receive(8, { type: 'disconnect', alive: false, respond: false });
    expect(node.state.wants(8)).toBe(false);
    expect(node.state.hasHeardFrom(TOPIC, 8)).toBe(false);
  });

  test('does nothing in the reference', () => {
    expect(probe(reference().meet(1), 8)).toEqual([]);
  });
});

test('a peer counts as heard from until it leaves; the reference does not remember', () => {
  const node = hardened().meet(1);
  expect([1, 2].map((peer) => node.state.hasHeardFrom(TOPIC, peer))).toEqual([true, false]);
  node.receive(1, { type: 'disconnect', alive: true, respond: false });
  expect(node.state.hasHeardFrom(TOPIC, 1)).toBe(true);
  node.receive(1, { type: 'disconnect', alive: false, respond: false });
  expect(node.state.hasHeardFrom(TOPIC, 1)).toBe(false);
  expect(reference().state.hasHeardFrom(TOPIC, 1)).toBe(true);
});

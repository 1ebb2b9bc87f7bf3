import { describe, expect, test } from 'vitest';
import type { Message } from '../src/index.js';
import { emitted, payload, sent, sentTypes, TestNode, timer } from './helper/node.js';
import { TOPIC } from './helper/topic.js';

const PEER = 66;
const join: Message<number> = { type: 'join', data: undefined };
const expel = (node: TestNode, peer = PEER) => node.handle({ type: 'expel', topic: TOPIC, peer });
const allow = (node: TestNode, peer = PEER) => node.handle({ type: 'allow', topic: TOPIC, peer });
const everywhere = ({ snapshot }: TestNode): readonly number[] => [
  ...snapshot.activeView,
  ...snapshot.passiveView,
  ...snapshot.pendingNeighborRequests,
  ...snapshot.eagerPeers,
  ...snapshot.lazyPeers,
];

describe('a neighbor that is expelled', () => {
  test('is sent a disconnect, with a reason, and another takes its place', () => {
    const node = new TestNode().meet(PEER, 1).learn(1, 7);
    const outputs = expel(node);
    expect(emitted(outputs)).toEqual([{ type: 'neighborDown', peer: PEER, reason: 'refused' }]);
    expect(sentTypes(outputs)).toEqual([`${PEER} shuffleReply`, `${PEER} disconnect`, '7 neighbor']);
    expect(outputs).toContainEqual({ type: 'disconnectPeer', peer: PEER });
    expect(everywhere(node)).not.toContain(PEER);
  });

  test('is not heard any more, whatever it says, and is counted', () => {
    const node = new TestNode().meet(PEER, 1, 2);
    expel(node);
    const messages: Message<number>[] = [
      join,
      { type: 'neighbor', priority: 'high', data: undefined },
      { type: 'shuffle', origin: PEER, nodes: [{ id: 9, data: undefined }], ttl: 0 },
      { type: 'forwardJoin', peer: { id: 9, data: undefined }, ttl: 0 },
      payload('hello'),
      { type: 'disconnect', alive: true, respond: false },
    ];
    expect(messages.flatMap((message) => node.receive(PEER, message))).toEqual([]);
    expect(node.stats.expelledMessages).toBe(messages.length);
  });

  test('is not brought back by others, by ourselves or by a shuffle', () => {
    const node = new TestNode();
    const shuffle = timer(node.join(5), 'shuffle');
    node.meet(PEER, 1);
    expel(node);
    node.receive(1, { type: 'forwardJoin', peer: { id: PEER, data: undefined }, ttl: 0 });
    node.learn(1, PEER);
    node.receive(1, { type: 'shuffleReply', nodes: [{ id: PEER, data: undefined }] });
    const outputs = [...node.join(PEER), ...node.expire(shuffle)];
    expect(sent(outputs).filter(({ to }) => to === PEER)).toEqual([]);
    expect(everywhere(node)).not.toContain(PEER);
  });

  test('is not tried again as a lost one', () => {
    const node = new TestNode();
    const shuffle = timer(node.join(5), 'shuffle');
    node.meet(PEER, 1);
    node.disconnected(PEER);
    expel(node);
    expect(sentTypes(node.expire(shuffle))).not.toContain(`${PEER} neighbor`);
  });

  test('may come back once it is allowed', () => {
    const node = new TestNode().meet(PEER);
    expel(node);
    allow(node);
    node.receive(PEER, join);
    expect(node.snapshot.activeView).toEqual([PEER]);
  });
});

test.each<[string, (node: TestNode) => unknown, string[]]>([
  ['a peer that we have asked to let us in', (node) => node.join(PEER), [`${PEER} shuffleReply`, `${PEER} disconnect`]],
  [
    'a peer that we have asked to be our neighbor',
    (node) => node.meet(1, 2).receive(1, { type: 'forwardJoin', peer: { id: PEER, data: undefined }, ttl: 0 }),
    [`${PEER} shuffleReply`, `${PEER} disconnect`],
  ],
  ['a passive peer', (node) => node.meet(1).learn(1, PEER), []],
])('%s that is expelled is told where it may take us for a neighbor', (_, prepare, messages) => {
  const node = new TestNode();
  prepare(node);
  expect(sentTypes(expel(node))).toEqual(messages);
  expect(everywhere(node)).not.toContain(PEER);
  expect(node.receive(PEER, { type: 'neighbor', priority: 'high', data: undefined })).toEqual([]);
});

test('the reference mode, and a topic that is not joined, ignore it', () => {
  const node = new TestNode({ mode: 'reference' }).meet(PEER);
  expect(expel(node)).toEqual([]);
  expect(node.snapshot.activeView).toEqual([PEER]);
  node.quit();
  expect([...expel(node), ...allow(node)]).toEqual([]);
});

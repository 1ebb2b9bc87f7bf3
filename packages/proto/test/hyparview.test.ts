import { describe, expect, test } from 'vitest';
import type { Message, PeerInfo } from '../src/index.js';
import { emitted, MODES, sent, sentTypes, TestNode, timer, timers } from './helper/node.js';
import { Swarm } from './helper/swarm.js';
import { TOPIC } from './helper/topic.js';

const unknown = { data: undefined } as const;
const join: Message<number> = { type: 'join', ...unknown };
const high: Message<number> = { type: 'neighbor', priority: 'high', ...unknown };
const low: Message<number> = { type: 'neighbor', priority: 'low', ...unknown };
const disconnect = (alive: boolean): Message<number> => ({ type: 'disconnect', alive, respond: false });
const list = (...ids: number[]): PeerInfo<number>[] => ids.map((id) => ({ id, ...unknown }));
const forwardJoin = (id: number, ttl: number): Message<number> => ({
  type: 'forwardJoin',
  peer: { id, ...unknown },
  ttl,
});

describe.each(MODES)('membership in %s mode', (mode) => {
  const config = { mode };
  const small = { mode, membership: { activeViewCapacity: 2 } };

  test('answers a join with a neighbor message and introduces the joiner to the others, in view order', () => {
    const node = new TestNode(config).meet(3, 1);
    const outputs = node.receive(7, { type: 'join', data: Uint8Array.of(9) });
    const introduced = { type: 'forwardJoin', peer: { id: 7, data: Uint8Array.of(9) }, ttl: 6 };
    // In the hardened mode the joiner is told of others, too: `hardened-membership.test`.
    expect(sent(outputs).filter(({ message }) => message.type !== 'shuffleReply')).toEqual([
      { to: 7, message: { type: 'neighbor', priority: 'high', data: new Uint8Array() } },
      { to: 3, message: introduced },
      { to: 1, message: introduced },
    ]);
    expect(sentTypes(outputs).includes('7 shuffleReply')).toBe(mode === 'hardened');
    expect(emitted(outputs)).toEqual([{ type: 'neighborUp', peer: 7 }]);
    expect(outputs).toContainEqual({ type: 'peerData', peer: 7, data: Uint8Array.of(9) });
    expect(node.snapshot.activeView).toEqual([3, 1, 7]);
  });

  test('makes room for a joiner by evicting one neighbor, which is told', () => {
    const node = new TestNode(small).meet(1, 2).learn(1, 8, 9);
    const outputs = node.receive(7, join);
    const down = emitted(outputs).find(({ type }) => type === 'neighborDown');
    expect(down).toMatchObject({ reason: 'evicted' });
    const evicted = (down as { peer: number }).peer;
    expect(sentTypes(outputs).slice(0, 2)).toEqual([`${evicted} shuffleReply`, `${evicted} disconnect`]);
    expect(outputs).toContainEqual({ type: 'disconnectPeer', peer: evicted });
    expect(node.snapshot.activeView).toHaveLength(2);
    expect(node.snapshot.activeView).toContain(7);
    expect(node.snapshot.passiveView).toContain(evicted);
  });

  test('accepts a low-priority request while there is room, and refuses it by a disconnect when there is none', () => {
    const node = new TestNode(small).meet(1);
    expect(sentTypes(node.receive(2, low))).toEqual(['2 neighbor']);
    const outputs = node.receive(3, low);
    expect(sentTypes(outputs)).toEqual(['3 shuffleReply', '3 disconnect']);
    expect(outputs.at(-1)).toEqual({ type: 'disconnectPeer', peer: 3 });
    expect(node.snapshot.activeView).toEqual([1, 2]);
  });

  test('accepts a high-priority request even when there is no room', () => {
    const node = new TestNode(small).meet(1, 2);
    node.receive(3, high);
    expect(node.snapshot.activeView).toContain(3);
  });

  test('does not answer an answer', () => {
    const node = new TestNode(config).meet(1);
    node.receive(1, forwardJoin(5, 0));
    expect(node.snapshot.pendingNeighborRequests).toEqual([5]);
    expect(sentTypes(node.receive(5, high))).toEqual([]);
    expect(node.snapshot).toMatchObject({ activeView: [1, 5], pendingNeighborRequests: [] });
  });

  test.each([
    ['at the end of its walk', 0, 2],
    ['when there is at most one neighbor', 4, 1],
  ])('asks the introduced peer to become a neighbor %s', (_, ttl, neighbors) => {
    const node = new TestNode(config).meet(...[1, 2].slice(0, neighbors));
    expect(sentTypes(node.receive(1, forwardJoin(9, ttl)))).toEqual(['9 neighbor']);
    expect(node.snapshot.activeView).not.toContain(9);
  });

  test('passes an introduction on, and keeps the peer in mind where the walk says so', () => {
    const node = new TestNode(config).meet(1, 2);
    expect(sent(node.receive(1, forwardJoin(9, 4)))).toEqual([{ to: 2, message: forwardJoin(9, 3) }]);
    expect(node.snapshot.passiveView).toEqual([]);
    node.receive(1, forwardJoin(9, 3));
    expect(node.snapshot.passiveView).toEqual([9]);
  });

  test('shortens walks that are longer than its own', () => {
    const node = new TestNode(config).meet(1, 2);
    expect(sent(node.receive(1, forwardJoin(9, 65_535)))).toEqual([{ to: 2, message: forwardJoin(9, 5) }]);
    const shuffle: Message<number> = { type: 'shuffle', origin: 9, nodes: [], ttl: 700 };
    expect(sent(node.receive(1, shuffle))).toEqual([{ to: 2, message: { ...shuffle, ttl: 5 } }]);
    expect(node.stats.shortenedWalks).toBe(2);
  });

  test('offers three active and four passive peers and itself in a shuffle', () => {
    const node = new TestNode(config).meet(1, 2, 3, 4, 5).learn(1, 11, 12, 13, 14, 15, 16);
    const shuffled = node.expire(firstShuffleTimer(config));
    const [shuffle] = sent(shuffled);
    if (shuffle?.message.type !== 'shuffle') throw new Error('no shuffle');
    const ids = shuffle.message.nodes.map(({ id }) => id);
    expect(ids).toHaveLength(8);
    expect(ids.slice(0, 3).every((id) => id <= 5 && id !== shuffle.to)).toBe(true);
    expect(ids.slice(3, 7).every((id) => id > 10)).toBe(true);
    expect(ids[7]).toBe(0);
    expect(shuffle.message).toMatchObject({ origin: 0, ttl: 6 });
    expect(timers(shuffled).some(([task, delay]) => task === 'shuffle' && delay === 60_000)).toBe(true);
  });

  test('answers a shuffle at the end of its walk with as many nodes, after taking the offered ones', () => {
    const node = new TestNode(config).meet(1, 2);
    const outputs = node.receive(1, { type: 'shuffle', origin: 9, nodes: list(21, 22, 0, 1), ttl: 0 });
    const [reply] = sent(outputs);
    expect(reply).toMatchObject({ to: 9, message: { type: 'shuffleReply' } });
    expect(reply?.message.type === 'shuffleReply' && reply.message.nodes.length).toBe(4);
    expect(node.snapshot.passiveView).toEqual([21, 22]);
  });

  test('looks at no more than 64 nodes of a list', () => {
    const node = new TestNode({ mode, membership: { passiveViewCapacity: 500 } }).meet(1);
    node.receive(1, { type: 'shuffleReply', nodes: list(...Array.from({ length: 100 }, (_, i) => 100 + i)) });
    expect(node.snapshot.passiveView).toHaveLength(64);
    expect(node.stats.truncatedLists).toBe(1);
  });

  test('replaces a neighbor that is lost by a passive peer, and tries the next when that does not answer', () => {
    const node = new TestNode(config).meet(1, 2, 3).learn(1, 8, 9);
    const lost = node.disconnected(1);
    expect(emitted(lost)).toEqual([{ type: 'neighborDown', peer: 1, reason: 'closed' }]);
    const [first] = sent(lost);
    expect(first?.message).toMatchObject({ type: 'neighbor', priority: 'low' });
    expect(timers(lost)).toContainEqual(['neighborRequest', 500]);
    const given = node.expire(timer(lost, 'neighborRequest'));
    expect(sent(given)[0]?.to).toBe(first?.to === 8 ? 9 : 8);
    expect(node.snapshot.passiveView).not.toContain(first?.to);
  });

  test(`asks with high priority when ${mode === 'hardened' ? 'one neighbor is left: it may be mute' : 'it is alone, and not before'}`, () => {
    const node = new TestNode(config).meet(1, 2).learn(1, 8, 9);
    expect(sent(node.disconnected(1))[0]?.message).toMatchObject({
      type: 'neighbor',
      priority: mode === 'hardened' ? 'high' : 'low',
    });
  });

  test('asks with high priority when it is alone', () => {
    const node = new TestNode(config).meet(1).learn(1, 8);
    expect(sent(node.disconnected(1))).toMatchObject([{ to: 8, message: { type: 'neighbor', priority: 'high' } }]);
  });

  test.each([
    ['stays in the swarm', true, 'evicted', [1]],
    ['leaves', false, 'left', []],
  ])('keeps a neighbor that disconnects in mind when it %s', (_, alive, reason, passive) => {
    const node = new TestNode(config).meet(1);
    expect(emitted(node.receive(1, disconnect(alive)))).toEqual([{ type: 'neighborDown', peer: 1, reason }]);
    node.disconnected(1);
    expect(node.snapshot).toMatchObject({ activeView: [], passiveView: passive });
  });

  test.each(['closed', 'timeout', 'refused'] as const)('reports that a link is %s', (reason) => {
    const node = new TestNode(config).meet(1);
    const outputs = node.handle({ type: 'peerDisconnected', peer: 1, reason });
    expect(emitted(outputs)).toEqual([{ type: 'neighborDown', peer: 1, reason }]);
  });

  test('says goodbye to every neighbor and reports none when it quits', () => {
    const node = new TestNode(config).meet(1, 2);
    const outputs = node.quit();
    expect(sentTypes(outputs)).toEqual(['1 shuffleReply', '1 disconnect', '2 shuffleReply', '2 disconnect']);
    expect(emitted(outputs)).toEqual([]);
    expect(node.state.topics()).toEqual([]);
  });

  test('tells its data with the next message after it has changed', () => {
    const node = new TestNode(config);
    node.handle({ type: 'updatePeerData', data: Uint8Array.of(1, 2) });
    expect(sent(node.join(5))).toEqual([{ to: 5, message: { type: 'join', data: Uint8Array.of(1, 2) } }]);
    expect(node.state.peerData).toEqual(Uint8Array.of(1, 2));
  });

  test('lets go of a peer that is no neighbor once its message is handled', () => {
    const node = new TestNode(config).meet(1, 2);
    expect(node.receive(7, { type: 'shuffle', origin: 7, nodes: [], ttl: 3 }).at(-1)).toEqual({
      type: 'disconnectPeer',
      peer: 7,
    });
  });
});

describe.each(MODES)('a few nodes in %s mode', (mode) => {
  test('four nodes with room for two: a join evicts exactly one neighbor, on both sides', () => {
    const swarm = new Swarm({ config: { mode, membership: { activeViewCapacity: 2 } } });
    swarm.join(0);
    swarm.join(1, [0]);
    swarm.join(2, [0]);
    swarm.run(1_000);
    expect([0, 1, 2].map((id) => swarm.neighbors(id))).toEqual([
      [1, 2],
      [0, 2],
      [0, 1],
    ]);
    swarm.events.length = 0;
    swarm.join(3, [0]);
    swarm.run(1_000);
    const downs = swarm.events.filter(({ event }) => event.type === 'neighborDown');
    const gone = downs.find(({ node }) => node === 0)?.event;
    expect(downs.filter(({ node }) => node === 0)).toHaveLength(1);
    expect(
      downs.filter(({ node, event }) => event.type === 'neighborDown' && node !== 0 && event.peer === 0),
    ).toMatchObject([{ node: gone?.type === 'neighborDown' ? gone.peer : -1 }]);
    expect(swarm.asymmetric()).toEqual([]);
    expect(swarm.components()).toHaveLength(1);
    expect([0, 1, 2, 3].every((id) => swarm.neighbors(id).length <= 2)).toBe(true);
  });

  test('six nodes in two islands: one join makes them one swarm, and a broadcast reaches all', () => {
    const swarm = new Swarm({ config: { mode } });
    for (const [first, ...others] of [[0, 1, 2] as const, [3, 4, 5] as const]) {
      swarm.join(first);
      for (const id of others) swarm.join(id, [first]);
    }
    swarm.run(1_000);
    swarm.broadcast(0, 'before');
    swarm.run(1_000);
    expect([...swarm.received.values()].filter((texts) => texts.includes('before'))).toHaveLength(2);
    swarm.join(2, [5]);
    swarm.run(1_000);
    swarm.broadcast(0, 'after');
    swarm.run(1_000);
    for (let id = 1; id < 6; id++)
      expect(swarm.received.get(id)?.filter((text) => text === 'after')).toEqual(['after']);
  });

  test('quitting leaves nobody with a dangling neighbor', () => {
    const swarm = new Swarm({ config: { mode } });
    swarm.join(0);
    for (let id = 1; id < 6; id++) swarm.join(id, [0]);
    swarm.run(1_000);
    swarm.command(0, { type: 'quit' });
    swarm.run(1_000);
    for (let id = 1; id < 6; id++) expect(swarm.neighbors(id)).not.toContain(0);
    expect(swarm.node(0).snapshot(TOPIC)).toBeUndefined();
    expect(swarm.asymmetric()).toEqual([]);
  });
});

function firstShuffleTimer(config: { mode: 'reference' | 'hardened' }) {
  return timer(new TestNode(config).join(1), 'shuffle');
}

import { describe, expect, test } from 'vitest';
import { type InEvent, type Message, type PartialConfig, type PeerData, State, seededRng } from '../src/index.js';
import { emitted, payload, sent, sentTypes, TestNode, timer } from './helper/node.js';
import { testSeed } from './helper/swarm.js';
import { TOPIC } from './helper/topic.js';

const HUB_DATA = Uint8Array.of(1);
const join: Message<number> = { type: 'join', data: undefined };
const neighbor: Message<number> = { type: 'neighbor', priority: 'high', data: undefined };
const connected = (peer: number, isLeaf: boolean): InEvent<number> => ({ type: 'peerConnected', peer, isLeaf });

/** A hub with a full view of five ordinary members: 1 to 5. */
function fullHub(config: PartialConfig = {}): TestNode {
  return new TestNode(config).meet(1, 2, 3, 4, 5);
}

/** What a tab does, whether the hub is told that it is one or not. */
function tabJoins(node: TestNode, tab: number, { isLeaf }: { isLeaf: boolean }) {
  return [...node.handle(connected(tab, isLeaf)), ...node.receive(tab, join)];
}

describe('a leaf that joins', () => {
  test('becomes a neighbor, evicts nobody, is in no view and is introduced to nobody', () => {
    const hub = fullHub();
    const outputs = tabJoins(hub, 50, { isLeaf: true });
    expect(emitted(outputs)).toEqual([{ type: 'neighborUp', peer: 50 }]);
    expect(sentTypes(outputs)).toEqual(['50 neighbor']);
    expect(hub.snapshot).toMatchObject({ activeView: [1, 2, 3, 4, 5], passiveView: [], leaves: [50] });
    expect(hub.state.neighbors(TOPIC)).toEqual([1, 2, 3, 4, 5, 50]);
    expect(hub.state.wants(50)).toBe(true);
  });

  test('without the rule it pushes a member out, and the others are told to dial it', () => {
    const hub = fullHub();
    const outputs = tabJoins(hub, 50, { isLeaf: false });
    expect(emitted(outputs).map(({ type }) => type)).toEqual(['neighborDown', 'neighborUp']);
    expect(sentTypes(outputs).filter((text) => text.endsWith('forwardJoin'))).toHaveLength(4);
  });

  test('gets payloads and passes them on as every neighbor does', () => {
    const hub = fullHub();
    tabJoins(hub, 50, { isLeaf: true });
    expect(sentTypes(hub.broadcast('from the hub'))).toContain('50 gossip');
    const outputs = hub.receive(50, payload('from the tab'));
    expect(emitted(outputs)).toMatchObject([{ type: 'received', deliveredFrom: 50 }]);
    expect(sentTypes(outputs).filter((text) => text.endsWith('gossip'))).toHaveLength(5);
    expect(hub.snapshot.eagerPeers).toContain(50);
  });

  test('is answered when it asks again, and both stop there', () => {
    const hub = fullHub();
    tabJoins(hub, 50, { isLeaf: true });
    expect(sentTypes(hub.receive(50, neighbor))).toEqual(['50 neighbor']);
    expect(hub.snapshot.leaves).toEqual([50]);
  });

  test('that was known as an ordinary member is in the passive view no more', () => {
    const hub = fullHub().learn(1, 50, 60);
    expect(hub.snapshot.passiveView).toContain(50);
    tabJoins(hub, 50, { isLeaf: true });
    expect(hub.snapshot.passiveView).not.toContain(50);
  });
});

describe('room for leaves', () => {
  const config = { hardened: { leafCapacity: 3 } };
  const tabs = [50, 51, 52];

  test('is bounded: one more is sent to other hubs, and nobody goes for it', () => {
    const hub = fullHub(config);
    for (const tab of tabs) tabJoins(hub, tab, { isLeaf: true });
    const outputs = tabJoins(hub, 53, { isLeaf: true });
    expect(sentTypes(outputs)).toEqual(['53 shuffleReply', '53 disconnect']);
    expect(outputs).toContainEqual({ type: 'disconnectPeer', peer: 53 });
    expect(hub.snapshot.leaves).toEqual(tabs);
    expect(hub.stats.refusedLeaves).toBe(1);
  });

  test('without it tabs are all that a hub has', () => {
    const hub = fullHub(config);
    const evicted = new Set<number>();
    for (let tab = 50; tab < 60; tab++) {
      for (const event of emitted(tabJoins(hub, tab, { isLeaf: false }))) {
        if (event.type === 'neighborDown' && event.peer < 50) evicted.add(event.peer);
      }
    }
    expect(evicted.size).toBeGreaterThan(0);
  });

  test('is free again when a leaf goes', () => {
    const hub = fullHub(config);
    for (const tab of tabs) tabJoins(hub, tab, { isLeaf: true });
    expect(emitted(hub.disconnected(50))).toEqual([{ type: 'neighborDown', peer: 50, reason: 'closed' }]);
    expect(emitted(hub.receive(51, { type: 'disconnect', alive: false, respond: false }))).toEqual([
      { type: 'neighborDown', peer: 51, reason: 'left' },
    ]);
    tabJoins(hub, 53, { isLeaf: true });
    expect(hub.snapshot.leaves).toEqual([52, 53]);
  });
});

describe('leaves are named to nobody', () => {
  const lists = (node: TestNode, isLeaf: boolean): number[] => {
    const shuffle = timer(node.join(), 'shuffle') ?? timer(node.receive(1, neighbor), 'shuffle');
    for (const tab of [50, 51]) tabJoins(node, tab, { isLeaf });
    const outputs = [
      ...(shuffle ? node.expire(shuffle) : []),
      ...node.receive(2, { type: 'shuffle', origin: 2, nodes: [{ id: 70, data: undefined }], ttl: 0 }),
      ...node.receive(77, { type: 'join', data: undefined }),
      ...node.quit(),
    ];
    return sent(outputs).flatMap(({ message }) => {
      if (message.type === 'forwardJoin') return [message.peer.id];
      return message.type === 'shuffle' || message.type === 'shuffleReply' ? message.nodes.map(({ id }) => id) : [];
    });
  };

  test('neither in a shuffle, nor in a reply, nor in a walk, nor in a disconnect', () => {
    const named = lists(new TestNode().meet(1, 2, 3), true);
    expect(named).toContain(77);
    expect(named.filter((id) => id === 50 || id === 51)).toEqual([]);
  });

  test('without the rule they are', () => {
    expect(lists(new TestNode().meet(1, 2, 3), false)).toContain(50);
  });

  test('nor taken from others into a view while they are linked', () => {
    const hub = fullHub();
    tabJoins(hub, 50, { isLeaf: true });
    hub.learn(1, 50);
    hub.receive(1, { type: 'forwardJoin', peer: { id: 50, data: undefined }, ttl: 0 });
    expect(hub.snapshot).toMatchObject({ passiveView: [], pendingNeighborRequests: [] });
  });
});

describe('lists that go to a leaf', () => {
  /** Members 1 and 2; 2 is a hub, and so is 8, of whom others have told. */
  function hubAmongOthers(isHub?: (data: PeerData) => boolean): TestNode {
    const node = new TestNode();
    const state = new State({ me: 0, rng: seededRng(testSeed(1)), peerData: HUB_DATA, ...(isHub && { isHub }) });
    Object.defineProperty(node, 'state', { value: state });
    node.join();
    for (const [peer, data] of [
      [1, undefined],
      [2, HUB_DATA],
    ] as const) {
      node.receive(peer, { type: 'neighbor', priority: 'high', data });
      node.receive(peer, { type: 'neighbor', priority: 'high', data });
    }
    node.receive(1, {
      type: 'shuffle',
      origin: 999,
      nodes: [
        { id: 8, data: HUB_DATA },
        { id: 9, data: undefined },
      ],
      ttl: 0,
    });
    tabJoins(node, 50, { isLeaf: true });
    return node;
  }
  const shuffle = {
    type: 'shuffle',
    origin: 50,
    nodes: [1, 2, 3, 4].map((id) => ({ id, data: undefined })),
    ttl: 6,
  } as const;
  const listed = (node: TestNode, to: number, outputs = node.receive(to, shuffle)): number[] =>
    sent(outputs).flatMap(({ to: receiver, message }) =>
      receiver === to && message.type === 'shuffleReply'
        ? message.nodes.map(({ id }) => id).toSorted((a, b) => a - b)
        : [],
    );
  const isHub = (data: PeerData) => data.length > 0;

  test('hold only members that it can dial', () => {
    expect(listed(hubAmongOthers(isHub), 50)).toEqual([2, 8]);
  });

  test('without the rule they hold others, whom it dials in vain', () => {
    expect(listed(hubAmongOthers(), 50)).toEqual(expect.arrayContaining([1, 9]));
  });

  test('name hubs that the views have no room for', () => {
    const node = hubAmongOthers(isHub);
    for (let peer = 1; peer <= 20; peer++) node.disconnected(peer); // nobody is left in a view
    node.meet(30);
    node.receive(30, { type: 'shuffle', origin: 999, nodes: [{ id: 8, data: Uint8Array.of(2) }], ttl: 0 });
    for (let id = 100; id < 200; id++) node.learn(30, id); // a passive view of 30 is full of others
    expect(node.snapshot.passiveView).not.toContain(8);
    expect(listed(node, 50)).toEqual([8]);
  });

  test('come with the refusal of a hub that is full, and with the disconnect of one that leaves', () => {
    const node = hubAmongOthers(isHub);
    expect(listed(node, 50, node.quit())).toEqual([2, 8]);
  });

  test('answer a shuffle, which walks nowhere and is not believed', () => {
    const node = hubAmongOthers(isHub);
    const outputs = node.receive(50, { ...shuffle, nodes: [{ id: 66, data: HUB_DATA }] });
    expect(sentTypes(outputs)).toEqual(['50 shuffleReply']);
    node.receive(50, { type: 'shuffleReply', nodes: [{ id: 66, data: HUB_DATA }] });
    expect(node.snapshot.passiveView).not.toContain(66);
    expect(node.stats.unsolicitedShuffleReplies).toBe(1);
  });

  test('are not to be had without end', () => {
    const node = hubAmongOthers(isHub);
    for (let i = 0; i < 70; i++) node.receive(50, shuffle);
    expect(node.stats.refusedShuffles).toBe(70 - 64);
  });
});

describe('a leaf of which the application or the broadcast layer has had enough', () => {
  test('is expelled as everybody is', () => {
    const hub = fullHub();
    tabJoins(hub, 50, { isLeaf: true });
    const outputs = hub.handle({ type: 'expel', topic: TOPIC, peer: 50 });
    expect(emitted(outputs)).toEqual([{ type: 'neighborDown', peer: 50, reason: 'refused' }]);
    expect(sentTypes(outputs)).toEqual(['50 shuffleReply', '50 disconnect']);
    expect(hub.receive(50, join)).toEqual([]);
    expect(hub.snapshot.leaves).toEqual([]);
  });
});

test('a page that was reloaded behind the same name is asked whether it is still there', () => {
  const hub = fullHub();
  tabJoins(hub, 50, { isLeaf: true });
  expect(sentTypes(hub.handle({ type: 'linkReplaced', peer: 50 }))).toContain('50 neighbor');
});

test('the reference knows no leaves', () => {
  const node = fullHub({ mode: 'reference' });
  const outputs = tabJoins(node, 50, { isLeaf: true });
  expect(emitted(outputs).map(({ type }) => type)).toEqual(['neighborDown', 'neighborUp']);
  expect(node.snapshot.leaves).toEqual([]);
});

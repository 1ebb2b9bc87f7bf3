import { describe, expect, test } from 'vitest';
import { nodeBudgets } from '../src/broadcast/node-budgets.js';
import type { Message } from '../src/index.js';
import { HardenedHyParView } from '../src/membership/hardened-hyparview.js';
import { HyParView } from '../src/membership/hyparview.js';
import { Outbox } from '../src/outbox.js';
import { OutputList } from '../src/outputs.js';
import { resolveConfig } from '../src/resolve-config.js';
import { zeroStats } from '../src/stats.js';
import { defaultHash } from '../src/structures/hash.js';
import { seededRng } from '../src/structures/seeded-rng.js';
import { hardened, high, introduce, join, list, ME, range, reference, toMe } from './helper/membership.js';
import { payload, sent, sentTypes, type TestNode, timer } from './helper/node.js';
import { TOPIC } from './helper/topic.js';

// How peers can change the views of a node in the hardened mode, beside the reference.

const data = Uint8Array.of(1);

describe('a passive view that is flooded with nodes that nobody knows', () => {
  const MET = range(10, 8);
  /** Eight nodes have been here and are passive now; then a neighbor lists phantoms, shuffle after shuffle. */
  const flooded = (node: TestNode): number => {
    node.meet(1, ...MET);
    for (const peer of MET) node.receive(peer, { type: 'disconnect', alive: true, respond: false });
    for (let i = 0; i < 100; i++) node.learn(1, ...range(1_000 + 8 * i, 8));
    return node.snapshot.passiveView.filter((peer) => MET.includes(peer)).length;
  };

  test('forgets everybody that it has met in the reference', () => {
    expect(flooded(reference())).toBe(0);
  });

  test('keeps as many of them as the active view holds in the hardened mode', () => {
    expect(flooded(hardened())).toBe(5);
  });
});

describe('a message that names ourselves', () => {
  const provoke = (node: TestNode): { messages: number; news: number } => {
    node.meet(1, 2);
    const outputs = [
      ...node.join(ME),
      ...node.receive(1, introduce(ME, 0)),
      ...node.receive(1, { type: 'shuffle', origin: ME, nodes: [{ id: ME, data }], ttl: 0 }),
      ...node.receive(1, { type: 'shuffleReply', nodes: [{ id: ME, data }] }),
    ];
    const news = outputs.filter((output) => output.type === 'peerData' && output.peer === ME).length;
    return { messages: toMe(outputs).length, news };
  };

  test('has the reference write to itself and learn about itself', () => {
    const { messages, news } = provoke(reference());
    expect(messages).toBe(3);
    expect(news).toBe(1);
  });

  test('is harmless in the hardened mode', () => {
    const node = hardened();
    expect(provoke(node)).toEqual({ messages: 0, news: 0 });
    expect(node.snapshot.pendingNeighborRequests).not.toContain(ME);
    expect([...node.snapshot.activeView, ...node.snapshot.passiveView]).not.toContain(ME);
    expect(node.stats.selfReferences).toBe(4);
  });

  test('from ourselves is ignored', () => {
    expect(hardened().receive(ME, join)).toEqual([]);
  });
});

describe('a topic that is left and joined again', () => {
  const rejoin = (node: TestNode): string[] => {
    const shuffle = timer(node.join(5), 'shuffle');
    node.quit();
    node.join();
    node.meet(1);
    return sentTypes(node.expire(shuffle));
  };

  test('inherits old timers in the reference', () => {
    expect(rejoin(reference())).toEqual(['1 shuffle']);
  });

  test('does not in the hardened mode', () => {
    const node = hardened();
    expect(rejoin(node)).toEqual([]);
    expect(node.stats.staleTimers).toBe(1);
  });

  test('lets go of links that only it has used; the reference forgets them', () => {
    const leave = (node: TestNode) => {
      node.join(7);
      node.receive(7, payload('hello')); // it does not say yet that it has let us in
      return node.quit().filter(({ type }) => type === 'disconnectPeer');
    };
    expect(leave(reference())).toEqual([]);
    expect(leave(hardened())).toEqual([{ type: 'disconnectPeer', peer: 7 }]);
  });
});

describe('a peer that takes us for a neighbor in a topic that we have left', () => {
  const confirm = (node: TestNode) => {
    node.quit();
    return node.receive(1, high);
  };

  test('is never told by the reference and keeps a place for us', () => {
    expect(confirm(reference())).toEqual([]);
  });

  test('is told in the hardened mode', () => {
    expect(confirm(hardened())).toEqual([
      { type: 'sendMessage', to: 1, topic: TOPIC, message: { type: 'disconnect', alive: false, respond: false } },
      { type: 'disconnectPeer', peer: 1 },
    ]);
  });
});

describe('a peer that asks to be let in to a topic that we have left', () => {
  const ask = (node: TestNode) => {
    node.quit();
    return node.receive(1, { type: 'join', data: undefined });
  };

  test('is never told by the reference, and waits', () => {
    expect(ask(reference())).toEqual([]);
  });

  test('is told in the hardened mode', () => {
    expect(ask(hardened())).toEqual([
      { type: 'sendMessage', to: 1, topic: TOPIC, message: { type: 'disconnect', alive: false, respond: false } },
      { type: 'disconnectPeer', peer: 1 },
    ]);
  });
});

describe('a list of nodes', () => {
  const small = { membership: { passiveViewCapacity: 9 } };
  const flush = (node: TestNode, from: number): number[] => {
    node.meet(1).learn(1, ...range(100, 9));
    node.receive(from, { type: 'shuffleReply', nodes: list(...range(200, 60)) });
    return node.snapshot.passiveView.filter((id) => id >= 200);
  };

  test('replaces the whole passive view of the reference, whoever sends it', () => {
    expect(flush(reference(small), 1)).toHaveLength(9);
    expect(flush(reference(small), 66)).toHaveLength(9);
  });

  test('replaces a third at most in the hardened mode', () => {
    const node = hardened(small);
    expect(flush(node, 1).length).toBeGreaterThan(0);
    expect(node.snapshot.passiveView.filter((id) => id >= 200).length).toBeLessThanOrEqual(3);
    expect(node.stats.refusedReplacements).toBe(57);
  });

  test('is ignored in the hardened mode when a stranger sends it unasked', () => {
    const node = hardened(small);
    expect(flush(node, 66)).toEqual([]);
    expect(node.stats.unsolicitedShuffleReplies).toBe(1);
  });

  test('counts once while a shuffle of ours is out', () => {
    const node = hardened(small);
    const shuffle = timer(node.join(5), 'shuffle');
    node.meet(1);
    node.expire(shuffle);
    const reply = (id: number): Message<number> => ({ type: 'shuffleReply', nodes: list(id) });
    node.receive(66, reply(200));
    node.receive(66, reply(201));
    expect(node.snapshot.passiveView).toEqual([200]);
  });

  test.each([
    [
      'a peer that has refused to let us in, and whom we have asked for nodes',
      (node: TestNode) => {
        node.join(5);
        node.receive(5, { type: 'disconnect', alive: true, respond: false });
      },
    ],
    ['a peer that we have asked to be our neighbor', (node: TestNode) => node.receive(1, introduce(5, 0))],
  ])('counts when it comes from %s', (_, ask) => {
    const node = hardened(small).meet(1, 2, 3, 4);
    ask(node);
    node.receive(5, { type: 'shuffleReply', nodes: list(200) });
    expect(node.snapshot.passiveView).toEqual([200]);
  });
});

describe('one host that joins again and again', () => {
  const config = { membership: { activeViewCapacity: 3 } };
  const HOST = 66;
  /** Joins, is made a neighbor, hangs up, joins again; returns which of the first neighbors are left. */
  const hammer = (node: TestNode, times: number): number[] => {
    node.meet(1, 2, 3);
    for (let i = 0; i < times; i++) {
      node.receive(HOST, join);
      node.disconnected(HOST);
      node.meet(...range(300 + i, 3 - node.snapshot.activeView.length));
    }
    return node.snapshot.activeView.filter((id) => id <= 3);
  };

  test('flushes the active view of the reference', () => {
    expect(hammer(reference(config), 30)).toEqual([]);
  });

  test('pushes out a few in the hardened mode, and then gets other nodes to try and a polite disconnect', () => {
    const node = hardened({ ...config, hardened: { evictionsPerPeer: 1 } });
    hammer(node, 30);
    expect(node.stats.refusedEvictions).toBe(29);
    expect(node.snapshot.activeView.filter((id) => id <= 3).length).toBeGreaterThanOrEqual(2);
    const outputs = node.receive(HOST, join);
    expect(sentTypes(outputs)).toEqual([`${HOST} shuffleReply`, `${HOST} disconnect`]);
    expect(sent(outputs)[1]?.message).toMatchObject({ alive: true });
    expect(sent(outputs)[0]?.message).toMatchObject({ nodes: expect.arrayContaining([{ id: 1, data: undefined }]) });
  });

  test('gets no further with neighbor requests, or by having itself introduced', () => {
    const node = hardened({ ...config, hardened: { evictionsPerPeer: 1 } }).meet(1, 2, 3);
    node.receive(HOST, high);
    node.disconnected(HOST);
    node.meet(4);
    const before = node.snapshot.activeView;
    expect(sentTypes(node.receive(HOST, high))).toContain(`${HOST} disconnect`);
    node.receive(1, introduce(HOST, 0));
    expect(sentTypes(node.receive(HOST, high))).toContain(`${HOST} disconnect`);
    expect(node.snapshot.activeView).toEqual(before);
  });

  test('may try again when the window has passed', () => {
    const node = hardened({ ...config, hardened: { evictionsPerPeer: 1 } });
    hammer(node, 3);
    node.now = 60_001;
    node.receive(HOST, join);
    expect(node.snapshot.activeView).toContain(HOST);
  });

  test('stands in nobody else’s way', () => {
    const node = hardened(config);
    hammer(node, 30);
    for (const id of range(1_000, 20)) {
      node.receive(id, join);
      expect(node.snapshot.activeView).toContain(id);
    }
  });

  test('always gets in while there is room', () => {
    const node = hardened();
    for (let i = 0; i < 30; i++) {
      node.receive(HOST, join);
      expect(node.snapshot.activeView).toEqual([HOST]);
      node.disconnected(HOST);
    }
  });
});

describe('peer data', () => {
  const big = new Uint8Array(4_040);

  test('that would not fit into the introduction is left out in the hardened mode', () => {
    const introduced = (node: TestNode) => {
      node.meet(1);
      const [, forward] = sent(node.receive(7, { type: 'join', data: big }));
      return forward?.message.type === 'forwardJoin' ? forward.message.peer.data : undefined;
    };
    expect(introduced(reference())?.length).toBe(4_040);
    expect(introduced(hardened())).toBeUndefined();
  });

  test('is left out of lists that would outgrow a frame', () => {
    const length = (node: TestNode): number => {
      node.meet(1, 2);
      for (const id of range(100, 8)) {
        const nodes = [{ id, data: new Uint8Array(1_000) }];
        node.receive(1, { type: 'shuffle', origin: 5, nodes, ttl: 0 });
        if (node.snapshot.activeView.length === 2) node.receive(1, { type: 'disconnect', alive: true, respond: false });
        node.meet(1);
      }
      const [reply] = sent(node.quit());
      const nodes = reply?.message.type === 'shuffleReply' ? reply.message.nodes : [];
      return nodes.reduce((sum, { data: bytes }) => sum + 35 + (bytes?.length ?? 0), 0);
    };
    expect(length(reference())).toBeGreaterThan(4_096);
    expect(length(hardened())).toBeLessThan(4_096);
  });

  test('of peers that nobody knows any more is forgotten in the hardened mode', () => {
    const remembered = (View: typeof HyParView): number => {
      const config = resolveConfig();
      const node = {
        me: 0,
        peerData: data,
        config,
        hash: defaultHash,
        stats: zeroStats(),
        budgets: nodeBudgets(config),
        outputs: new OutputList<number>(),
        isPeer: () => true,
        sources: new Map<number, string>(),
        dialing: new Set<number>(),
        isHub: undefined,
        leaves: new Set<number>(),
      };
      class Inspected extends View<number> {
        get count(): number {
          return this.peerData.size;
        }
      }
      const view = new Inspected(node, seededRng(new Uint8Array(16)), new Outbox(node, TOPIC, 1, () => false));
      view.receive(1, { type: 'neighbor', priority: 'high', data: undefined }, 0);
      for (const id of range(1_000, 2_000)) {
        view.receive(1, { type: 'shuffle', origin: 5, nodes: [{ id, data }], ttl: 0 }, 0);
      }
      return view.count;
    };
    expect(remembered(HyParView)).toBe(2_000);
    expect(remembered(HardenedHyParView)).toBeLessThanOrEqual(71);
  });
});

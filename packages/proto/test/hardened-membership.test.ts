import { describe, expect, test } from 'vitest';
import { nodeBudgets } from '../src/broadcast/node-budgets.js';
import type { Message, PeerInfo } from '../src/index.js';
import { HardenedHyParView } from '../src/membership/hardened-hyparview.js';
import { HyParView } from '../src/membership/hyparview.js';
import { Outbox } from '../src/outbox.js';
import { OutputList } from '../src/outputs.js';
import { resolveConfig } from '../src/resolve-config.js';
import { zeroStats } from '../src/stats.js';
import { defaultHash } from '../src/structures/hash.js';
import { seededRng } from '../src/structures/seeded-rng.js';
import { payload, sent, sentTypes, TestNode, timer, timers } from './helper/node.js';
import { Swarm } from './helper/swarm.js';
import { TOPIC } from './helper/topic.js';

// Each rule of the hardened mode beside what the reference does in the same place.

const reference = (config = {}, seed?: number): TestNode => new TestNode({ mode: 'reference', ...config }, seed);
const hardened = (config = {}, seed?: number): TestNode => new TestNode({ mode: 'hardened', ...config }, seed);
const ME = 0;
const data = Uint8Array.of(1);
const list = (...ids: number[]): PeerInfo<number>[] => ids.map((id) => ({ id, data: undefined }));
const reply = (...ids: number[]): Message<number> => ({ type: 'shuffleReply', nodes: list(...ids) });
const full = (node: TestNode): TestNode => node.meet(1, 2, 3, 4, 5).learn(1, 6, 7);
const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);
const join: Message<number> = { type: 'join', data: undefined };
const high: Message<number> = { type: 'neighbor', priority: 'high', data: undefined };
const introduce = (id: number, ttl: number): Message<number> => ({
  type: 'forwardJoin',
  peer: { id, data: undefined },
  ttl,
});
const toMe = (outputs: ReturnType<TestNode['receive']>) => sent(outputs).filter(({ to }) => to === ME);

describe('where a round trip takes longer than an answer may', () => {
  test.each([2, 8])('%i neighbors do not go on confirming each other', (size) => {
    const swarm = new Swarm({ config: { mode: 'hardened' }, latency: () => 400 });
    for (const id of range(0, size)) swarm.join(id, id === 0 ? [] : [0]);
    swarm.run(30_000);
    const settled = swarm.traffic.get('neighbor') ?? 0;
    swarm.run(25_000);
    expect(swarm.asymmetric()).toEqual([]);
    expect(swarm.components()).toHaveLength(1);
    expect((swarm.traffic.get('neighbor') ?? 0) - settled).toBeLessThanOrEqual(size);
  });

  test('a neighbor behind a gap is asked again, and answered', () => {
    const node = hardened();
    node.expire(timer(node.receive(1, join), 'neighborRequest'));
    const asked = node.handle({ type: 'linkReplaced', peer: 1 });
    expect(sentTypes(asked)).toEqual(['1 neighbor']);
    node.receive(1, high);
    expect(sentTypes(node.receive(1, high))).toEqual(['1 neighbor']);
  });
});

describe('a passive peer that says that it has left the topic', () => {
  const afterFarewell = (node: TestNode): readonly number[] => {
    node.meet(1).learn(1, 5, 6);
    node.receive(5, { type: 'disconnect', alive: false, respond: false });
    return node.snapshot.passiveView;
  };

  test('stays known to the reference', () => {
    expect(afterFarewell(reference())).toContain(5);
  });

  test('is forgotten', () => {
    expect(afterFarewell(hardened())).toContain(6);
    expect(afterFarewell(hardened())).not.toContain(5);
  });
});

describe('a neighbor whose link broke', () => {
  /** Shuffles so often; in which of them the lost neighbor was written to. */
  const tried = (node: TestNode, shuffles: number): number[] => {
    node.meet(1, 2);
    node.disconnected(1);
    return range(1, shuffles).filter(() => {
      const outputs = node.handle({
        type: 'timerExpired',
        timer: { topic: TOPIC, generation: 1, task: { type: 'shuffle' } },
      });
      node.disconnected(1); // it cannot be reached
      return sentTypes(outputs).includes('1 neighbor');
    });
  };

  test('is forgotten by the reference, so that two halves with full views never meet again', () => {
    expect(tried(reference(), 100)).toEqual([]);
  });

  test('is tried again by the hardened mode, ever more rarely and for ever', () => {
    expect(tried(hardened(), 70)).toEqual([1, 2, 4, 8, 16, 32, 48, 64]);
  });

  const shuffled = (node: TestNode) =>
    sentTypes(node.handle({ type: 'timerExpired', timer: { topic: TOPIC, generation: 1, task: { type: 'shuffle' } } }));

  test.each<[string, Message<number>]>([
    ['it is one again', high],
    ['it has left the topic', { type: 'disconnect', alive: false, respond: false }],
  ])('is tried no more when %s', (_, message) => {
    const node = hardened().meet(1, 2);
    node.disconnected(1);
    node.receive(1, message);
    expect(shuffled(node)).not.toContain('1 neighbor');
  });

  test.each<[string, Message<number>]>([
    ['is heard of', { type: 'shuffle', origin: 1, nodes: [], ttl: 0 }],
    ['declines', { type: 'disconnect', alive: true, respond: false }],
  ])('is tried again although it %s: the swarm may still be split', (_, message) => {
    const node = hardened().meet(1, 2);
    node.disconnected(1);
    node.receive(1, message);
    expect(shuffled(node)).toContain('1 neighbor');
  });

  test('is welcome however long the dial takes and however full the view is', () => {
    const node = hardened({ membership: { activeViewCapacity: 2 } }).meet(1, 2);
    node.disconnected(1);
    node.handle({ type: 'peerDialing', peer: 1 });
    let asked = timer(
      node.handle({ type: 'timerExpired', timer: { topic: TOPIC, generation: 1, task: { type: 'shuffle' } } }),
      'neighborRequest',
    );
    for (let times = 0; times < 5; times++) asked = timer(node.expire(asked), 'neighborRequest');
    node.meet(3);
    node.handle({ type: 'peerConnected', peer: 1 });
    node.receive(1, high);
    expect(node.snapshot.activeView).toContain(1);
  });
});

describe('a link that was lost', () => {
  const closedAfter = (node: TestNode) =>
    node
      .meet(1, 2)
      .disconnected(1)
      .filter(({ type }) => type === 'disconnectPeer');

  test('is closed once more by the reference, which may hit a newer one', () => {
    expect(closedAfter(reference())).toEqual([{ type: 'disconnectPeer', peer: 1 }]);
  });

  test('is left alone by the hardened mode', () => {
    expect(closedAfter(hardened())).toEqual([]);
  });
});

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

describe('a neighbor request', () => {
  const dialing = (node: TestNode): ReturnType<TestNode['receive']> => {
    node.meet(1).learn(1, 8);
    const lost = node.disconnected(1);
    node.handle({ type: 'peerDialing', peer: 8 });
    return lost;
  };

  test('is given up by the reference while the dial is still running', () => {
    const node = reference();
    node.expire(timer(dialing(node), 'neighborRequest'));
    expect(node.snapshot).toMatchObject({ passiveView: [], pendingNeighborRequests: [] });
  });

  test('is kept in the hardened mode while the dial is running', () => {
    const node = hardened();
    let outputs = dialing(node);
    for (let i = 0; i < 5; i++) {
      outputs = node.expire(timer(outputs, 'neighborRequest'));
      expect(node.snapshot).toMatchObject({ passiveView: [8], pendingNeighborRequests: [8] });
    }
    // The link is up: from now on the peer has its full time to answer.
    const connected = node.handle({ type: 'peerConnected', peer: 8 });
    expect(timers(connected)).toEqual([['neighborRequest', 500]]);
    expect(node.expire(timer(outputs, 'neighborRequest'))).toEqual([]);
    expect(node.snapshot.pendingNeighborRequests).toEqual([8]);
    node.expire(timer(connected, 'neighborRequest'));
    expect(node.snapshot).toMatchObject({ passiveView: [], pendingNeighborRequests: [] });
  });

  describe('whose dial takes long', () => {
    /** Lost its only neighbor and dials 8, who does not answer; 9 is the other peer that it knows. */
    function waiting() {
      const node = hardened({ membership: { activeViewCapacity: 1 } });
      node.meet(1).learn(1, 8, 9);
      let outputs = node.disconnected(1);
      const slow = sent(outputs)[0]?.to ?? -1;
      node.handle({ type: 'peerDialing', peer: slow });
      /** Lets the time for an answer be up so often. @returns what the last time brings */
      const wait = (times: number) => {
        for (let i = 0; i < times; i++) outputs = node.expire(timer(outputs, 'neighborRequest'));
        return outputs;
      };
      return { node, slow, other: 17 - slow, wait };
    }

    test('holds a place in the view for four times as long as an answer may take, and then no more', () => {
      const { node, slow, other, wait } = waiting();
      expect(sentTypes(wait(3))).toEqual([]);
      expect(sentTypes(wait(1))).toEqual([`${other} neighbor`]);
      expect(sentTypes(wait(1))).toEqual([]); // once
      expect(node.snapshot.pendingNeighborRequests).toEqual([slow, other]);
    });

    test('comes too late where another has taken the place, and stays known', () => {
      const { node, slow, other, wait } = waiting();
      wait(4);
      node.receive(other, high);
      node.handle({ type: 'peerConnected', peer: slow });
      expect(sentTypes(node.receive(slow, high))).toContain(`${slow} disconnect`);
      expect(node.snapshot).toMatchObject({ activeView: [other], passiveView: [slow], pendingNeighborRequests: [] });
    });

    test('is welcome where the place is still free', () => {
      const { node, slow, wait } = waiting();
      wait(4);
      node.handle({ type: 'peerConnected', peer: slow });
      node.receive(slow, high);
      expect(node.snapshot.activeView).toEqual([slow]);
    });
  });

  test('is answered over the link that it went over, which the reference closes behind it', () => {
    const asked = (node: TestNode) => node.receive(8, { type: 'shuffleReply', nodes: list(8) });
    const closed = { type: 'disconnectPeer', peer: 8 };
    for (const [node, isKept] of [
      [reference(), false],
      [hardened(), true],
    ] as const) {
      const shuffle = timer(node.join(5), 'shuffle');
      node.meet(1);
      node.expire(shuffle);
      const outputs = asked(node);
      expect(sentTypes(outputs)).toEqual(['8 neighbor']);
      expect(outputs.some((output) => output.type === 'disconnectPeer')).toBe(!isKept);
      // Where no answer comes, the link is not kept for ever.
      if (isKept) expect(node.expire(timer(outputs, 'neighborRequest'))).toContainEqual(closed);
    }
  });

  test('whose dial fails makes way for the next candidate, for which the reference waits in vain', () => {
    const next = (node: TestNode): string[] => {
      node.meet(1).learn(1, 8, 9);
      const [first] = sent(node.disconnected(1));
      return sentTypes(node.disconnected(first?.to ?? -1));
    };
    expect(next(reference())).toEqual([]);
    expect(next(hardened())).toHaveLength(1);
  });

  test('that a forward join has started has a timer, which it lacks in the reference', () => {
    expect(timers(reference().meet(1, 2).receive(1, introduce(9, 0)))).toEqual([]);
    const node = hardened().meet(1, 2);
    const outputs = node.receive(1, introduce(9, 0));
    expect(timers(outputs)).toEqual([['neighborRequest', 500]]);
    node.expire(timer(outputs, 'neighborRequest'));
    expect(node.snapshot.pendingNeighborRequests).toEqual([]);
  });

  test('has only its own timer: one from an earlier request is void', () => {
    const node = hardened().meet(1, 2);
    const first = node.receive(1, introduce(9, 0));
    node.receive(9, high);
    node.receive(9, { type: 'disconnect', alive: true, respond: false });
    node.receive(1, introduce(9, 0));
    expect(node.expire(timer(first, 'neighborRequest'))).toEqual([]);
    expect(node.snapshot.pendingNeighborRequests).toEqual([9]);
  });

  test('that is an answer does not take a place away, as it does for ever in the reference', () => {
    const wanting = (node: TestNode): boolean => {
      // Three neighbors have asked us, so three answers of ours count as requests: 3 + 3 >= 5.
      for (const peer of [1, 2, 3]) node.receive(peer, { type: 'neighbor', priority: 'low', data: undefined });
      node.learn(1, 8);
      node.now += 10_000;
      return sentTypes(node.receive(1, { type: 'shuffleReply', nodes: [] })).includes('8 neighbor');
    };
    expect(wanting(reference())).toBe(false);
    expect(wanting(hardened())).toBe(true);
  });

  test('that is refused leads to the next one only while we are alone, so full swarms stay quiet', () => {
    const refuse = (node: TestNode, neighbors: number): string[] => {
      node.meet(...range(1, neighbors + 1)).learn(1, 8, 9);
      const [request] = sent(node.disconnected(1));
      const from = request?.to ?? -1;
      return [
        ...sentTypes(node.receive(from, { type: 'shuffleReply', nodes: list(10, 11) })),
        ...sentTypes(node.receive(from, { type: 'disconnect', alive: true, respond: false })),
      ];
    };
    expect(refuse(hardened(), 2)).toEqual([]);
    expect(refuse(hardened(), 0)).toHaveLength(1);
    expect(refuse(reference(), 2)).toHaveLength(1);
  });
});

describe('a node that is refused', () => {
  const declined: Message<number> = { type: 'disconnect', alive: true, respond: false };
  const shuffle = (node: TestNode) =>
    node.handle({ type: 'timerExpired', timer: { topic: TOPIC, generation: 1, task: { type: 'shuffle' } } });

  const accepted: Message<number>[] = [high, { type: 'shuffleReply', nodes: list(10, 11) }, declined];

  /** Its neighbor lets go of it, and each peer that it asks answers so. @returns when it has asked, until the next shuffle */
  const asked = (node: TestNode, neighbors: number, answers: Message<number>[]): number[] => {
    node.meet(...range(1, neighbors + 1)).learn(1, 8, 9);
    const times: number[] = [];
    const outputs = node.receive(1, declined);
    for (let output = outputs.shift(); output !== undefined && times.length < 50; output = outputs.shift()) {
      if (output.type === 'scheduleTimer' && output.timer.task.type === 'refill') {
        node.now += output.delay;
        outputs.push(...node.expire(output));
      } else if (output.type === 'sendMessage' && output.message.type === 'neighbor') {
        times.push(node.now);
        for (const answer of answers) outputs.push(...node.receive(output.to, answer));
      }
    }
    return times;
  };

  test('goes on at once for ever in the reference', () => {
    expect(asked(reference(), 2, accepted)).toEqual(Array(50).fill(0));
  });

  test('waits longer each time while it has a neighbor: the next shuffle is soon enough', () => {
    const node = hardened();
    const times = asked(node, 2, accepted);
    // A list of nodes leads to a request at once, a few times: it might be the answer to a shuffle.
    const pauses = times.map((time, i) => time - (times[i - 1] ?? 0)).filter((pause) => pause > 0);
    expect(pauses).toHaveLength(11);
    expect(times.filter((_, i) => times[i] === times[i - 1])).toHaveLength(5);
    for (const [i, pause] of pauses.entries()) {
      expect(pause).toBeGreaterThanOrEqual(Math.floor(0.5 * 31.25 * 2 ** i));
      expect(pause).toBeLessThanOrEqual(Math.ceil(1.5 * 31.25 * 2 ** i));
    }
    shuffle(node);
    expect(timer(node.receive(2, declined), 'refill')).toBeDefined();
  });

  test('goes on at once while it has none, a few times', () => {
    const times = asked(hardened(), 0, [declined]);
    expect(times.filter((time) => time === 0)).toHaveLength(5);
    expect(times).toHaveLength(5 + 11);
  });

  test('has one pause at a time, and none where there is no room', () => {
    const node = hardened({ membership: { activeViewCapacity: 3 } })
      .meet(1, 2, 3)
      .learn(1, 8, 9);
    expect(timers(node.receive(1, declined)).map(([task]) => task)).toContain('refill');
    expect(timers(node.receive(2, declined)).map(([task]) => task)).not.toContain('refill');
    node.meet(4, 5);
    expect(
      sentTypes(
        node.handle({ type: 'timerExpired', timer: { topic: TOPIC, generation: 1, task: { type: 'refill' } } }),
      ),
    ).toEqual([]);
  });

  test('goes on at once where a link broke', () => {
    const node = hardened().meet(1, 2, 3).learn(1, 8, 9);
    node.receive(1, declined);
    expect(sentTypes(node.disconnected(2))).toHaveLength(1);
  });
});

describe('an answer that crosses our disconnect', () => {
  /** Introduced to its neighbor 5, the node asks it once more; before the answer is here, a join pushes 5 out. */
  const crossed = (make: typeof hardened) => {
    for (let seed = 1; ; seed++) {
      const node = make({ membership: { activeViewCapacity: 2 } }, seed).meet(1, 5);
      const asked = timer(node.receive(1, introduce(5, 3)), 'neighborRequest');
      if (sentTypes(node.receive(6, join)).includes('5 disconnect')) return { node, asked };
    }
  };

  test('makes a neighbor in the reference that lets go of us when it reads the disconnect', () => {
    const { node } = crossed(reference);
    node.receive(5, high);
    expect(node.snapshot.activeView).toContain(5);
  });

  test('is void in the hardened mode, once', () => {
    const { node } = crossed(hardened);
    const outputs = node.receive(5, high);
    expect(node.snapshot.activeView).toEqual([1, 6]);
    expect(sentTypes(outputs)).toEqual(['5 disconnect']);
    node.receive(5, high);
    expect(node.snapshot.activeView).toContain(5);
  });

  test.each<[string, (node: TestNode, asked: ReturnType<typeof timer>) => void]>([
    ['its time is up', (node, asked) => node.expire(asked)],
    ['the peer has declined', (node) => node.receive(5, { type: 'disconnect', alive: true, respond: false })],
    ['the link is gone', (node) => node.disconnected(5)],
  ])('is expected no longer when %s', (_, happens) => {
    const { node, asked } = crossed(hardened);
    happens(node, asked);
    node.receive(5, high);
    expect(node.snapshot.activeView).toContain(5);
  });

  test('does not void the answer to a later request', () => {
    const { node } = crossed(hardened);
    node.disconnected(1);
    node.receive(6, introduce(5, 3));
    node.receive(5, high);
    expect(node.snapshot.activeView).toContain(5);
  });
});

describe('a node that has neighbors and is told to join a peer', () => {
  test('joins it all the same in the reference: a full view there must push somebody out', () => {
    expect(sentTypes(full(reference()).join(8))).toEqual(['8 join']);
    expect(sentTypes(reference().meet(1).join(1))).toEqual(['1 join']);
  });

  test('does nothing where it is a neighbor already', () => {
    expect(hardened().meet(1).join(1)).toEqual([]);
  });

  test('asks politely to be a neighbor where there is room', () => {
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
    // We are known there because we have asked.
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
    // What its refusal has told us is no sign that it is in our swarm.
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

  test('asks politely to be a neighbor where there is room', () => {
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

describe('a node that is short of neighbors and hears from nobody', () => {
  test('tries again with each shuffle in the hardened mode; the reference waits to be woken', () => {
    const wake = (node: TestNode): string[] => {
      const shuffle = timer(node.join(5), 'shuffle');
      node.meet(1).learn(1, 8);
      return sentTypes(node.expire(shuffle));
    };
    expect(wake(reference())).toEqual(['1 shuffle']);
    expect(wake(hardened())).toEqual(['1 shuffle', '8 neighbor']);
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

  test('of peers that nobody knows anymore is forgotten in the hardened mode', () => {
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

describe('a new member', () => {
  /** One that peer 1 has let in, and the timer after which it looks around. */
  const letIn = (config = {}) => {
    const node = hardened(config);
    node.join(1);
    return { node, look: timer(node.receive(1, high), 'askForMembers') };
  };

  test('asks the peer that has let it in for other members while it has no more neighbors, and then those', () => {
    const { node, look } = letIn();
    expect(look).toMatchObject({ delay: 1_000 });
    const asked = sent(node.expire(look));
    expect(asked).toMatchObject([{ to: 1, message: { type: 'shuffle', origin: ME, ttl: 0 } }]);
    const answer = node.receive(1, { type: 'shuffleReply', nodes: list(2, 3) });
    expect(sentTypes(answer)).toHaveLength(1);
    expect(sentTypes(answer)[0]).toMatch(/^[23] neighbor$/);
  });

  test('asks for no more nodes than a list may have', () => {
    const { node, look } = letIn({ membership: { maxListedNodes: 3 } });
    expect(sent(node.expire(look))).toMatchObject([{ message: { nodes: { length: 3 } } }]);
  });

  test('asks both neighbors, because each may know nobody else', () => {
    const { node, look } = letIn();
    node.meet(2);
    expect(sentTypes(node.expire(look))).toEqual(['1 shuffle', '2 shuffle']);
  });

  test('asks nobody when half of its active view is filled by then', () => {
    const { node, look } = letIn();
    node.meet(2, 3);
    expect(node.expire(look)).toEqual([]);
  });

  test('is told of others by the peer that lets it in, right after its consent', () => {
    const contact = hardened().meet(1, 2);
    const answers = sent(contact.receive(7, join)).filter(({ to }) => to === 7);
    expect(answers).toMatchObject([{ message: { type: 'neighbor' } }, { message: { type: 'shuffleReply' } }]);
    const { message } = answers[1] as { message: Extract<Message<number>, { type: 'shuffleReply' }> };
    expect(message.nodes.map(({ id }) => id).sort()).toEqual([1, 2]);
    expect(sentTypes(hardened().receive(7, join))).toEqual(['7 neighbor']);
  });

  test('keeps them for the time when that peer is gone', () => {
    const { node } = letIn();
    expect(node.receive(1, { type: 'shuffleReply', nodes: list(2) })).toEqual([]);
    expect(sentTypes(node.disconnected(1))).toEqual(['2 neighbor']);
  });

  test('asks one of them when it is short of neighbors after a second: that peer may be dead', () => {
    const { node, look } = letIn();
    node.receive(1, { type: 'shuffleReply', nodes: list(2) });
    expect(sentTypes(node.expire(look))).toEqual(['1 shuffle', '2 neighbor']);
  });

  test('asks nobody when it is alone again', () => {
    const { node, look } = letIn();
    node.disconnected(1);
    expect(node.expire(look)).toEqual([]);
  });

  test('has no such timer when it has let others in itself, and once for each Join that was answered', () => {
    expect(timer(hardened().receive(1, join), 'askForMembers')).toBeUndefined();
    expect(timer(letIn().node.receive(1, high), 'askForMembers')).toBeUndefined();
  });

  test('waits for its first shuffle in the reference', () => {
    const node = reference();
    node.join(1);
    expect(timers(node.receive(1, high)).map(([task]) => task)).not.toContain('askForMembers');
  });
});

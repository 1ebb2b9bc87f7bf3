import { encodedLength } from '@grapevine/postcard';
import { describe, expect, test } from 'vitest';
import { hexId32, type Message, messageCodec, messageIdFromBytes } from '../src/index.js';
import { TimeBoundSet } from '../src/structures/time-bound-set.js';
import { emitted, idOf, payload, reconciled, sent, sentTypes, TestNode, timer, timers, utf8 } from './helper/node.js';
import { Swarm } from './helper/swarm.js';
import { TOPIC } from './helper/topic.js';

// Each rule of the hardened mode beside what the reference does in the same place.

const reference = (): TestNode => new TestNode({ mode: 'reference' });
const hardened = (config = {}): TestNode => new TestNode({ mode: 'hardened', ...config });
const prune: Message<number> = { type: 'prune' };
const ihave = (...texts: string[]): Message<number> => ({
  type: 'ihave',
  messages: texts.map((text) => ({ id: idOf(utf8(text)), round: 1 })),
});
const graft = (text: string): Message<number> => ({ type: 'graft', id: idOf(utf8(text)), round: 0 });
const STRANGER = 9;

describe('broadcast messages from a stranger', () => {
  const disturb = (node: TestNode): TestNode => {
    node.meet(1);
    node.receive(1, payload('known'));
    node.receive(STRANGER, prune);
    node.receive(STRANGER, payload('known'));
    node.receive(STRANGER, ihave('announced'));
    node.receive(STRANGER, graft('nothing'));
    return node;
  };

  test('make a neighbor that is none in the reference', () => {
    const { eagerPeers, missingPayloads } = disturb(reference()).snapshot;
    expect(eagerPeers).toContain(STRANGER);
    expect(missingPayloads).toBe(1);
  });

  test('change nothing in the hardened mode, and are counted by kind', () => {
    const node = disturb(hardened());
    expect(node.snapshot).toMatchObject({ eagerPeers: [1], lazyPeers: [], missingPayloads: 0 });
    expect(node.stats).toMatchObject({ strangerPrunes: 1, strangerGossip: 1, strangerIHaves: 1, strangerGrafts: 1 });
  });

  test('optimize no tree', () => {
    for (const [node, expected] of [
      [reference(), ['1 graft', '9 prune']],
      [hardened(), ['9 disconnect']],
    ] as const) {
      node.meet(1);
      node.receive(1, prune);
      node.receive(1, ihave('far'));
      expect(sentTypes(node.receive(STRANGER, payload('far', 30)))).toEqual(expected);
    }
  });
});

describe('a payload that travels for longer than ids are remembered', () => {
  /** It comes, somebody speaks of it again every 40 s, and it comes once more, four minutes after the first time. */
  const delivered = (node: TestNode, again: Message<number>): number => {
    node.meet(1, 2);
    let count = emitted(node.receive(1, payload('slow'))).length;
    for (node.now = 40_000; node.now < 240_000; node.now += 40_000) {
      count += emitted(node.receive(2, again)).length;
      node.evict();
    }
    count += emitted(node.receive(2, payload('slow'))).length;
    return count;
  };

  test.each([
    ['announced', ihave('slow')],
    ['sent', payload('slow')],
  ])('is delivered once while it is %s again and again; the reference delivers it twice', (_, again) => {
    expect(delivered(hardened(), again)).toBe(1);
    expect(delivered(reference(), again)).toBeGreaterThan(1);
  });

  test('is forgotten when nobody speaks of it any more', () => {
    const node = hardened().meet(1, 2);
    node.receive(1, payload('slow'));
    node.now = 90_000;
    node.evict();
    expect(node.snapshot.seenIds).toBe(0);
  });

  test('cannot be made to take up room by speaking of it all the time', () => {
    const set = new TimeBoundSet<string>();
    set.insert('a', 90_000);
    for (let now = 0; now < 90_000; now++) set.renew('a', now + 90_000, 45_000);
    expect(set.slots).toBeLessThanOrEqual(3);
  });
});

describe('a payload that others have announced', () => {
  /** 2 and 3 have announced it, 3 being eager; then 1 brings it. */
  const brought = (node: TestNode): ReturnType<TestNode['receive']> => {
    node.meet(1, 2, 3, 4);
    node.receive(2, prune);
    node.receive(2, ihave('hi'));
    node.receive(3, ihave('hi'));
    return node.receive(1, payload('hi'));
  };

  test('is sent to them all the same by the reference', () => {
    const node = reference();
    const outputs = brought(node);
    expect(sentTypes(outputs)).toEqual(['3 gossip', '4 gossip']);
    expect(sentTypes(node.expire(timer(outputs, 'dispatchLazyPush')))).toEqual(['2 ihave']);
  });

  test('is not, nor announced to them, in the hardened mode: they have it', () => {
    const node = hardened();
    const outputs = brought(node);
    expect(sentTypes(outputs)).toEqual(['4 gossip']);
    expect(timer(outputs, 'dispatchLazyPush')).toBeUndefined();
  });
});

describe('a branch of the tree', () => {
  /** 2 is lazy and announces what 1 brings `wait` later, `hops` hops further from its publisher. */
  const replaced = (
    node: TestNode,
    { hops, wait, hasDelivered }: { hops: number; wait: number; hasDelivered: boolean },
  ) => {
    node.meet(1, 2);
    if (hasDelivered) node.receive(2, payload('before'));
    node.receive(2, prune);
    node.receive(2, ihave('hi'));
    node.now += wait;
    return sentTypes(node.receive(1, payload('hi', 1 + hops)));
  };
  const swap = ['2 graft', '1 prune'];

  test('goes over to whoever announces a shorter one in the reference, also to a peer that has never sent a payload', () => {
    expect(replaced(reference(), { hops: 20, wait: 0, hasDelivered: false })).toEqual(swap);
  });

  test('goes over only to a peer that has sent payloads in the hardened mode', () => {
    expect(replaced(hardened(), { hops: 20, wait: 0, hasDelivered: false })).toEqual([]);
    expect(replaced(hardened(), { hops: 20, wait: 0, hasDelivered: true })).toEqual(swap);
  });

  test("goes over without a second copy to an announcer that is earlier by a graft's wait, in the hardened mode only", () => {
    expect(replaced(hardened(), { hops: 1, wait: 79, hasDelivered: true })).toEqual([]);
    expect(replaced(hardened(), { hops: 1, wait: 80, hasDelivered: true })).toEqual(swap);
    expect(replaced(reference(), { hops: 1, wait: 80, hasDelivered: true })).toEqual([]);
  });
});

describe('a node whose branches are all pruned', () => {
  const pruned = (node: TestNode): TestNode => {
    node.meet(1, 2, 3);
    node.receive(2, payload('from 2'));
    for (const peer of [1, 2, 3]) node.receive(peer, prune);
    return node;
  };

  test('only announces what it publishes in the reference', () => {
    expect(sentTypes(pruned(reference()).broadcast('mine'))).toEqual([]);
  });

  test('grows a branch to a neighbor that has sent payloads in the hardened mode', () => {
    const node = pruned(hardened());
    expect(sentTypes(node.broadcast('mine'))).toEqual(['2 graft', '2 gossip']);
    expect(node.snapshot.eagerPeers).toEqual([2]);
    expect(sentTypes(node.broadcast('more'))).toEqual(['2 gossip']);
  });

  test('grows one to any other where none has, and none without neighbors', () => {
    const node = hardened().meet(4);
    node.receive(4, prune);
    expect(sentTypes(node.broadcast('mine'))).toEqual(['4 graft', '4 gossip']);
    expect(sentTypes(hardened().broadcast('mine'))).toEqual([]);
  });
});

describe('the wait before asking', () => {
  /** Peer 2 announces and peer 1 sends the payload a fixed time later, several times. @returns the wait after one more announcement */
  const waitAfter = (node: TestNode, lag: number): number | undefined => {
    node.meet(1, 2);
    for (let i = 0; i < 20; i++) {
      node.receive(2, ihave(`m${i}`));
      node.now += lag;
      node.receive(1, payload(`m${i}`));
    }
    return timers(node.receive(2, ihave('next')))[0]?.[1];
  };

  test.each([reference, hardened])('is always the same, however late the tree usually is', (make) => {
    for (const lag of [10, 150, 100_000]) expect(waitAfter(make(), lag)).toBe(80);
  });
});

describe('a neighbor that announces payloads and never sends them', () => {
  /** It announces one more each second and is asked for it. Ends when it is no neighbor any more, or after the given number. */
  const lie = (node: TestNode, count: number) => {
    node.meet(1, 2);
    for (let i = 0; i < count; i++) {
      const outputs = node.expire(timer(node.receive(1, ihave(`m${i}`)), 'sendGraft'));
      if (!node.snapshot.activeView.includes(1)) return { asked: i + 1, outputs };
      node.now += 1_000;
    }
    return undefined;
  };

  test('stays one for ever in the reference', () => {
    expect(lie(reference(), 100)).toBeUndefined();
  });

  test('makes room for another in the hardened mode, and is not taken back for a minute', () => {
    const node = hardened().meet(3).learn(3, 7);
    const result = lie(node, 100);
    expect(result?.asked).toBe(9);
    expect(emitted(result?.outputs ?? [])).toEqual([{ type: 'neighborDown', peer: 1, reason: 'timeout' }]);
    expect(sentTypes(result?.outputs ?? []).slice(1)).toEqual(['1 shuffleReply', '1 disconnect', '7 neighbor']);
    const neighbor = { type: 'neighbor', priority: 'high', data: undefined } as const;
    expect(sentTypes(node.receive(1, neighbor))).toEqual(['1 shuffleReply', '1 disconnect']);
    expect(sentTypes(node.receive(1, { type: 'join', data: undefined }))).toEqual(['1 shuffleReply', '1 disconnect']);
    node.now += 60_000;
    node.receive(1, neighbor);
    expect(node.snapshot.activeView).toContain(1);
  });

  test('is not asked for anything either until it would be taken back', () => {
    const node = hardened().meet(3);
    lie(node, 100);
    expect(sentTypes(node.join(1))).toEqual([]);
    expect(sentTypes(node.handle({ type: 'command', topic: TOPIC, command: { type: 'probe', peers: [1] } }))).toEqual(
      [],
    );
    node.now += 60_000;
    expect(sentTypes(node.join(1))).toEqual(['1 neighbor']);
  });

  test('is no liar when it sends one now and then', () => {
    const node = hardened().meet(1, 2);
    for (let i = 0; i < 100; i++) {
      node.expire(timer(node.receive(1, ihave(`m${i}`)), 'sendGraft'));
      if (i % 8 === 7) node.receive(1, payload(`m${i}`));
      node.now += 1_000;
    }
    expect(node.snapshot.activeView).toContain(1);
  });

  test('is no liar because of many requests at one time, which a stalled event loop makes', () => {
    const node = hardened().meet(1, 2);
    const first = node.receive(1, ihave(...Array.from({ length: 50 }, (_, i) => `m${i}`)));
    for (const output of first) if (output.type === 'scheduleTimer') node.expire(output);
    node.now += 20_000;
    for (const text of ['a', 'b', 'c']) node.expire(timer(node.receive(1, ihave(text)), 'sendGraft'));
    expect(node.snapshot.activeView).toContain(1);
  });
});

describe('a payload that is announced and does not come', () => {
  /** Feeds each graft timer back until none follows; the delays, and who was asked. */
  const insist = (node: TestNode, first: ReturnType<TestNode['receive']>): { asked: number[]; delays: number[] } => {
    const asked: number[] = [];
    const delays: number[] = [];
    for (let next = timer(first, 'sendGraft'); next !== undefined; ) {
      const outputs = node.expire(next);
      asked.push(...sent(outputs).map(({ to }) => to));
      delays.push(...timers(outputs).map(([, delay]) => delay));
      next = timer(outputs, 'sendGraft');
    }
    return { asked, delays };
  };

  test('is asked for once per announcement in the reference, which then keeps the entry for ever', () => {
    const node = reference().meet(1, 2);
    const first = node.receive(1, ihave('hi'));
    node.receive(2, ihave('hi'));
    node.receive(2, ihave('hi'));
    expect(insist(node, first)).toEqual({ asked: [1, 2, 2], delays: [40, 40, 40] });
    expect(node.snapshot.missingPayloads).toBe(1);
  });

  test('is asked for in turns with growing pauses in the hardened mode, and then given up', () => {
    const node = hardened({ hardened: { graftAttempts: 3 } }).meet(1, 2);
    const first = node.receive(1, ihave('hi'));
    node.receive(2, ihave('hi'));
    node.receive(2, ihave('hi'));
    expect(insist(node, first)).toEqual({ asked: [1, 2, 1, 2, 1, 2], delays: [160, 160, 320, 320, 640, 640] });
    expect(node.snapshot.missingPayloads).toBe(1);
    expect(node.stats.abandonedPayloads).toBe(0);
    node.now = 30_000;
    expect(emitted(node.evict())).toEqual([{ type: 'lost', count: 1, reason: 'abandoned' }]);
    expect(node.snapshot.missingPayloads).toBe(0);
    expect(node.stats.abandonedPayloads).toBe(1);
  });

  test('survives a lost graft in the hardened mode only', () => {
    const answered = (node: TestNode): boolean => {
      node.meet(1);
      // The first graft is lost; the second is answered.
      const outputs = node.expire(timer(node.expire(timer(node.receive(1, ihave('hi')), 'sendGraft')), 'sendGraft'));
      return sentTypes(outputs).includes('1 graft');
    };
    expect(answered(reference())).toBe(false);
    expect(answered(hardened())).toBe(true);
  });

  test('is asked for no more when every announcer is gone, and again when there is another', () => {
    const node = hardened().meet(1, 2, 3);
    const first = node.receive(1, ihave('hi'));
    node.receive(2, ihave('hi'));
    node.disconnected(1);
    node.disconnected(2);
    expect(node.snapshot.missingPayloads).toBe(1);
    expect(sent(node.expire(timer(first, 'sendGraft')))).toEqual([]);
    const again = node.receive(3, ihave('hi'));
    expect(sentTypes(node.expire(timer(again, 'sendGraft')))).toEqual(['3 graft']);
  });

  test('has one timer, however often it is announced and forgotten', () => {
    const node = hardened().meet(1, 2);
    const first = node.receive(1, ihave('hi'));
    node.disconnected(1);
    expect(timers(node.receive(2, ihave('hi')))).toEqual([]);
    expect(sentTypes(node.expire(timer(first, 'sendGraft')))).toEqual(['2 graft']);
  });

  test('is not missing any more when we publish it ourselves', () => {
    const node = hardened().meet(1);
    node.receive(1, ihave('hi'));
    node.broadcast('hi');
    expect(node.snapshot.missingPayloads).toBe(0);
  });

  test('counts towards the bounds per announcer and in total, which the reference does not have', () => {
    const flood = (node: TestNode): TestNode => {
      node.meet(1, 2, 3);
      for (const peer of [1, 2, 3]) node.receive(peer, ihave(...Array.from({ length: 100 }, (_, i) => `${peer}-${i}`)));
      return node;
    };
    expect(flood(reference()).snapshot.missingPayloads).toBe(300);
    // Four times as many may be known as can be asked for.
    const node = flood(hardened({ hardened: { missingPerPeer: 20, missingTotal: 50 } }));
    expect(node.snapshot.missingPayloads).toBe(200);
    expect(node.stats.droppedAnnouncements).toBe(100);
  });
});

describe('announcements to a peer that goes', () => {
  const leave = (node: TestNode): string[] => {
    node.meet(1, 2);
    node.receive(1, prune);
    const outputs = node.broadcast('hi');
    node.disconnected(1);
    return sentTypes(node.expire(timer(outputs, 'dispatchLazyPush')));
  };

  test('are sent by the reference, which dials it again for that', () => {
    expect(leave(reference())).toEqual(['1 ihave']);
  });

  test('are dropped in the hardened mode', () => {
    expect(leave(hardened())).toEqual([]);
  });
});

describe('a new neighbor', () => {
  const welcome = (node: TestNode): ReturnType<typeof reconciled> => {
    node.meet(1);
    node.receive(1, payload('a'));
    return reconciled(node.receive(2, { type: 'neighbor', priority: 'high', data: undefined }));
  };

  test('is reconciled with in the hardened mode', () => {
    expect(welcome(reference())).toEqual([]);
    expect(welcome(hardened())).toEqual(['2 neighborUp']);
  });

  test('finds a node that has nothing to tell silent: it is for the other end to begin', () => {
    expect(reconciled(hardened().receive(1, { type: 'neighbor', priority: 'high', data: undefined }))).toEqual([]);
  });

  test.each([
    ['reference', 0],
    ['hardened', 5],
  ] as const)('that was away for a moment catches up in the hardened mode: %s', (mode, expected) => {
    const swarm = new Swarm({ config: { mode } });
    swarm.join(0);
    for (const id of [1, 2, 3]) swarm.join(id, [0]);
    swarm.run(1_000);
    swarm.cutOff([3]);
    swarm.run(1_000);
    for (let i = 0; i < 5; i++) swarm.broadcast(0, `missed ${i}`);
    swarm.run(1_000);
    swarm.heal();
    swarm.join(3, [0]);
    swarm.run(2_000);
    expect(new Set(swarm.received.get(3)).size).toBe(expected);
    expect(swarm.received.get(3)).toHaveLength(expected);
  });
});

describe('a payload at the limit of a frame', () => {
  const codec = messageCodec(hexId32);
  const bodies = (node: TestNode, length: number, round: number): number[] => {
    const content = new Uint8Array(length);
    node.meet(1, 2);
    const outputs = node.receive(1, { type: 'gossip', id: idOf(content), content, scope: { type: 'swarm', round } });
    return sent(outputs).map(({ message }) => encodedLength(codec, message as Message<string>));
  };

  test('outgrows it in the reference when its round takes another byte', () => {
    expect(bodies(reference(), 4057, 127)).toEqual([4096]);
  });

  test.each([
    [4057, 127],
    [4056, 127],
    [4056, 16_383],
    [4057, 65_535],
    [4055, 65_535],
  ])('stays below it in the hardened mode: %i bytes in round %i', (length, round) => {
    const [body] = bodies(hardened(), length, round);
    expect(body).toBeLessThan(4096);
  });

  test('is delivered and goes no further when it came through a larger limit', () => {
    const node = hardened();
    expect(bodies(node, 4058, 0)).toEqual([]);
    expect(node.stats.unforwardable).toBe(1);
    expect(bodies(reference(), 4058, 0)).toEqual([4096]);
  });
});

describe('ids that are no hash', () => {
  test('of unknown payloads cannot be grafted from the reference or the hardened mode', () => {
    for (const node of [reference(), hardened()]) {
      node.meet(1);
      const id = messageIdFromBytes(new Uint8Array(32));
      expect(node.receive(1, { type: 'graft', id, round: 0 })).toEqual([]);
    }
  });
});

import { describe, expect, test } from 'vitest';
import type { GossipMessage, Message, OutEvent, PartialConfig, RootTag } from '../src/index.js';
import { idOf, payload, sent, TestNode, timer, timers, utf8 } from './helper/node.js';
import { Swarm } from './helper/swarm.js';

const A = 0xa as RootTag;
const B = 0xb as RootTag;
const along = (tag: RootTag, text: string, round = 0): GossipMessage => ({ ...payload(text, round), tag });
const ihave = (tag: RootTag, ...texts: string[]): Message<number> => ({
  type: 'ihave',
  messages: texts.map((text) => ({ id: idOf(utf8(text)), round: 1, tag })),
});

/** What was sent, in short: `2 prune a`. */
const said = (outputs: readonly OutEvent<number>[]): string[] =>
  sent(outputs).map(
    ({ to, message }) => `${to} ${message.type}${'tag' in message ? ` ${message.tag?.toString(16)}` : ''}`,
  );
const firstPayload = (outputs: readonly OutEvent<number>[]): GossipMessage | undefined =>
  sent(outputs)
    .map(({ message }) => message)
    .find((message) => message.type === 'gossip');
const hardened = (config: PartialConfig = {}): TestNode => new TestNode(config).meet(1, 2, 3);
/** Peers 1 to 3 have brought the first payload of tag A, 1 first, all from the same distance as ours, or nearer. */
const settled = (config: PartialConfig = {}): TestNode => {
  const node = hardened(config);
  node.receive(1, along(A, 'first', 2));
  for (const peer of [2, 3]) node.receive(peer, along(A, 'first', 2));
  return node;
};

describe('the tree of a tag', () => {
  test('begins as a flood, and is pruned by its duplicates only', () => {
    const node = hardened();
    expect(said(node.receive(1, along(A, 'a', 0)))).toEqual(['2 gossip a', '3 gossip a']);
    expect(said(node.receive(2, along(A, 'a', 1)))).toEqual(['2 prune a']);
    expect(said(node.receive(1, along(A, 'b', 0)))).toEqual(['3 gossip a']);
    // The tree of another publisher is not pruned by that.
    expect(said(node.receive(1, along(B, 'c', 0)))).toEqual(['2 gossip b', '3 gossip b']);
  });

  test('leaves a link to the end that is further from the publisher', () => {
    const node = hardened();
    node.receive(1, along(A, 'a', 4));
    expect(said(node.receive(2, along(A, 'a', 6)))).toEqual([]);
    expect(said(node.receive(3, along(A, 'a', 5)))).toEqual(['3 prune a']);
  });

  test('keeps its parent when another neighbor was a little earlier', () => {
    const node = settled();
    node.receive(2, { type: 'graft', id: undefined, round: 0, tag: A });
    node.receive(2, along(A, 'b', 2));
    node.now += 9;
    expect(said(node.receive(1, along(A, 'b', 2)))).toEqual(['2 prune a']);
  });

  test('follows the other one when the parent was much later, or is no nearer to the publisher than we are', () => {
    const late = settled();
    late.receive(2, { type: 'graft', id: undefined, round: 0, tag: A });
    late.receive(2, along(A, 'b', 2));
    late.now += 10;
    expect(said(late.receive(1, along(A, 'b', 2)))).toEqual(['1 prune a']);
    const far = settled();
    far.receive(2, { type: 'graft', id: undefined, round: 0, tag: A });
    far.receive(2, along(A, 'b', 1));
    expect(said(far.receive(1, along(A, 'b', 2)))).toEqual(['1 prune a']);
  });

  test('is announced to those who are pruned, with the tag, and not to those who announce it themselves', () => {
    const node = settled();
    const outputs = node.receive(1, along(A, 'b', 2));
    node.receive(3, ihave(A, 'b'));
    const [announced] = sent(node.expire(timer(outputs, 'dispatchLazyPush')));
    expect(announced).toEqual({
      to: 2,
      message: { type: 'ihave', messages: [{ id: idOf(utf8('b')), round: 3, tag: A }] },
    });
  });
});

describe('what is missing', () => {
  test('is asked for soon where its tree does not reach us, and otherwise after a while that does not grow', () => {
    expect(timers(hardened().receive(2, ihave(B, 'x')))).toContainEqual(['sendGraft', 5]);
    const node = settled();
    for (let i = 0; i < 20; i++) {
      node.receive(2, ihave(A, `m${i}`));
      node.now += 70;
      node.receive(1, along(A, `m${i}`, 2));
      node.now += 2_000;
    }
    expect(timers(node.receive(3, ihave(A, 'x')))).toContainEqual(['sendGraft', 80]);
  });

  test('takes the link into its tree, and makes who brings it the parent; who was asked in vain is pruned', () => {
    const node = settled();
    const first = node.receive(2, ihave(A, 'x'));
    node.receive(3, ihave(A, 'x'));
    const asked = node.expire(timer(first, 'sendGraft'));
    expect(said(asked)).toEqual(['2 graft a']);
    expect(said(node.expire(timer(asked, 'sendGraft')))).toEqual(['3 graft a']);
    expect(said(node.receive(2, along(A, 'x', 2)))).toEqual(['1 gossip a', '3 prune a']);
    expect(said(node.receive(1, along(A, 'x', 2)))).toEqual(['1 prune a']);
  });

  test('brings a neighbor that was asked and pruned meanwhile back into the tree, at both ends', () => {
    const node = settled();
    const first = node.receive(2, ihave(A, 'x'));
    expect(said(node.expire(timer(first, 'sendGraft')))).toEqual(['2 graft a']);
    node.receive(1, along(A, 'y', 2));
    expect(said(node.receive(2, along(A, 'y', 2)))).toEqual(['2 prune a']);
    expect(said(node.receive(2, along(A, 'x', 2)))).toContain('2 graft a');
  });

  test('comes from an announcer from now on that was earlier than the parent', () => {
    const node = settled();
    node.receive(2, ihave(A, 'x'));
    node.now += 5;
    expect(said(node.receive(1, along(A, 'x', 2)))).toEqual(['2 graft a', '1 prune a']);
  });

  test('comes from the parent as before when it was the parent that had announced it', () => {
    const node = settled();
    node.receive(1, ihave(A, 'x'));
    node.now += 5;
    expect(said(node.receive(1, along(A, 'x', 2)))).toEqual([]);
  });
});

test("a guest's payload prunes nothing while the first payload of its tree goes round", () => {
  const node = hardened();
  const guest = (text: string, round: number): GossipMessage => ({ ...along(A, text, round), guest: true });
  node.receive(1, along(A, 'first', 4));
  // Peer 2 is further from the publisher of the tree than we are, and has its payloads from us. The guest is behind it.
  node.receive(3, guest('hello', 3));
  expect(said(node.receive(2, guest('hello', 1)))).toEqual([]);
  node.now += 500;
  node.receive(3, guest('again', 3));
  expect(said(node.receive(2, guest('again', 1)))).toEqual(['2 prune a']);
});

describe("a guest's payload, in a calm topic,", () => {
  const asGuest = (text: string, round = 2): GossipMessage => ({ ...along(A, text, round), guest: true });
  let announced = 0;
  const waitOf = (node: TestNode): number | undefined => timers(node.receive(2, ihave(A, `x${announced++}`)))[0]?.[1];

  test('changes no parent: its announcer is on the way to the guest', () => {
    const announcedEarlier = (node: TestNode): string[] => {
      node.receive(2, ihave(A, 'x'));
      node.now += 50;
      return said(node.receive(1, asGuest('x')));
    };
    expect(announcedEarlier(settled())).toEqual([]);
    const mending = settled();
    mending.meet(4).disconnected(4);
    expect(announcedEarlier(mending)).toEqual(['2 graft a', '1 prune a']);
    mending.now += 10_000;
    mending.receive(2, asGuest('y'));
    mending.receive(1, ihave(A, 'z'));
    mending.now += 50;
    expect(said(mending.receive(2, asGuest('z')))).toEqual([]);
  });

  test('is waited for longer the further the publisher of the tree is, and not after a neighbor has left', () => {
    const node = settled();
    expect(waitOf(node)).toBe(80);
    node.receive(1, asGuest('g'));
    expect(waitOf(node)).toBe(140);
    node.receive(1, along(A, 'own', 4));
    expect(waitOf(node)).toBe(80);
    node.receive(1, asGuest('h'));
    expect(waitOf(node)).toBe(180);
    node.meet(4).disconnected(4);
    expect(waitOf(node)).toBe(80);
  });

  test('is waited for 320 ms at most, whatever rounds a neighbor tells', () => {
    const node = settled();
    node.receive(1, along(A, 'far', 65_000));
    node.receive(1, asGuest('g'));
    expect(waitOf(node)).toBe(320);
  });
});

describe('a parent that is gone, or prunes us', () => {
  test('is replaced by who had brought the first duplicate, in a quiet topic', () => {
    expect(said(settled().disconnected(1))).toContain('2 graft a');
    expect(said(settled().receive(1, { type: 'prune', tag: A }))).toEqual(['2 graft a']);
  });

  test('is replaced by whoever is earliest, in a busy one; those whose parent we were look for another, too', () => {
    const busy = (): TestNode => {
      const node = settled();
      for (let i = 0; i < 10; i++) node.receive(1, along(A, `b${i}`, 2));
      return node;
    };
    expect(said(busy().disconnected(1)).filter((text) => text.includes('graft'))).toEqual(['2 graft a', '3 graft a']);
    const orphan = { type: 'graft', id: undefined, round: 0, tag: A } as const;
    expect(said(busy().receive(1, orphan))).toEqual(['2 graft a', '3 graft a']);
    expect(said(busy().receive(2, orphan))).toEqual([]);
  });
});

describe('where neighbors leave often', () => {
  /** `departures` neighbors come and go, one after the other. */
  const depart = (node: TestNode, departures = 5, pause = 80): TestNode => {
    for (let peer = 5; peer < 5 + departures; peer++) {
      node.meet(peer).disconnected(peer);
      node.now += pause;
    }
    return node;
  };
  const restless = (departures?: number, pause?: number): TestNode => depart(settled(), departures, pause);

  test('everybody is asked for a new parent, as in a busy topic', () => {
    expect(said(restless().disconnected(1)).filter((text) => text.includes('graft'))).toEqual([
      '2 graft a',
      '3 graft a',
    ]);
  });

  test('new neighbors are taken into the trees: there is hardly anybody else', () => {
    const goesTo4 = (node: TestNode): boolean => {
      node.meet(4).receive(4, { type: 'graft', id: undefined, round: 0, tag: B });
      return said(node.receive(1, along(A, 'next', 2))).includes('4 gossip a');
    };
    expect(goesTo4(settled())).toBe(false);
    expect(goesTo4(restless())).toBe(true);
  });

  test('a publisher is the guest only of one that has published a moment ago', () => {
    const hostOf = (node: TestNode): RootTag | undefined => {
      const message = firstPayload(node.broadcast('mine'));
      return message?.guest ? message.tag : undefined;
    };
    const after = (quiet: number): TestNode => {
      const node = hardened();
      node.receive(1, along(B, 'theirs', 1));
      node.now += quiet;
      return node;
    };
    expect(hostOf(depart(after(0)))).toBe(B);
    expect(hostOf(depart(after(11_000)))).toBeUndefined();
    expect(hostOf(after(11_000))).toBe(B);
  });

  test('a payload is waited for no longer than in a busy topic', () => {
    const waitOf = (node: TestNode): number | undefined => timers(node.receive(2, ihave(A, 'x')))[0]?.[1];
    expect(waitOf(settled())).toBe(80);
    expect(waitOf(restless())).toBe(20);
    expect(waitOf(restless(4))).toBe(20);
    expect(waitOf(restless(3))).toBe(80);
  });

  test('those that leave together, as in a crash, count once', () => {
    const node = restless(6, 10);
    expect(timers(node.receive(2, ihave(A, 'x')))[0]?.[1]).toBe(80);
  });
});

describe('tags', () => {
  test('are one for each publisher and topic, and none for payloads that leave no space for one', () => {
    const node = hardened();
    const tagOf = (outputs: OutEvent<number>[]) => firstPayload(outputs)?.tag;
    const [first, second] = [tagOf(node.broadcast('a')), tagOf(node.broadcast('b'))];
    expect(first).toBeDefined();
    expect(second).toBe(first);
    expect(tagOf(node.broadcast('x'.repeat(4_050)))).toBe(first);
    expect(tagOf(node.broadcast('x'.repeat(4_051)))).toBeUndefined();
  });

  test('are borrowed from the nearest publisher by those who publish now and then', () => {
    const node = hardened();
    node.receive(1, along(A, 'far', 4));
    node.receive(2, along(B, 'near', 1));
    const routes = Array.from({ length: 4 }, (_, i) => {
      const route = firstPayload(node.broadcast(`mine ${i}`));
      node.now += 1_000;
      return route?.guest ? route.tag : 'own';
    });
    expect(routes).toEqual([B, B, B, 'own']);
  });

  test('are bounded: those in use stay, and further ones share a tree', () => {
    const node = hardened({ hardened: { maxTrees: 2 } });
    for (const tag of [A, B]) for (const text of ['1', '2']) node.receive(1, along(tag, `${tag} ${text}`, 0));
    const C = 0xc as RootTag;
    node.receive(1, along(C, 'c', 0));
    expect(said(node.receive(2, along(C, 'c', 0)))).toEqual(['2 prune c']);
    expect(said(node.receive(1, along(C, 'd', 0)))).toEqual(['3 gossip c']);
    node.receive(2, { type: 'prune', tag: A });
    expect(said(node.receive(1, along(A, 'still there', 0)))).toEqual(['3 gossip a']);
  });

  test('are missing from payloads of others: these use the tree that all share, and so do neighbors that have never sent a tag', () => {
    const node = hardened();
    expect(said(node.receive(1, payload('a')))).toEqual(['2 gossip', '3 gossip']);
    expect(said(node.receive(2, payload('a')))).toEqual(['2 prune']);
    expect(said(node.receive(1, along(A, 'b')))).toEqual(['3 gossip a']);
    node.receive(2, along(B, 'c'));
    expect(said(node.receive(1, along(A, 'd')))).toEqual(['2 gossip a', '3 gossip a']);
    // The shared tree is as it was.
    expect(said(node.receive(1, payload('e')))).toEqual(['3 gossip']);
  });

  test('are not understood by the reference: it passes payloads on without', () => {
    const node = new TestNode({ mode: 'reference' }).meet(1, 2);
    expect(said(node.receive(1, along(A, 'a')))).toEqual(['2 gossip']);
    expect(said(node.broadcast('b'))).toEqual(['1 gossip', '2 gossip']);
  });
});

test('with many publishers at once every payload comes as early as in a flood, and hardly any comes twice', () => {
  const swarm = new Swarm({ latency: (a, b) => 20 + ((Math.min(a, b) * 7919 + Math.max(a, b) * 104_729) % 21) });
  swarm.join(0);
  for (let id = 1; id < 20; id++) swarm.join(id, [0]);
  swarm.run(3_000);
  const publish = (round: number): void => {
    for (let id = 0; id < 20; id++) {
      swarm.broadcast(id, `${round} ${id}`);
      swarm.run(20);
    }
  };
  for (let round = 0; round < 3; round++) publish(round);
  swarm.run(1_000);
  const before = swarm.traffic.get('gossip') ?? 0;
  for (let round = 3; round < 8; round++) publish(round);
  swarm.run(200);
  for (let id = 0; id < 20; id++) expect(swarm.received.get(id)).toHaveLength(8 * 19);
  expect((swarm.traffic.get('gossip') ?? 0) - before).toBeLessThan(1.02 * 5 * 20 * 19);
});

import { describe, expect, test } from 'vitest';
import {
  type DisconnectMessage,
  type Message,
  type OutEvent,
  type PartialConfig,
  type StateOptions,
  seededRng,
} from '../src/index.js';
import { LeafState } from '../src/leaf/index.js';
import { emitted, sent, sentTypes, TestNode, timer, timers } from './helper/node.js';
import { testSeed } from './helper/swarm.js';
import { TOPIC } from './helper/topic.js';

const HUB_DATA = Uint8Array.of(1);
const NEIGHBOR: Message<number> = { type: 'neighbor', priority: 'high', data: HUB_DATA };
const FULL: DisconnectMessage = { type: 'disconnect', alive: true, respond: false };
const LEFT: DisconnectMessage = { type: 'disconnect', alive: false, respond: false };
const list = (...ids: number[]): Message<number> => ({
  type: 'shuffleReply',
  nodes: ids.map((id) => ({ id, data: HUB_DATA })),
});

function leaf(config: PartialConfig = {}, options: Partial<StateOptions<number>> = {}): TestNode {
  const membership = { activeViewCapacity: 3, ...config.membership };
  return new TestNode({ ...config, membership }, 1, (given) => new LeafState({ ...given, ...options }));
}

/** A leaf whose neighbors are these hubs. */
function leafAt(...hubs: number[]): TestNode {
  const node = leaf();
  node.join(...hubs);
  for (const hub of hubs) node.receive(hub, NEIGHBOR);
  return node;
}

/** Whom a leaf has asked to be its neighbor. */
function asked(outputs: readonly OutEvent<number>[]): number[] {
  return sent(outputs).flatMap(({ to, message }) =>
    message.type === 'join' || message.type === 'neighbor' ? [to] : [],
  );
}

describe('a leaf', () => {
  test('asks the hubs that it was told to join, and then each of them for others', () => {
    const node = leaf();
    expect(sentTypes(node.join(1))).toEqual(['1 join']);
    expect(node.state.wants(1)).toBe(true);
    expect(node.state.origin(1)).toEqual({ trust: 'user' });
    const outputs = node.receive(1, NEIGHBOR);
    expect(emitted(outputs)).toEqual([{ type: 'neighborUp', peer: 1 }]);
    expect(sentTypes(outputs)).toEqual(['1 shuffle']);
    expect(sent(outputs)[0]?.message).toMatchObject({ type: 'shuffle', origin: 0, ttl: 0 });
    expect(node.state.origin(1)).toEqual({ trust: 'met' });
  });

  test('asks a hub that knew nobody once more after a second', () => {
    const node = leaf();
    node.join(1);
    const later = node.receive(1, NEIGHBOR);
    expect(timers(later)).toContainEqual(['askForMembers', 1_000]);
    expect(sentTypes(node.expire(timer(later, 'askForMembers')))).toEqual(['1 shuffle']);
  });

  test('keeps three hubs, and sends a fourth away', () => {
    const node = leaf();
    node.join(1, 2, 3, 4);
    for (const hub of [1, 2, 3]) node.receive(hub, NEIGHBOR);
    expect(node.state.neighbors(TOPIC)).toEqual([1, 2, 3]);
    expect(sentTypes(node.receive(4, NEIGHBOR))).toEqual(['4 disconnect']);
    expect(node.state.neighbors(TOPIC)).toEqual([1, 2, 3]);
  });

  test('is introduced to nobody, introduces nobody and passes nothing on', () => {
    const node = leafAt(1);
    const introduced = node.receive(1, { type: 'forwardJoin', peer: { id: 9, data: HUB_DATA }, ttl: 0 });
    expect(introduced).toEqual([]);
    const walk = node.receive(1, { type: 'shuffle', origin: 8, nodes: [{ id: 8, data: HUB_DATA }], ttl: 3 });
    expect(walk).toEqual([]);
    expect(sentTypes(node.receive(1, { type: 'shuffle', origin: 1, nodes: [], ttl: 0 }))).toEqual(['1 shuffleReply']);
    expect(node.snapshot.passiveView).toEqual([]);
    expect(node.stats.refusedIntroductions).toBe(1);
  });

  test('asks for nobody whom it cannot dial', () => {
    const node = leaf({}, { isHub: (data) => data.length > 0, isPeer: (id) => id !== 7 });
    node.join(1);
    node.receive(1, NEIGHBOR);
    const outputs = node.receive(1, {
      type: 'shuffleReply',
      nodes: [
        { id: 2, data: HUB_DATA },
        { id: 5, data: undefined },
        { id: 6, data: new Uint8Array() },
        { id: 7, data: HUB_DATA },
        { id: 0, data: HUB_DATA },
      ],
    });
    expect(asked(outputs)).toEqual([2]);
    expect(outputs).toContainEqual({ type: 'peerData', peer: 2, data: HUB_DATA });
    expect(node.stats).toMatchObject({ impossiblePeers: 1, selfReferences: 1 });
  });

  test('takes lists from its hubs only, as long as they are, and no more than it can use', () => {
    const node = leafAt(1, 2, 3);
    node.receive(9, list(50));
    expect(node.stats.unsolicitedShuffleReplies).toBe(1);
    node.receive(1, list(...Array.from({ length: 60 }, (_, i) => 100 + i)));
    expect(node.snapshot.passiveView.length).toBeLessThanOrEqual(30);
    const before = node.snapshot.passiveView;
    node.receive(2, list(...Array.from({ length: 60 }, (_, i) => 200 + i)));
    const kept = before.filter((peer) => node.snapshot.passiveView.includes(peer));
    expect(kept.length).toBeGreaterThanOrEqual(before.length - 10);
    expect(node.stats.refusedReplacements).toBeGreaterThan(0);
  });

  test('that quits says so', () => {
    const node = leafAt(1, 2);
    const outputs = node.quit();
    expect(sent(outputs)).toEqual([1, 2].map((to) => ({ to, message: LEFT })));
    expect(outputs.filter(({ type }) => type === 'disconnectPeer')).toHaveLength(2);
  });

  test('is never in the reference mode, which knows no leaves', () => {
    expect(() => leaf({ mode: 'reference' })).toThrow(RangeError);
  });
});

describe('a hub that', () => {
  test('is full sends the leaf on: the next one is asked at once', () => {
    const node = leaf();
    node.join(1);
    expect(asked(node.receive(1, list(2, 3)))).toEqual([]); // the beginning of a refusal
    const outputs = node.receive(1, FULL);
    expect(asked(outputs).toSorted()).toEqual([2, 3]);
    expect(node.state.wants(1)).toBe(false);
  });

  test('dies is replaced in the same turn', () => {
    const node = leafAt(1);
    node.receive(1, list(2));
    node.receive(2, FULL); // it was full a moment ago
    node.receive(1, list(3));
    node.receive(3, NEIGHBOR);
    node.receive(1, list(4, 5));
    for (const hub of [4, 5]) node.receive(hub, FULL);
    node.receive(3, list(6));
    const outputs = node.disconnected(1);
    expect(emitted(outputs)).toEqual([{ type: 'neighborDown', peer: 1, reason: 'closed' }]);
    expect([...asked(outputs), ...node.snapshot.pendingNeighborRequests]).toContain(6);
  });

  test('was dialed for long and in vain holds a place again when it is asked again', () => {
    const node = leaf({ membership: { activeViewCapacity: 1 } });
    let outputs = node.join(1);
    node.handle({ type: 'peerDialing', peer: 1 });
    for (let i = 0; i < 4; i++) outputs = node.expire(timer(outputs, 'neighborRequest'));
    node.disconnected(1);
    node.join(2);
    node.receive(2, list(3));
    node.join(1);
    expect(asked(node.disconnected(2))).toEqual([]);
    expect(asked(node.disconnected(1))).toEqual([3]);
  });

  test('leaves names others, and they are asked', () => {
    const node = leafAt(1, 2, 3);
    node.receive(1, list(4));
    const outputs = node.receive(1, LEFT);
    expect(emitted(outputs)).toEqual([{ type: 'neighborDown', peer: 1, reason: 'left' }]);
    expect(asked(outputs)).toEqual([4]);
    expect(node.snapshot.passiveView).not.toContain(1);
  });

  test('is the only one and full is asked ever more rarely', () => {
    const node = leaf();
    let requests = asked(node.join(1)).length;
    let outputs = node.receive(1, FULL);
    const until = 60_000;
    while (node.now < until) {
      requests += asked(outputs).length;
      const next = asked(outputs).length > 0 ? undefined : timer(outputs, 'refill');
      if (asked(outputs).length > 0) outputs = node.receive(1, FULL);
      else if (next?.type === 'scheduleTimer') {
        node.now += next.delay;
        outputs = node.expire(next);
      } else break; // it waits for the next shuffle
    }
    expect(requests).toBeGreaterThan(5);
    expect(requests).toBeLessThan(25);
  });

  test('does not answer makes way for the next, also while the dial goes on', () => {
    const node = leaf({ membership: { activeViewCapacity: 1 } });
    node.handle({ type: 'peerDialing', peer: 1 });
    let request = timer(node.join(1), 'neighborRequest');
    node.receive(2, NEIGHBOR); // another comes and goes, and is known
    node.disconnected(2);
    node.receive(1, list(3));
    const askedMeanwhile: number[] = [];
    for (let i = 0; i < 4; i++) {
      const outputs = node.expire(request);
      askedMeanwhile.push(...asked(outputs));
      request = timer(outputs, 'neighborRequest');
    }
    expect(askedMeanwhile).toEqual([3]);
  });

  test('answers after its time is a neighbor all the same, and both stop there', () => {
    const node = leaf();
    const request = timer(node.join(1), 'neighborRequest');
    node.expire(request);
    expect(node.state.wants(1)).toBe(false);
    const late = node.receive(1, NEIGHBOR);
    expect(emitted(late)).toEqual([{ type: 'neighborUp', peer: 1 }]);
    expect(asked(late)).toEqual([1]);
    expect(asked(node.receive(1, NEIGHBOR))).toEqual([]);
    expect(node.state.neighbors(TOPIC)).toEqual([1]);
  });

  test('may have started anew behind a new link is asked whether it still has us', () => {
    const node = leafAt(1);
    expect(asked(node.handle({ type: 'linkReplaced', peer: 1 }))).toEqual([1]);
    expect(asked(node.receive(1, NEIGHBOR))).toEqual([]);
    expect(node.state.neighbors(TOPIC)).toEqual([1]);
  });

  test('the application forbids goes, and is not asked again', () => {
    const node = leafAt(1);
    const outputs = node.handle({ type: 'expel', topic: TOPIC, peer: 1 });
    expect(emitted(outputs)).toEqual([{ type: 'neighborDown', peer: 1, reason: 'refused' }]);
    expect(sentTypes(outputs)).toEqual(['1 disconnect']);
    expect(node.join(1).filter(({ type }) => type === 'sendMessage')).toEqual([]);
    expect(node.receive(1, NEIGHBOR)).toEqual([]);
    node.handle({ type: 'allow', topic: TOPIC, peer: 1 });
    expect(asked(node.join(1))).toEqual([1]);
  });

  test('was lost has the others asked for more, at once and ever more rarely, until there are enough', () => {
    const node = leaf();
    node.join(1, 2, 3);
    const later = [1, 2, 3].map((hub) => timer(node.receive(hub, NEIGHBOR), 'askForMembers'));
    for (const first of later.slice(0, 2)) expect(node.expire(first)).toEqual([]); // three are all that it keeps
    expect(timer(node.disconnected(3), 'askForMembers')).toBeUndefined(); // two are enough
    let outputs = node.disconnected(1);
    expect(sentTypes(outputs)).toContain('2 shuffle');
    const pauses: number[] = [];
    for (let next = timer(outputs, 'askForMembers'); next?.type === 'scheduleTimer'; ) {
      pauses.push(next.delay);
      outputs = node.expire(next);
      expect(sentTypes(outputs)).toEqual(['2 shuffle']);
      next = timer(outputs, 'askForMembers');
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000]);
    outputs = node.disconnected(2); // nobody is left to be asked
    expect(timer(outputs, 'askForMembers')).toBeUndefined();
  });

  test('was lost is tried again with the next shuffle', () => {
    const node = leafAt(1, 2);
    node.disconnected(1);
    const shuffle = {
      type: 'timerExpired',
      timer: { topic: TOPIC, generation: 1, task: { type: 'shuffle' } },
    } as const;
    const outputs = node.handle(shuffle);
    expect(sentTypes(outputs)).toContain('2 shuffle');
    expect(asked(outputs)).toContain(1);
  });
});

test('an idle leaf with all its hubs goes quiet after three shuffles', () => {
  const node = leafAt(1, 2, 3);
  const shuffle = { type: 'timerExpired', timer: { topic: TOPIC, generation: 1, task: { type: 'shuffle' } } } as const;
  const kept = [1, 2, 3].map(() => timer(node.handle(shuffle), 'shuffle') !== undefined);
  expect(kept).toEqual([true, true, false]);
});

test('whatever hubs say, nothing throws and nothing grows', () => {
  const rng = seededRng(testSeed(3));
  const node = leaf();
  node.join(1, 2, 3);
  const peer = () => 1 + rng.index(80);
  const nodes = () => Array.from({ length: rng.index(12) }, () => ({ id: rng.index(400), data: HUB_DATA }));
  const messages: (() => Message<number>)[] = [
    () => NEIGHBOR,
    () => FULL,
    () => LEFT,
    () => ({ type: 'join', data: undefined }),
    () => ({ type: 'shuffleReply', nodes: nodes() }),
    () => ({ type: 'shuffle', origin: peer(), nodes: nodes(), ttl: rng.index(9) }),
    () => ({ type: 'forwardJoin', peer: { id: peer(), data: HUB_DATA }, ttl: rng.index(9) }),
  ];
  const due: OutEvent<number>[] = [];
  for (let i = 0; i < 5_000; i++) {
    const make = messages[rng.index(messages.length)] as () => Message<number>;
    const outputs = rng.index(20) === 0 ? node.disconnected(peer()) : node.receive(peer(), make());
    due.push(...outputs.filter(({ type }) => type === 'scheduleTimer'));
    if (due.length > 50) node.expire(due.splice(rng.index(due.length), 1)[0]);
    node.now += 10;
    const { activeView, passiveView, pendingNeighborRequests } = node.snapshot;
    expect(activeView.length).toBeLessThanOrEqual(3);
    expect(passiveView.length).toBeLessThanOrEqual(30);
    expect(pendingNeighborRequests.length).toBeLessThanOrEqual(40);
  }
});

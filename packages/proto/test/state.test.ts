import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../../test/support/runs.js';
import {
  type Command,
  defaultConfig,
  type InEvent,
  type Message,
  maxPayload,
  messageIdFromBytes,
  State,
  seededRng,
} from '../src/index.js';
import { MODES, payload, sentTypes, TestNode, timers, utf8 } from './helper/node.js';
import { Swarm, testSeed } from './helper/swarm.js';
import { OTHER_TOPIC, TOPIC } from './helper/topic.js';

const high: Message<number> = { type: 'neighbor', priority: 'high', data: undefined };

describe.each(MODES)('a node in %s mode', (mode) => {
  const fresh = (): State<number> => new State({ me: 0, rng: seededRng(testSeed(1)), config: { mode } });

  test('schedules the first shuffle behind the outputs of its first input', () => {
    const state = fresh();
    const join = (peers: number[]) =>
      state.handle({ type: 'command', topic: TOPIC, command: { type: 'join', peers } }, 0);
    // Preparing a topic gives no input to the membership layer, so there is no timer yet.
    expect(join([])).toEqual([]);
    expect(join([1, 2]).map(({ type }) => type)).toEqual(['sendMessage', 'scheduleTimer', 'sendMessage']);
    expect(timers(join([3]))).toEqual([]);
  });

  test('adds up the sizes of its topics, as their snapshots tell them', () => {
    const state = fresh();
    for (const topic of [TOPIC, OTHER_TOPIC]) {
      state.handle({ type: 'command', topic, command: { type: 'join', peers: [] } }, 0);
      state.handle({ type: 'recvMessage', from: 1, topic, message: high }, 0);
      for (const text of ['one', 'three']) {
        const command: Command<number> = { type: 'broadcast', content: utf8(text), scope: 'swarm' };
        state.handle({ type: 'command', topic, command }, 0);
      }
    }
    const sizes = { neighbors: 2, cachedPayloads: 4, cachedBytes: 16, seenIds: 4 };
    expect(state.totals()).toEqual({ topics: 2, ...sizes });
  });

  test('ignores what concerns a topic that it has not joined', () => {
    const state = fresh();
    const events: InEvent<number>[] = [
      { type: 'recvMessage', from: 1, topic: TOPIC, message: { type: 'prune' } },
      { type: 'command', topic: TOPIC, command: { type: 'broadcast', content: utf8('x'), scope: 'swarm' } },
      { type: 'command', topic: TOPIC, command: { type: 'quit' } },
      { type: 'timerExpired', timer: { topic: TOPIC, generation: 1, task: { type: 'shuffle' } } },
    ];
    for (const event of events) expect(state.handle(event, 0)).toEqual([]);
    expect(state.stats().unknownTopics).toBe(4);
    expect(state.topics()).toEqual([]);
    expect(state.neighbors(TOPIC)).toEqual([]);
  });

  test('keeps a link that another topic still uses', () => {
    const state = fresh();
    for (const topic of [TOPIC, OTHER_TOPIC]) {
      state.handle({ type: 'command', topic, command: { type: 'join', peers: [] } }, 0);
      state.handle({ type: 'recvMessage', from: 1, topic, message: high }, 0);
    }
    const quit = (topic: typeof TOPIC) => state.handle({ type: 'command', topic, command: { type: 'quit' } }, 0);
    const first = quit(TOPIC);
    expect(sentTypes(first)).toEqual(['1 shuffleReply', '1 disconnect']);
    expect(first).not.toContainEqual({ type: 'disconnectPeer', peer: 1 });
    expect(state.neighbors(OTHER_TOPIC)).toEqual([1]);
    expect(quit(OTHER_TOPIC)).toContainEqual({ type: 'disconnectPeer', peer: 1 });
  });

  test('keeps a link on which another topic waits for its first answer', () => {
    const state = fresh();
    state.handle({ type: 'command', topic: TOPIC, command: { type: 'join', peers: [] } }, 0);
    state.handle({ type: 'recvMessage', from: 1, topic: TOPIC, message: high }, 0);
    state.handle({ type: 'command', topic: OTHER_TOPIC, command: { type: 'join', peers: [] } }, 0);
    state.handle({ type: 'recvMessage', from: 2, topic: OTHER_TOPIC, message: high }, 0);
    const introduction: Message<number> = { type: 'forwardJoin', peer: { id: 1, data: undefined }, ttl: 0 };
    state.handle({ type: 'recvMessage', from: 2, topic: OTHER_TOPIC, message: introduction }, 0);
    const quit = state.handle({ type: 'command', topic: TOPIC, command: { type: 'quit' } }, 0);
    expect(quit).not.toContainEqual({ type: 'disconnectPeer', peer: 1 });
  });

  test('tells every topic that a peer is gone', () => {
    const state = fresh();
    for (const topic of [TOPIC, OTHER_TOPIC]) {
      state.handle({ type: 'command', topic, command: { type: 'join', peers: [] } }, 0);
      state.handle({ type: 'recvMessage', from: 1, topic, message: high }, 0);
    }
    state.handle({ type: 'peerDisconnected', peer: 1 }, 0);
    expect(state.neighbors(TOPIC)).toEqual([]);
    expect(state.neighbors(OTHER_TOPIC)).toEqual([]);
  });

  test('keeps a passive peer whose link was closed in good order, and drops one whose link was lost', () => {
    const node = new TestNode({ mode }).meet(1).learn(1, 2, 3);
    expect(node.state.wants(2)).toBe(false);
    node.handle({ type: 'linkRetired', peer: 2 });
    node.handle({ type: 'peerDisconnected', peer: 3 });
    expect(node.snapshot.passiveView).toContain(2);
    expect(node.snapshot.passiveView).not.toContain(3);
  });

  test('takes the end of a link that it wants for a loss, however polite', () => {
    const node = new TestNode({ mode }).meet(1);
    expect(node.state.wants(1)).toBe(true);
    const outputs = node.handle({ type: 'linkRetired', peer: 1 });
    expect(outputs).toContainEqual({
      type: 'emitEvent',
      topic: TOPIC,
      event: { type: 'neighborDown', peer: 1, reason: 'closed' },
    });
    expect(node.snapshot.activeView).toEqual([]);
  });

  test('hands out copies: a snapshot does not change afterwards', () => {
    const node = new TestNode({ mode }).meet(1);
    const [snapshot, neighbors, stats] = [node.snapshot, node.state.neighbors(TOPIC), node.stats];
    node.meet(2).receive(1, { ...payload('x'), id: messageIdFromBytes(new Uint8Array(32)) });
    expect(snapshot.activeView).toEqual([1]);
    expect(snapshot.eagerPeers).toEqual([1]);
    expect(neighbors).toEqual([1]);
    expect(stats.spoofedIds).toBe(0);
    expect(node.stats.spoofedIds).toBe(1);
  });

  test('knows which neighbors get payloads, and not only their ids', () => {
    const node = new TestNode({ mode }).meet(1);
    node.meet(2);
    const before = node.state.eagerPeers(TOPIC);
    node.receive(1, { type: 'prune' });
    expect(before).toEqual([1, 2]);
    expect(node.state.eagerPeers(TOPIC)).toEqual([2]);
    expect(node.state.eagerPeers(OTHER_TOPIC)).toEqual([]);
  });

  test('does the same again from the same seed', () => {
    const run = (): unknown => {
      const swarm = new Swarm({ seed: 7, config: { mode } });
      swarm.join(0);
      for (let id = 1; id < 30; id++) swarm.join(id, [0]);
      swarm.run(2_000);
      swarm.broadcast(3, 'hi');
      swarm.run(61_000);
      return { events: swarm.events, traffic: [...swarm.traffic] };
    };
    expect(run()).toEqual(run());
  });
});

describe('a mistake of the host', () => {
  const node = new TestNode().meet(1);
  const command = (value: unknown) => () =>
    node.handle({ type: 'command', topic: TOPIC, command: value as Command<number> });

  test.each([
    ['an unknown event', () => node.handle({ type: 'tick' } as never), TypeError],
    ['an unknown command', command({ type: 'leave' }), TypeError],
    ['peers that are no list', command({ type: 'join', peers: 5 }), TypeError],
    ['content that is no bytes', command({ type: 'broadcast', content: 'text', scope: 'swarm' }), TypeError],
    ['an unknown scope', command({ type: 'broadcast', content: utf8('x'), scope: 'everyone' }), RangeError],
    ['a time that is none', () => node.state.handle({ type: 'peerConnected', peer: 1 }, Number.NaN), TypeError],
    ['peer data that is no bytes', () => node.handle({ type: 'updatePeerData', data: 'x' as never }), TypeError],
    [
      'peer data that fits no message',
      () => node.handle({ type: 'updatePeerData', data: new Uint8Array(4096) }),
      RangeError,
    ],
    ['an identity that is none', () => new State({ me: {} as never, rng: seededRng(testSeed(1)) }), TypeError],
  ])('%s is refused before anything is done', (_, run, error) => {
    const before = node.snapshot;
    expect(run).toThrow(error);
    expect(node.snapshot).toEqual(before);
  });

  test('a payload above the limit is refused with the limit in the message', () => {
    const limit = maxPayload(defaultConfig(), 'swarm');
    const content = (length: number) => command({ type: 'broadcast', content: new Uint8Array(length), scope: 'swarm' });
    expect(content(limit)).not.toThrow();
    expect(content(limit + 1)).toThrow(RangeError);
    expect(content(limit + 1)).toThrow(/4055/);
  });
});

describe('a hostile peer', () => {
  const peer = fc.integer({ min: 0, max: 9 });
  const u16 = fc.oneof(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 0, max: 65_535 }));
  const data = fc.option(fc.uint8Array({ maxLength: 4 }), { nil: undefined });
  const info = fc.record({ id: peer, data });
  const id = fc.integer({ min: 0, max: 5 }).map((byte) => messageIdFromBytes(new Uint8Array(32).fill(byte)));
  const content = fc.constantFrom('a', 'b', 'c');
  const message: fc.Arbitrary<Message<number>> = fc.oneof(
    fc.record({ type: fc.constant('join' as const), data }),
    fc.record({ type: fc.constant('forwardJoin' as const), peer: info, ttl: u16 }),
    fc.record({
      type: fc.constant('shuffle' as const),
      origin: peer,
      nodes: fc.array(info, { maxLength: 80 }),
      ttl: u16,
    }),
    fc.record({ type: fc.constant('shuffleReply' as const), nodes: fc.array(info, { maxLength: 80 }) }),
    fc.record({
      type: fc.constant('neighbor' as const),
      priority: fc.constantFrom('high' as const, 'low' as const),
      data,
    }),
    fc.record({ type: fc.constant('disconnect' as const), alive: fc.boolean(), respond: fc.boolean() }),
    fc.tuple(content, u16).map(([text, round]) => payload(text, round)),
    fc.record({
      type: fc.constant('gossip' as const),
      id,
      content: content.map(utf8),
      scope: fc.constant({ type: 'neighbors' as const }),
    }),
    fc.constant({ type: 'prune' as const }),
    fc.record({ type: fc.constant('graft' as const), id: fc.option(id, { nil: undefined }), round: u16 }),
    fc.record({ type: fc.constant('ihave' as const), messages: fc.array(fc.record({ id, round: u16 })) }),
  );
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.record({ from: peer, message }) },
    { weight: 1, arbitrary: fc.record({ gone: peer }) },
    { weight: 2, arbitrary: fc.record({ timer: fc.nat(20) }) },
  );

  test.each(MODES)('cannot make a node in %s mode throw, whatever it sends', (mode) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const node = new TestNode({ mode, membership: { activeViewCapacity: 3, passiveViewCapacity: 5 } });
        const pending: Parameters<TestNode['expire']>[0][] = [];
        for (const action of steps) {
          node.now += 10;
          const outputs =
            'from' in action
              ? node.receive(action.from, action.message)
              : 'gone' in action
                ? node.disconnected(action.gone)
                : pending.length > 0
                  ? node.expire(pending.splice(action.timer % pending.length, 1)[0])
                  : [];
          pending.push(...outputs.filter(({ type }) => type === 'scheduleTimer'));
          const { activeView, passiveView, eagerPeers, lazyPeers } = node.snapshot;
          expect(activeView.length).toBeLessThanOrEqual(3);
          expect(passiveView.length).toBeLessThanOrEqual(5);
          expect(activeView.filter((id) => passiveView.includes(id))).toEqual([]);
          if (mode === 'hardened') {
            expect(activeView).not.toContain(0);
            expect(passiveView).not.toContain(0);
            expect([...eagerPeers, ...lazyPeers].sort()).toEqual([...activeView].sort());
            expect(sentTypes(outputs).filter((text) => text.startsWith('0 '))).toEqual([]);
          }
        }
      }),
      { numRuns: runs(400) },
    );
  });
});

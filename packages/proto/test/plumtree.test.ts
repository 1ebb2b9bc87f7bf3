import { describe, expect, test } from 'vitest';
import { defaultConfig, type GossipMessage, type IHaveEntry, type OutEvent, type RootTag } from '../src/index.js';
import { emitted, idOf, MODES, payload, sent, sentTypes, TestNode, timer, timers, utf8 } from './helper/node.js';

const ihave = (...messages: IHaveEntry[]) => ({ type: 'ihave', messages }) as const;
const announce = (text: string, round = 0) => ihave({ id: idOf(utf8(text)), round });

/** The tree of the first payload that was sent. */
function tagOf(outputs: readonly OutEvent<number>[]): RootTag | undefined {
  for (const { message } of sent(outputs)) if (message.type === 'gossip') return message.tag;
  return undefined;
}

describe.each(MODES)('the broadcast tree in %s mode', (mode) => {
  const config = { mode };

  test('pushes a broadcast to eager peers, in ascending order, and announces it to lazy ones', () => {
    const node = new TestNode(config).meet(3, 1, 2);
    node.receive(2, { type: 'prune' });
    const outputs = node.broadcast('hi');
    expect(sentTypes(outputs)).toEqual(['1 gossip', '3 gossip']);
    const dispatched = node.expire(timer(outputs, 'dispatchLazyPush'));
    const tag = tagOf(outputs);
    expect(tag === undefined).toBe(mode === 'reference');
    expect(sent(dispatched)).toEqual([{ to: 2, message: ihave({ id: idOf(utf8('hi')), round: 0, tag }) }]);
  });

  test('delivers a new payload as it came and passes it on with the next round', () => {
    const node = new TestNode(config).meet(1, 2, 3);
    node.receive(3, { type: 'prune' });
    const outputs = node.receive(1, payload('hi', 4));
    expect(sent(outputs)).toEqual([{ to: 2, message: payload('hi', 5) }]);
    expect(emitted(outputs)).toEqual([
      { type: 'received', content: utf8('hi'), deliveredFrom: 1, scope: { type: 'swarm', round: 4 } },
    ]);
    expect(sent(node.expire(timer(outputs, 'dispatchLazyPush')))).toEqual([{ to: 3, message: announce('hi', 5) }]);
    expect(node.snapshot.maxLastDeliveryHop).toBe(4);
  });

  test('answers a duplicate with a prune and makes its sender lazy', () => {
    const node = new TestNode(config).meet(1, 2);
    node.receive(1, payload('hi'));
    expect(sentTypes(node.receive(2, payload('hi', 3)))).toEqual(['2 prune']);
    expect(node.snapshot).toMatchObject({ eagerPeers: [1], lazyPeers: [2] });
  });

  test('ignores a spoofed id, new or known, and counts it', () => {
    const node = new TestNode(config).meet(1, 2);
    const spoofed: GossipMessage = { ...payload('hello'), id: idOf(utf8('foo')) };
    expect(node.receive(1, spoofed)).toEqual([]);
    node.receive(1, payload('hi'));
    expect(node.receive(2, { ...payload('hi'), content: utf8('ho') })).toEqual([]);
    expect(node.stats.spoofedIds).toBe(2);
    expect(node.snapshot.eagerPeers).toEqual([1, 2]);
  });

  test('delivers a payload for neighbors and passes it on to nobody', () => {
    const node = new TestNode(config).meet(1, 2);
    const outputs = node.receive(1, { ...payload('psst'), scope: { type: 'neighbors' } });
    expect(emitted(outputs)).toMatchObject([{ type: 'received', scope: { type: 'neighbors' } }]);
    expect(sent(outputs)).toEqual([]);
  });

  test('asks for an announced payload after 80 ms, and then the next announcer', () => {
    const node = new TestNode(config).meet(1, 2);
    node.receive(1, { type: 'prune' });
    const first = node.receive(1, announce('hi', 3));
    expect(timers(first)[0]).toEqual(['sendGraft', 80]);
    expect(node.receive(2, announce('hi', 5))).toEqual([]);
    const asked = node.expire(timer(first, 'sendGraft'));
    expect(sent(asked)).toEqual([{ to: 1, message: { type: 'graft', id: idOf(utf8('hi')), round: 3 } }]);
    expect(timers(asked)).toEqual([['sendGraft', mode === 'reference' ? 40 : 160]]);
    expect(node.snapshot).toMatchObject({ eagerPeers: [1, 2], lazyPeers: [], missingPayloads: 1 });
    expect(sent(node.expire(timer(asked, 'sendGraft')))).toEqual([
      { to: 2, message: { type: 'graft', id: idOf(utf8('hi')), round: 5 } },
    ]);
  });

  test('asks for nothing that has arrived in the meantime', () => {
    const node = new TestNode(config).meet(1, 2);
    const announced = node.receive(1, announce('hi', 3));
    node.receive(2, payload('hi', 3));
    expect(node.snapshot.missingPayloads).toBe(0);
    expect(node.expire(timer(announced, 'sendGraft'))).toEqual([]);
    expect(node.receive(1, announce('hi', 3))).toEqual([]);
  });

  test('answers a graft with the payload and makes its sender eager', () => {
    const node = new TestNode(config).meet(1);
    const tag = tagOf(node.broadcast('hi'));
    node.receive(1, { type: 'prune' });
    const graft = { type: 'graft', id: idOf(utf8('hi')), round: 0 } as const;
    expect(sent(node.receive(1, graft))).toEqual([{ to: 1, message: { ...payload('hi'), tag } }]);
    expect(node.snapshot.eagerPeers).toEqual([1]);
    expect(node.receive(1, { ...graft, id: idOf(utf8('unknown')) })).toEqual([]);
    expect(node.receive(1, { ...graft, id: undefined })).toEqual([]);
  });

  test.each([
    ['one hop below the threshold', 7, []],
    ['exactly at the threshold', 8, ['2 graft', '3 prune']],
  ])('%s, an announcement leaves the tree alone or changes it', (_, round, expected) => {
    const node = new TestNode(config).meet(2, 3);
    node.receive(2, payload('before'));
    node.receive(2, { type: 'prune' });
    node.receive(2, announce('hi', 2));
    // The round grows by one on its way out: 8 and 9, against the announced 2 and a threshold of 7.
    const outputs = node.receive(3, payload('hi', round));
    const changed = expected.length > 0;
    expect(sentTypes(outputs)).toEqual(expected);
    expect(node.snapshot.eagerPeers).toEqual(changed ? [2] : [3]);
    expect(node.snapshot.lazyPeers).toEqual(changed ? [3] : [2]);
  });

  test('optimizes towards the first of the closest announcers', () => {
    const node = new TestNode(config).meet(1, 2, 3, 4);
    for (const peer of [1, 2, 3]) {
      node.receive(peer, payload(`from ${peer}`));
      node.receive(peer, { type: 'prune' });
    }
    node.receive(1, announce('hi', 5));
    node.receive(2, announce('hi', 1));
    node.receive(3, announce('hi', 1));
    expect(sent(node.receive(4, payload('hi', 20)))).toEqual([
      { to: 2, message: { type: 'graft', id: undefined, round: 1 } },
      { to: 4, message: { type: 'prune' } },
    ]);
  });

  test('announces in chunks that fit into a frame: 116 without tags, 112 with one', () => {
    const node = new TestNode(config).meet(1, 2);
    node.receive(1, { type: 'prune' });
    const dispatch = Array.from({ length: 250 }, (_, i) => node.broadcast(`m${i}`)).map((out) =>
      timer(out, 'dispatchLazyPush'),
    );
    // All of them have one timer.
    expect(dispatch.filter((out) => out !== undefined)).toHaveLength(1);
    expect(node.snapshot.queuedAnnouncements).toBe(250);
    const lengths = sent(node.expire(dispatch[0])).map(({ message }) =>
      message.type === 'ihave' ? message.messages.length : 0,
    );
    expect(lengths).toEqual(mode === 'reference' ? [116, 116, 18] : [112, 112, 26]);
    expect(node.snapshot.queuedAnnouncements).toBe(0);
  });

  test('keeps payloads for 30 s and ids for 90 s', () => {
    const node = new TestNode(config).meet(1);
    const evict = timer(new TestNode(config).broadcast('first'), 'evictCache');
    node.receive(1, payload('hi'));
    const cached = (): unknown => ({ count: node.snapshot.payloadCache.count, seen: node.snapshot.seenIds });
    node.now = 29_999;
    node.expire(evict);
    expect(cached()).toEqual({ count: 1, seen: 1 });
    node.now = 30_000;
    expect(timers(node.expire(evict))).toEqual([['evictCache', 1_000]]);
    expect(cached()).toEqual({ count: 0, seen: 1 });
    expect(sentTypes(node.receive(1, payload('hi')))).toEqual(['1 prune']);
    node.now = 90_000;
    node.expire(evict);
    expect(cached()).toEqual({ count: 0, seen: 0 });
  });

  test('bounds its cache in bytes and in count, dropping the oldest', () => {
    const node = new TestNode({ mode, broadcast: { messageCacheMaxBytes: 10, messageIdMaxCount: 3 } }).meet(1);
    for (const text of ['aaaa', 'bbbb', 'cccc', 'dddd']) node.receive(1, payload(text));
    expect(node.snapshot.payloadCache).toEqual({ count: 2, bytes: 8 });
    expect(node.snapshot.seenIds).toBe(3);
    expect(node.stats.evictedPayloads).toBe(2);
  });

  test('keeps a round of 65,535 where it is', () => {
    const node = new TestNode(config).meet(1, 2);
    expect(sent(node.receive(1, payload('hi', 65_535)))).toEqual([{ to: 2, message: payload('hi', 65_535) }]);
  });

  test('forgets what a neighbor has announced when it goes', () => {
    const node = new TestNode(config).meet(1, 2);
    const announced = node.receive(1, announce('hi'));
    node.disconnected(1);
    expect(node.snapshot.eagerPeers).toEqual([2]);
    expect(sent(node.expire(timer(announced, 'sendGraft')))).toEqual([]);
  });

  test('starts to evict with the first payload', () => {
    const node = new TestNode(config);
    node.receive(1, { type: 'neighbor', priority: 'high', data: undefined });
    const outputs = mode === 'reference' ? new TestNode(config).broadcast('hi') : node.broadcast('hi');
    expect(timers(outputs)[0]).toEqual(['evictCache', defaultConfig().broadcast.cacheEvictInterval]);
  });

  test('has a dispatch timer only when there is something to announce, in the hardened mode', () => {
    const dispatches = (node: TestNode) => timer(node.broadcast('hi'), 'dispatchLazyPush') !== undefined;
    expect(dispatches(new TestNode(config).meet(1))).toBe(mode === 'reference');
    const node = new TestNode(config).meet(1, 2);
    node.receive(1, { type: 'prune' });
    expect(dispatches(node)).toBe(true);
  });
});

import { afterEach, describe, expect, test } from 'vitest';
import type { GossipEvent } from '../../src/gossip/service.js';
import { SecretKey } from '../../src/identity/secret-key.js';
import { type Listener, say, TestSwarm, texts } from '../support/swarm.js';

let swarm: TestSwarm;
afterEach(() => swarm.close());

const numbered = (count: number, from = 0) => Array.from({ length: count }, (_, i) => `message ${from + i}`);

/** Publishes at a steady rate. */
async function publish(from: Listener, contents: readonly string[], perSecond: number): Promise<void> {
  for (const [i, content] of contents.entries()) {
    await say(from, content);
    if (i % 20 === 19) await swarm.clock.advance(20_000 / perSecond);
  }
}

const missed = (events: readonly GossipEvent[]) =>
  events.reduce((sum, event) => sum + (event.type === 'lagged' ? event.missed : 0), 0);

/** Takes the last of some members off the network while something happens. */
async function without(all: readonly Listener[], meanwhile: () => Promise<void>): Promise<void> {
  const gone = all.at(-1) as Listener;
  for (const other of all.slice(0, -1)) swarm.network.cut(other.endpoint, gone.endpoint);
  await meanwhile();
  for (const other of all.slice(0, -1)) swarm.network.heal(other.endpoint, gone.endpoint);
}

async function grow(size: number, ...options: ConstructorParameters<typeof TestSwarm>): Promise<Listener[]> {
  swarm = new TestSwarm(...options);
  return swarm.grow(size);
}

/** As in {@link TestSwarm.add}. */
function seedOf(index: number): Uint8Array {
  const seed = Buffer.alloc(32, 1);
  seed.writeUInt32LE(index);
  return seed;
}

const reconciliation = async ({ node }: Listener) => (await node.snapshot()).reconciliation;

describe('after a gap', () => {
  test('of 3,000 messages nothing is missing, and nothing comes twice', async () => {
    const all = await grow(3, {}, { idleTimeoutMs: 5_000 });
    const [a, , c] = all as [Listener, Listener, Listener];
    const contents = numbered(3_000);
    await without(all, () => publish(a, contents, 150));
    await swarm.clock.until(() => texts(c).length >= 3_000);
    await swarm.clock.advance(20_000);
    expect(texts(c).sort()).toEqual(contents.sort());
    expect(missed(c.events)).toBe(0);
    const { recovered, unavailable, failed } = await reconciliation(c);
    expect({ unavailable, failed }).toEqual({ unavailable: 0, failed: 0 });
    expect(recovered).toBeGreaterThanOrEqual(3_000);
  });

  test('a payload that is too long for one side is told lost there, and keeps nothing else from it', async () => {
    swarm = new TestSwarm({}, { idleTimeoutMs: 5_000 });
    const a = await swarm.listen(swarm.add({ config: { maxMessageSize: 65_536 } }));
    const b = await swarm.listen(swarm.add(), [a]);
    await swarm.clock.until(() => b.session.neighbors().length === 1);
    const contents = [`long ${'x'.repeat(60_000)}`, ...numbered(20)];
    await without([a, b], async () => {
      await publish(a, contents, 150);
      await swarm.clock.advance(6_000);
    });
    await swarm.clock.until(() => texts(b).length === 20);
    expect(texts(b).sort()).toEqual(numbered(20).sort());
    await swarm.clock.advance(60_000);
    expect(missed(b.events)).toBe(1);
    expect((await reconciliation(b)).failed).toBe(0);
  });

  test('in which both sides went on publishing, each gets what the other said', async () => {
    const all = await grow(3, {}, { idleTimeoutMs: 5_000 });
    const [a, b, c] = all as [Listener, Listener, Listener];
    await without(all, async () => {
      await publish(a, numbered(500), 50);
      await publish(c, numbered(500, 500), 100);
    });
    await swarm.clock.until(() => [a, b, c].every((each) => texts(each).length >= (each === b ? 1_000 : 500)));
    await swarm.clock.advance(10_000);
    expect(texts(a)).toHaveLength(500);
    expect(texts(b)).toHaveLength(1_000);
    expect(texts(c)).toHaveLength(500);
  });

  test('that a process was dead and back with its key, before anybody noticed, it gets everything', async () => {
    const [a, , c] = (await grow(3)) as [Listener, Listener, Listener];
    swarm.network.crash(c.endpoint);
    await publish(a, numbered(600), 200);
    const { socketAddr } = c.endpoint;
    const secretKey = SecretKey.fromBytes(seedOf(c.index));
    const back = await swarm.listen(swarm.add({}, { secretKey, socketAddr }), [a]);
    await swarm.clock.until(() => texts(back).length === 600, 10_000);
    await swarm.clock.advance(10_000);
    expect(texts(back)).toHaveLength(600);
    expect(a.events.filter((event) => event.type === 'neighborDown' && event.peer === c.endpoint.id)).toEqual([]);
  });

  test('payloads arrive oldest first', async () => {
    const [a] = (await grow(2)) as [Listener, Listener];
    await publish(a, numbered(500), 100);
    const late = await swarm.listen(swarm.add(), [a]);
    await swarm.clock.until(() => texts(late).length === 500);
    expect(texts(late)).toEqual(numbered(500));
  });

  test('a newcomer gets what the cache holds, whichever of the two ids is the smaller', async () => {
    const [a] = (await grow(2)) as [Listener, Listener];
    await publish(a, numbered(100), 100);
    for (let i = 0; i < 4; i++) {
      const late = await swarm.listen(swarm.add(), [a]);
      await swarm.clock.until(() => texts(late).length === 100, 200);
    }
  });

  test('subscribers are told of what the bounds of the cache have dropped', async () => {
    const all = await grow(3, { config: { broadcast: { messageCacheMaxCount: 100 } } }, { idleTimeoutMs: 5_000 });
    const [a, , c] = all as [Listener, Listener, Listener];
    await without(all, () => publish(a, numbered(300), 30));
    await swarm.clock.advance(120_000);
    expect(texts(c)).toEqual(numbered(100, 200));
    expect(missed(c.events)).toBe(200);
    expect((await reconciliation(c)).unavailable).toBeGreaterThanOrEqual(200);
  });

  test('and of what has grown too old while they were away, up to twice the time of the cache; a newcomer is not', async () => {
    const all = await grow(3, {}, { idleTimeoutMs: 5_000 });
    const [a, b, c] = all as [Listener, Listener, Listener];
    await without(all, async () => {
      await publish(a, numbered(200), 100);
      await swarm.clock.advance(40_000);
      await publish(a, numbered(100, 200), 100);
    });
    const late = await swarm.listen(swarm.add(), [a]);
    await swarm.clock.advance(60_000);
    expect(texts(c).sort()).toEqual(numbered(100, 200).sort());
    expect(missed(c.events)).toBe(200);
    expect(texts(late)).toHaveLength(100);
    for (const each of [a, b, late]) expect(missed(each.events)).toBe(0);
  });

  test('and so are those who have never heard of it, several hops away, once', async () => {
    swarm = new TestSwarm({ config: { broadcast: { messageCacheMaxCount: 100 } } }, { idleTimeoutMs: 5_000 });
    const members = Array.from({ length: 5 }, () => swarm.add());
    for (const [i, one] of members.entries())
      for (const other of members.slice(i + 2)) swarm.network.cut(one.endpoint, other.endpoint);
    const line: Listener[] = [];
    for (const member of members) line.push(await swarm.listen(member, line.slice(-1)));
    const [a, b, ...others] = line as [Listener, Listener, ...Listener[]];
    await swarm.clock.until(() => others.every(({ session }) => session.neighbors().length > 0));

    swarm.network.cut(a.endpoint, b.endpoint);
    await publish(a, numbered(300), 30);
    swarm.network.heal(a.endpoint, b.endpoint);
    await swarm.clock.advance(120_000);
    const lost = 300 - texts(b).length;
    expect(lost).toBeGreaterThan(100);
    for (const each of [b, ...others]) {
      expect(texts(each).sort()).toEqual(texts(b).sort());
      expect(missed(each.events)).toBe(lost);
    }
    expect(missed(a.events)).toBe(0);

    // No state of it is left, and no frame goes round.
    await swarm.clock.advance(300_000);
    for (const each of [b, ...others]) expect(missed(each.events)).toBe(lost);
  });

  test('two equal nodes compare now and then, fetch nothing, and close the connection when it is idle', async () => {
    const [a, b] = (await grow(2)) as [Listener, Listener];
    await publish(a, numbered(1_000), 200);
    await swarm.clock.advance(30_000);
    expect(await reconciliation(a)).toEqual(await reconciliation(b));
    const { sessions, recovered } = await reconciliation(b);
    expect(sessions).toBeGreaterThan(0);
    expect(recovered).toBe(0);
    expect(swarm.network.connectionCount).toBe(1);
  });
});

describe('a neighbor that does not speak the protocol', () => {
  test('is told of everything with announcements, and is not asked again for a while', async () => {
    const [a, b] = (await grow(2)) as [Listener, Listener];
    const contents = numbered(2_500);
    await publish(a, contents, 200);
    const gossipOnly = swarm.add({}, {}, (router, node) => router.accept(node.alpn, { accept: (c) => node.accept(c) }));
    const late = await swarm.listen(gossipOnly, [a]);
    await swarm.clock.until(() => texts(late).length >= contents.length);
    await swarm.clock.advance(5_000);
    expect(texts(late).sort()).toEqual(contents.sort());
    const { peers } = await a.node.snapshot();
    expect(peers.find(({ id }) => id === late.endpoint.id)).toMatchObject({ reconciles: false });
    expect(peers.find(({ id }) => id === b.endpoint.id)).toMatchObject({ reconciles: true });
    expect(await reconciliation(a)).toMatchObject({ failed: 0 });
  });
});

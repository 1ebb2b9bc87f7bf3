import { topicIdFromBytes } from '@grapevine/proto';
import { afterEach, describe, expect, test } from 'vitest';
import type { AllowPeer } from '../../src/gossip/admission/allow-peer.js';
import type { GossipOptions } from '../../src/gossip/options.js';
import type { EndpointId } from '../../src/identity/endpoint-id.js';
import { deferred } from '../../src/util/deferred.js';
import { silentLogger } from '../../src/util/logger.js';
import { type Listener, type Member, say, TestSwarm, TOPIC, texts } from '../support/swarm.js';

const OTHER = topicIdFromBytes(new Uint8Array(32).fill(0x18));

let swarm: TestSwarm;
afterEach(() => swarm.close());

const idOf = (member: Member): EndpointId => member.endpoint.id;
const names = (listener: Listener) => listener.session.neighbors().map(String);
const membership = ({ events }: Listener) => events.filter(({ type }) => type !== 'received');
const refusals = async ({ node }: Member) => (await node.snapshot()).admission.counts['not-allowed'];

/** Options that keep what is logged. */
function logging(): { options: GossipOptions; logged: string[] } {
  const logged: string[] = [];
  const keep = (_fields: object, message: string) => void logged.push(message);
  return { options: { logger: { ...silentLogger, warn: keep, error: keep } }, logged };
}

describe('a peer that is not allowed', () => {
  test('and comes is in no view, hears nothing, is told no, and keeps no connection', async () => {
    swarm = new TestSwarm({ dialBackoffMinMs: 1_000 });
    const asked: unknown[] = [];
    const host = swarm.add({ allowPeer: (topic, peer, info) => asked.push([topic, peer, info.direction]) < 0 });
    const a = await swarm.listen(host);
    const b = await swarm.listen(swarm.add(), [a]);
    await swarm.clock.advance(900);
    await say(a, 'among ourselves');
    await swarm.clock.advance(10_000);
    expect([membership(a), membership(b)]).toEqual([[], []]);
    expect(texts(b)).toEqual([]);
    expect(asked[0]).toEqual([TOPIC, idOf(b), 'incoming']);
    const { topics, peers } = await a.node.snapshot();
    expect(topics).toMatchObject([{ activeView: [], passiveView: [], pendingNeighborRequests: [] }]);
    expect(peers.filter(({ state }) => state === 'connected').length).toBeLessThanOrEqual(1); // it tries again and again
    expect(await refusals(a)).toBeGreaterThan(0);
  });

  test('is not dialed, whether the user or a neighbor names it', async () => {
    swarm = new TestSwarm();
    const b = await swarm.listen(swarm.add());
    const c = await swarm.listen(swarm.add(), [b]);
    await swarm.clock.until(() => names(c).length === 1);
    const asked: string[] = [];
    const allowPeer: AllowPeer = (_topic, peer, { direction }) => {
      if (peer === idOf(c)) asked.push(direction);
      return peer !== idOf(c);
    };
    // b passes the join of a on to c, and lists c in its shuffles.
    const a = await swarm.listen(swarm.add({ allowPeer }), [c, b]);
    await swarm.clock.advance(180_000);
    expect(names(a)).toEqual([idOf(b)]);
    expect(names(c)).toEqual([idOf(b)]);
    expect(asked).toContain('outgoing');
    expect((await a.node.snapshot()).topics).toMatchObject([{ activeView: [idOf(b)], passiveView: [] }]);
    await say(c, 'through b');
    await swarm.clock.advance(1_000);
    expect(texts(a)).toEqual(['through b']);
  });

  test('in one topic may be a neighbor in another', async () => {
    swarm = new TestSwarm();
    const host = swarm.add({ allowPeer: (topic) => topic === OTHER });
    const guest = swarm.add();
    const a = await swarm.listen(host);
    const inOther = await swarm.listen(host, [], OTHER);
    const b = await swarm.listen(guest, [host]);
    const alsoInOther = await swarm.listen(guest, [host], OTHER);
    await swarm.clock.advance(5_000);
    expect([names(a), names(b)]).toEqual([[], []]);
    expect([names(inOther), names(alsoInOther)]).toEqual([[idOf(guest)], [idOf(host)]]);
  });
});

describe('an answer that takes a while', () => {
  test('holds everything back in order until it is there', async () => {
    swarm = new TestSwarm();
    const answer = deferred<boolean>();
    const a = await swarm.listen(swarm.add({ allowPeer: () => answer.promise }));
    const b = await swarm.listen(swarm.add(), [a]);
    for (let i = 0; i < 20; i++) await say(b, `${i}`);
    await swarm.clock.advance(5_000);
    expect(membership(a)).toEqual([]);
    answer.resolve(true);
    await swarm.clock.advance(1_000);
    expect(names(a)).toEqual([idOf(b)]);
    expect(texts(a)).toEqual(Array.from({ length: 20 }, (_, i) => `${i}`));
  });

  test('holds a dial back, too', async () => {
    swarm = new TestSwarm();
    const b = await swarm.listen(swarm.add());
    const answer = deferred<boolean>();
    const a = await swarm.listen(swarm.add({ allowPeer: () => answer.promise }), [b]);
    await swarm.clock.advance(4_000);
    expect((await a.node.snapshot()).peers).toEqual([]);
    answer.resolve(true);
    await swarm.clock.advance(1_000);
    expect(names(a)).toEqual([idOf(b)]);
  });

  const bug = new Error('a bug');
  test.each<[string, AllowPeer]>([
    [
      'throws',
      () => {
        throw bug;
      },
    ],
    ['rejects', () => Promise.reject(bug)],
    ['never comes', () => new Promise(() => {})],
  ])('and %s refuses the peer for now, and is logged', async (_, fail) => {
    swarm = new TestSwarm({ dialBackoffMinMs: 5_000 });
    const { options, logged } = logging();
    let isBroken = true;
    const allowPeer: AllowPeer = (...args) => (isBroken ? fail(...args) : true);
    const a = await swarm.listen(swarm.add({ ...options, allowPeer, allowTimeoutMs: 2_000 }));
    const b = await swarm.listen(swarm.add(), [a]);
    await swarm.clock.advance(4_000);
    expect([names(a), names(b)]).toEqual([[], []]);
    expect(logged).toContain('allowPeer has failed: refusing the peer for now');
    isBroken = false;
    await swarm.clock.advance(60_000);
    expect(names(a)).toEqual([idOf(b)]);
  });

  test.each([undefined, 1, 'yes', {}])('%o is no yes', async (answer) => {
    swarm = new TestSwarm();
    const a = await swarm.listen(swarm.add({ allowPeer: () => answer as unknown as boolean }));
    const b = await swarm.listen(swarm.add(), [a]);
    await swarm.clock.advance(2_000);
    expect(names(b)).toEqual([]);
  });
});

describe('a peer that is allowed no more', () => {
  async function three() {
    swarm = new TestSwarm();
    const banned = new Set<EndpointId>();
    const host = swarm.add({ allowPeer: (_topic, peer) => !banned.has(peer) });
    const a = await swarm.listen(host);
    const b = await swarm.listen(swarm.add(), [a]);
    const c = await swarm.listen(swarm.add(), [a]);
    await swarm.clock.advance(5_000);
    expect(names(a).sort()).toEqual([idOf(b), idOf(c)].sort());
    return { a, b, c, banned };
  }

  test('is dropped in the same moment, in all topics, and hears nothing from us', async () => {
    const { a, b, banned } = await three();
    const inOther = await swarm.listen(a, [], OTHER);
    const alsoInOther = await swarm.listen(b, [a], OTHER);
    await swarm.clock.until(() => names(alsoInOther).length > 0);
    banned.add(idOf(b));
    a.node.reviewPeers();
    expect(names(a)).not.toContain(idOf(b));
    expect(names(inOther)).toEqual([]);
    await swarm.clock.advance(1);
    expect(a.events.at(-1)).toEqual({ type: 'neighborDown', peer: idOf(b), reason: 'refused' });
    await swarm.clock.advance(60_000);
    expect(names(a)).not.toContain(idOf(b));
    expect(names(b)).not.toContain(idOf(a));
    const { topics } = await a.node.snapshot();
    for (const { activeView, passiveView } of topics) expect([...activeView, ...passiveView]).not.toContain(idOf(b));
    await say(inOther, 'not for b');
    await swarm.clock.advance(1_000);
    expect(texts(alsoInOther)).toEqual([]);
  });

  test('only where it was asked about', async () => {
    const { a, b, banned } = await three();
    const inOther = await swarm.listen(a, [], OTHER);
    const alsoInOther = await swarm.listen(b, [a], OTHER);
    await swarm.clock.until(() => names(alsoInOther).length > 0);
    banned.add(idOf(b));
    a.node.reviewPeers(OTHER);
    expect(names(a)).toContain(idOf(b));
    expect(names(inOther)).toEqual([]);
  });

  test('may come back when it is allowed again', async () => {
    const { a, b, c, banned } = await three();
    banned.add(idOf(b));
    a.node.reviewPeers();
    await swarm.clock.advance(60_000);
    banned.clear();
    a.node.reviewPeers();
    await c.session.send({ type: 'joinPeers', peers: [b.endpoint.addr()] });
    await b.session.send({ type: 'joinPeers', peers: [a.endpoint.addr()] });
    await swarm.clock.advance(60_000);
    expect(names(a)).toContain(idOf(b));
  });
});

test('without allowPeer nothing is asked and nothing is kept', async () => {
  swarm = new TestSwarm();
  const [a] = (await swarm.grow(3)) as [Listener];
  a.node.reviewPeers();
  expect((await a.node.snapshot()).admission).toEqual({
    counts: {
      'not-allowed': 0,
      undecided: 0,
      rejected: 0,
      ignored: 0,
      'validate-timeout': 0,
      'validate-full': 0,
      'shut-out': 0,
    },
    shutOut: 0,
  });
});

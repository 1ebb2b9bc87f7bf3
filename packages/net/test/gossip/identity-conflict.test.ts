import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CloseCode } from '../../src/gossip/close-code.js';
import { noMetrics } from '../../src/gossip/metrics.js';
import { SecretKey } from '../../src/identity/secret-key.js';
import { type Listener, say, TestSwarm, texts } from '../support/swarm.js';

const KEY = SecretKey.fromBytes(new Uint8Array(32).fill(0x55));

let swarm: TestSwarm;
let dropped: string[];
let warnings: string[];
beforeEach(() => {
  dropped = [];
  warnings = [];
  const logger = {
    debug() {},
    info() {},
    warn: (_: object, message: string) => void warnings.push(message),
    error() {},
  };
  swarm = new TestSwarm({ logger, metrics: { ...noMetrics, dropped: (reason) => dropped.push(reason) } });
});
afterEach(() => swarm.close());

const downs = ({ events }: Listener) => events.filter(({ type }) => type === 'neighborDown').length;
const conflict = async ({ node }: Listener) => (await node.snapshot()).identityConflict;

describe('two nodes with one identity', () => {
  test('the newer one wins, the older one is told and leaves it alone', async () => {
    const [peer] = (await swarm.grow(2)) as [Listener, Listener];
    const older = await swarm.listen(swarm.add({}, { secretKey: KEY }), [peer]);
    await swarm.clock.until(() => older.session.neighbors().includes(peer.endpoint.id));
    await swarm.clock.advance(5_000);
    const newer = await swarm.listen(swarm.add({}, { secretKey: KEY }), [peer]);
    await swarm.clock.until(() => newer.session.neighbors().includes(peer.endpoint.id));
    await swarm.clock.advance(10_000);
    expect(await conflict(older)).toBe(true);
    expect(await conflict(newer)).toBe(false);
    expect(older.session.neighbors()).not.toContain(peer.endpoint.id);
    expect((await older.node.snapshot()).peers).toContainEqual(
      expect.objectContaining({ id: peer.endpoint.id, lastDialError: expect.stringContaining('identity') }),
    );
    expect(dropped.filter((reason) => reason === 'identity-conflict').length).toBeGreaterThanOrEqual(2); // on both sides
    expect(warnings.filter((message) => message.includes('another node uses our identity'))).toHaveLength(1);
    const flagged = (await peer.node.snapshot()).peers.filter(({ identityConflict }) => identityConflict);
    expect(flagged.map(({ id }) => id)).toEqual([newer.endpoint.id]);
    expect(warnings.filter((message) => message.includes('a key of its own')).length).toBeGreaterThanOrEqual(2);

    await say(peer, 'to the newer one');
    await swarm.clock.advance(1_000);
    expect(texts(newer)).toContain('to the newer one');
    const before = [peer, newer].map(downs);
    await swarm.clock.advance(40_000);
    expect([peer, newer].map(downs)).toEqual(before);
  });

  test('the older one is back soon after its twin has left', async () => {
    const peer = await swarm.listen(swarm.add());
    const older = await swarm.listen(swarm.add({}, { secretKey: KEY }), [peer]);
    await swarm.clock.until(() => older.session.neighbors().includes(peer.endpoint.id));
    const newer = await swarm.listen(swarm.add({}, { secretKey: KEY }), [peer]);
    await swarm.clock.advance(10_000);
    expect(older.session.neighbors()).not.toContain(peer.endpoint.id);
    const leaving = newer.router.shutdown();
    await swarm.clock.until(() => older.session.neighbors().includes(peer.endpoint.id), 90_000, 100);
    await leaving;
    await say(peer, 'to the older one');
    await swarm.clock.advance(1_000);
    expect(texts(older)).toContain('to the older one');
  });
});

describe('one node with one identity', () => {
  test('that was killed and started anew elsewhere is no conflict', async () => {
    const [peer] = (await swarm.grow(2)) as [Listener, Listener];
    const first = await swarm.listen(swarm.add({}, { secretKey: KEY }), [peer]);
    await swarm.clock.until(() => first.session.neighbors().includes(peer.endpoint.id));
    swarm.network.crash(first.endpoint);
    const second = await swarm.listen(swarm.add({}, { secretKey: KEY }), [peer]);
    await swarm.clock.until(() => second.session.neighbors().includes(peer.endpoint.id));
    await swarm.clock.advance(10_000);
    expect(dropped).not.toContain('identity-conflict');
  });

  test('that connects twice is no conflict', async () => {
    const [a, b] = (await swarm.grow(2)) as [Listener, Listener];
    const second = b.endpoint.connect(a.endpoint.addr(), b.node.alpn);
    await swarm.clock.advance(50);
    b.node.accept(await second);
    await swarm.clock.advance(10_000);
    expect(dropped).not.toContain('identity-conflict');
  });

  test('does not believe a peer that claims a conflict while a connection of its own is newer', async () => {
    const [a, b] = (await swarm.grow(2)) as [Listener, Listener];
    const incoming = a.endpoint.connect(b.endpoint.addr(), a.node.alpn);
    await swarm.clock.advance(50);
    (await incoming).close(CloseCode.identityConflict, 'a lie');
    await swarm.clock.advance(1_000);
    expect(await conflict(b)).toBe(false);
  });
});

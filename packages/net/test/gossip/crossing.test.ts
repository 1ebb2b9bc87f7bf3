import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CloseCode } from '../../src/gossip/close-code.js';
import { encodeFrame, encodeHeader, GOSSIP_ALPN } from '../../src/gossip/wire.js';
import { SecretKey } from '../../src/identity/secret-key.js';
import type { MemoryEndpoint } from '../../src/memory/endpoint.js';
import type { CloseReason } from '../../src/transport/close-reason.js';
import type { Connection } from '../../src/transport/seam.js';
import { type Listener, type Member, say, TestSwarm, TOPIC, texts } from '../support/swarm.js';

// Two nodes dialed each other at once. A Rust node writes on the connection that it got last, and takes the end of that one for our end.
// We can't know which one that is before it has written something.

let swarm: TestSwarm;
let node: Listener;
let peer: MemoryEndpoint;
/** Ours, which the peer accepted, and the peer's, which came to us later. */
let first: Connection;
let second: Connection;
let firstClosed: CloseReason | undefined;

const join = encodeFrame({ type: 'join', data: undefined });
const disconnect = encodeFrame({ type: 'disconnect', alive: true, respond: false });

async function cross(fill: number): Promise<void> {
  swarm = new TestSwarm();
  peer = swarm.network.endpoint({ secretKey: SecretKey.fromBytes(new Uint8Array(32).fill(fill)) });
  peer.setAlpns([GOSSIP_ALPN]);
  const accepted = (async () => {
    for await (const incoming of peer.accept()) return incoming.accept();
    throw new Error('nobody came');
  })();
  const member = swarm.add();
  member.endpoint.addressLookup.add(peer.addr(), 'user');
  node = await swarm.listen(member, [{ ...member, endpoint: peer }]);
  await swarm.clock.advance(100);
  first = await accepted;
  const dial = peer.connect(member.endpoint.addr(), GOSSIP_ALPN);
  await swarm.clock.advance(100);
  second = await dial;
  firstClosed = undefined;
  void first.closed.then((reason) => {
    firstClosed = reason;
  });
  await swarm.clock.advance(10_000);
}
afterEach(() => swarm.close());

async function sayOn(connection: Connection, ...frames: Uint8Array[]) {
  const stream = await connection.openUni();
  for (const frame of [encodeHeader(TOPIC), ...frames]) stream.write(frame);
  await swarm.clock.advance(50);
  return stream;
}

// Which side's id is larger decides whether we follow the peer.
describe.each([
  { id: 'smaller', fill: 1 },
  { id: 'larger', fill: 3 },
])('a peer with the $id id', ({ id, fill }) => {
  beforeEach(async () => {
    await cross(fill);
    expect(peer.id < node.endpoint.id ? 'smaller' : 'larger').toBe(id);
  });

  test('the older connection stays open while the peer may take it for the newer one', async () => {
    expect(firstClosed).toBeUndefined();
    await sayOn(first, join);
    expect(node.session.neighbors()).toEqual([peer.id]);
    await swarm.clock.advance(60_000);
    expect(firstClosed).toBeUndefined();
  });

  test('it is closed when the peer has used it and finished', async () => {
    const stream = await sayOn(first, join);
    await sayOn(second, join);
    stream.finish();
    await swarm.clock.advance(50);
    expect(firstClosed).toMatchObject({ type: 'peer', code: CloseCode.done, reason: 'replaced by a newer connection' });
  });

  test('it is closed when the peer, after half a minute, speaks on the newer one', async () => {
    const stream = await sayOn(second, join);
    expect(firstClosed).toBeUndefined();
    await swarm.clock.advance(30_000);
    stream.write(disconnect);
    await swarm.clock.advance(50);
    expect(firstClosed).toMatchObject({ type: 'peer', code: CloseCode.done, reason: 'replaced by a newer connection' });
  });
});

describe('dialing each other at once', () => {
  test('three hundred times: always a usable link, and one connection in the end', async () => {
    swarm = new TestSwarm();
    for (let round = 0; round < 3; round++) {
      const pairs: (readonly [Member, Member])[] = [];
      for (let i = 0; i < 100; i++) pairs.push([swarm.add(), swarm.add()] as const);
      const listeners: (readonly [Listener, Listener])[] = [];
      for (const [a, b] of pairs) listeners.push([await swarm.listen(a, [b]), await swarm.listen(b, [a])] as const);
      await swarm.clock.until(() => listeners.flat().every(({ session }) => session.neighbors().length === 1));
      for (const [a] of listeners) await say(a, 'to b');
      for (const [, b] of listeners) await say(b, 'to a');
      await swarm.clock.advance(200);
      for (const [a, b] of listeners) expect([texts(a), texts(b)]).toEqual([['to a'], ['to b']]);
      await swarm.clock.advance(6_000);
      for (const { node } of listeners.flat())
        expect((await node.snapshot()).peers).toMatchObject([{ connections: 1 }]);
      const closing = Promise.all(pairs.flat().map(({ router }) => router.shutdown()));
      await swarm.clock.advance(100);
      await closing;
    }
    expect(swarm.network.connectionCount).toBe(0);
  });
});

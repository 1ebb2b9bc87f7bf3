import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CloseCode } from '../../src/gossip/close-code.js';
import { type DropReason, noMetrics } from '../../src/gossip/metrics.js';
import { encodeFrame, encodeHeader, GOSSIP_ALPN } from '../../src/gossip/wire.js';
import type { Connection, SendStream } from '../../src/transport/seam.js';
import { type Listener, say, TestSwarm, TOPIC, texts } from '../support/swarm.js';

/** A client that speaks to a node without being one. */
let swarm: TestSwarm;
let victim: Listener;
let honest: Listener;
let attack: Connection;
let dropped: DropReason[];

beforeEach(async () => {
  dropped = [];
  swarm = new TestSwarm({ metrics: { ...noMetrics, dropped: (reason) => dropped.push(reason) } });
  [victim, honest] = (await swarm.grow(2)) as [Listener, Listener];
  const attacker = swarm.network.endpoint();
  const dial = attacker.connect(victim.endpoint.addr(), GOSSIP_ALPN);
  await swarm.clock.advance(20);
  attack = await dial;
});

afterEach(async () => {
  // After all attacks, honest peers still exchange messages.
  await say(honest, 'still there');
  await swarm.clock.advance(500);
  expect(texts(victim)).toContain('still there');
  await swarm.close();
});

async function open(...chunks: Uint8Array[]): Promise<SendStream> {
  const stream = await attack.openUni();
  for (const chunk of chunks) stream.write(chunk);
  await swarm.clock.advance(20);
  return stream;
}

function length(bytes: number): Uint8Array {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(bytes);
  return prefix;
}

const join = encodeFrame({ type: 'join', data: undefined });

describe('a connection is closed, with a code, for', () => {
  test('a frame over the limit, before it has arrived', async () => {
    await open(encodeHeader(TOPIC), length(4097));
    await swarm.clock.advance(300); // what it has said besides is read first
    expect(await attack.closed).toMatchObject({
      type: 'peer',
      code: CloseCode.frameTooLarge,
      reason: expect.stringContaining('4096'),
    });
    expect(dropped).toEqual(['frame-too-large']);
  });

  test('bytes that are no message', async () => {
    await open(encodeHeader(TOPIC), length(1), Uint8Array.of(9));
    expect(await attack.closed).toMatchObject({ code: CloseCode.badMessage });
    expect(dropped).toEqual(['bad-message']);
  });

  test('an empty message', async () => {
    await open(encodeHeader(TOPIC), length(0));
    expect(await attack.closed).toMatchObject({ code: CloseCode.badMessage });
  });

  test('a header that is too short, or too long', async () => {
    await open(length(31), new Uint8Array(31));
    expect(await attack.closed).toMatchObject({ code: CloseCode.badHeader });
    expect(dropped).toEqual(['bad-header']);
  });

  test('a stream that ends before its header', async () => {
    (await open()).finish();
    await swarm.clock.advance(20);
    expect(await attack.closed).toMatchObject({ code: CloseCode.badHeader });
  });

  test('a stream that ends inside a frame', async () => {
    (await open(encodeHeader(TOPIC), join.subarray(0, 5))).finish();
    await swarm.clock.advance(20);
    expect(await attack.closed).toMatchObject({ code: CloseCode.badMessage });
  });

  test('a stream that does not say its topic within ten seconds', async () => {
    await open(encodeHeader(TOPIC).subarray(0, 10));
    await swarm.clock.advance(9_000);
    await say(honest, 'meanwhile');
    await swarm.clock.advance(500);
    expect(texts(victim)).toContain('meanwhile');
    await swarm.clock.advance(1_000);
    expect(await attack.closed).toMatchObject({
      code: CloseCode.badHeader,
      reason: expect.stringContaining('in time'),
    });
  });
});

test('a clean end inside a length prefix is an end', async () => {
  (await open(encodeHeader(TOPIC), join, Uint8Array.of(0, 0))).finish();
  await swarm.clock.advance(100);
  expect(dropped.filter((reason) => reason.startsWith('bad-'))).toEqual([]);
});

test('streams without a header delay nobody, on the same connection either', async () => {
  await Promise.all(Array.from({ length: 50 }, () => open()));
  await open(encodeHeader(TOPIC), join);
  await swarm.clock.advance(100);
  expect(victim.session.neighbors()).toHaveLength(2);
});

test('a message for a topic that the node is not in is ignored', async () => {
  await open(encodeHeader('00'.repeat(32) as typeof TOPIC), join);
  expect((await victim.node.snapshot()).stats.unknownTopics).toBe(1);
  expect(victim.session.neighbors()).toEqual([honest.endpoint.id]);
});

test('a spoofed message id is counted and not delivered', async () => {
  const gossip = encodeFrame({
    type: 'gossip',
    id: 'x'.repeat(16) as never,
    content: Buffer.from('forged'),
    scope: { type: 'swarm', round: 0 },
  });
  await open(encodeHeader(TOPIC), join, gossip);
  expect((await victim.node.snapshot()).stats.spoofedIds).toBe(1);
  expect(texts(victim)).toEqual([]);
});

test('peer data that is no address info is ignored', async () => {
  await open(encodeHeader(TOPIC), encodeFrame({ type: 'join', data: Uint8Array.of(7, 7, 7) }));
  expect(dropped).toContain('bad-peer-data');
  expect(victim.session.neighbors()).toHaveLength(2);
});

test('bi streams are refused and harm nothing', async () => {
  const { send } = await attack.openBi();
  send.write(Uint8Array.of(1));
  const stopped = send.stopped;
  await swarm.clock.advance(50);
  expect(await stopped).toBe(0);
});

test('a peer that stops or resets one stream gets a new connection instead of silence', async () => {
  await open(encodeHeader(TOPIC), join);
  await swarm.clock.advance(50);
  const incoming = attack.acceptUni()[Symbol.asyncIterator]();
  const { value: stream } = await incoming.next();
  stream?.stop(3);
  await swarm.clock.advance(50);
  expect(await attack.closed).toMatchObject({
    code: CloseCode.brokenStream,
    reason: expect.stringContaining('code 3'),
  });
});

test('one identity holds at most four connections', async () => {
  const attacker = swarm.network.endpoint();
  const dials = Array.from({ length: 10 }, () => attacker.connect(victim.endpoint.addr(), GOSSIP_ALPN));
  await swarm.clock.advance(100);
  const connections = await Promise.all(dials);
  const { peers } = await victim.node.snapshot();
  expect(peers.find(({ id }) => id === attacker.id)?.connections).toBeLessThanOrEqual(4);
  const closed = await Promise.all(connections.slice(0, 6).map((connection) => connection.closed));
  for (const reason of closed) expect(reason.type).toBe('peer');
});

test('a connection that nobody uses is closed after half a minute', async () => {
  await swarm.clock.advance(61_000);
  expect(await attack.closed).toMatchObject({ type: 'peer', code: CloseCode.done, reason: 'idle' });
  expect((await victim.node.snapshot()).peers.map(({ id }) => id)).toEqual([honest.endpoint.id]);
});

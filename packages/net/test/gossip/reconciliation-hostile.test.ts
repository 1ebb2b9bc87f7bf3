import { randomBytes } from 'node:crypto';
import type { TopicId } from '@grapevine/proto';
import { KeySetBuilder, Reconciliation } from '@grapevine/proto/reconciliation';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeFrame, type Frame, packKeys } from '../../src/gossip/reconciliation/frames.js';
import type { BiStream, Connection } from '../../src/transport/seam.js';
import { type Listener, type Member, say, TestSwarm, TOPIC, texts } from '../support/swarm.js';

const ALPN = '/grapevine/reconcile/1';
const UNKNOWN_TOPIC = '99'.repeat(32) as TopicId;
const SALT = new Uint8Array(8).fill(9);

let swarm: TestSwarm;
let victim: Listener;
/** Its neighbor in gossip, which speaks this protocol through the test. */
let attacker: Member;

beforeEach(async () => {
  swarm = new TestSwarm();
  attacker = swarm.add({}, {}, (router, node) =>
    router.accept(node.alpn, { accept: (connection) => node.accept(connection) }),
  );
  const other = await swarm.listen(attacker);
  victim = await swarm.listen(swarm.add(), [other]);
  await swarm.clock.until(() => victim.session.neighbors().length === 1);
  await say(victim, 'something to compare');
  await swarm.clock.advance(1_000);
});
afterEach(() => swarm.close());

/** What became of a stream: the frames that came, and how it ended. */
interface Talk {
  readonly stream: BiStream;
  bytes: number;
  end: string | undefined;
}

async function connect(from: Member['endpoint'] = attacker.endpoint): Promise<Connection> {
  const connecting = from.connect(victim.endpoint.addr(), ALPN);
  await swarm.clock.advance(50);
  return connecting;
}

async function talk(connection: Connection, ...messages: readonly Uint8Array[]): Promise<Talk> {
  const stream = await connection.openBi();
  const result: Talk = { stream, bytes: 0, end: undefined };
  for (const bytes of messages) stream.send.write(bytes);
  void (async () => {
    try {
      for (let chunk = await stream.recv.read(); chunk; chunk = await stream.recv.read()) result.bytes += chunk.length;
      result.end = 'finished';
    } catch (error) {
      result.end = (error as Error).message;
    }
  })();
  await swarm.clock.advance(50);
  return result;
}

function opening(topic: TopicId, ids: readonly Uint8Array[] = []): Uint8Array {
  const builder = new KeySetBuilder(SALT);
  for (const id of ids) builder.add(id);
  return encodeFrame({ type: 'open', topic, youngerThan: 0, opening: Reconciliation.begin(builder.build()).opening() });
}

/** Invented messages that the peer claims to have had long ago. */
function past(count: number, age = 70_000): Uint8Array {
  const all = Array.from({ length: count }, (_, i) => i);
  return encodeFrame({ type: 'past', prefixes: packKeys(all), ages: all.map((i) => age + i) });
}

const failed = async () => (await victim.node.snapshot()).reconciliation.failed;

describe('a stranger', () => {
  test('has four sessions at a time, until one is about a topic in which it is a neighbor', async () => {
    const connection = await connect(swarm.network.endpoint());
    const begun = Uint8Array.of(0, 0, 1, 0);
    const talks = [];
    for (let i = 0; i < 6; i++) talks.push(await talk(connection, begun));
    expect(talks.map(({ end }) => end === undefined)).toEqual([true, true, true, true, false, false]);
  });

  test('says within ten seconds what a session is about, however often it says another byte', async () => {
    const connection = await connect(swarm.network.endpoint());
    const slow = await talk(connection, Uint8Array.of(0, 0, 1, 0));
    for (let second = 0; second < 9; second++) {
      slow.stream.send.write(new Uint8Array(1));
      await swarm.clock.advance(1_000);
    }
    expect(slow.end).toBeUndefined();
    await swarm.clock.advance(2_000);
    expect(slow.end).toContain('code');
  });

  test('announces no frame that is longer than any that begins a session', async () => {
    const connection = await connect(swarm.network.endpoint());
    await talk(connection, Uint8Array.of(0, 0x10, 0, 0));
    await swarm.clock.advance(50);
    expect(await connection.closed).toMatchObject({ type: 'peer', reason: expect.stringContaining('over the limit') });
  });

  test('learns the same after the same time about a topic that we are in and one that we are not in', async () => {
    const stranger = swarm.network.endpoint();
    const connection = await connect(stranger);
    const [ours, unknown] = [await talk(connection, opening(TOPIC)), await talk(connection, opening(UNKNOWN_TOPIC))];
    await swarm.clock.advance(2_800);
    expect([ours.end, unknown.end]).toEqual([undefined, undefined]);
    await swarm.clock.advance(400);
    expect(ours).toMatchObject({ bytes: 0, end: expect.stringContaining('code 2') });
    expect(unknown).toMatchObject({ bytes: 0, end: ours.end });
  });

  test('holds no connection for longer than its attempts, and no more sessions than its share', async () => {
    const stranger = swarm.network.endpoint();
    const connection = await connect(stranger);
    const talks = await Promise.all(Array.from({ length: 100 }, () => talk(connection, opening(UNKNOWN_TOPIC))));
    await swarm.clock.advance(1_000);
    expect(talks.filter(({ end }) => end?.includes('code 3'))).toHaveLength(100 - 4);
    let closed = false;
    void connection.closed.then(() => {
      closed = true;
    });
    await swarm.clock.advance(25_000);
    expect(closed).toBe(true);
  });

  test('that opens streams and says nothing is cut off', async () => {
    const stranger = swarm.network.endpoint();
    const connection = await connect(stranger);
    const mute = await talk(connection, Uint8Array.of(0, 0));
    await swarm.clock.advance(16_000);
    expect(mute.end).toContain('code 4');
    expect(await failed()).toBe(1);
  });
});

describe('a neighbor that breaks the protocol loses this connection and nothing else:', () => {
  const many = Array.from({ length: 100 }, (_, i) => new Uint8Array(32).fill(i));
  const wish = (keys: number, last = true): Frame => ({
    type: 'want',
    last,
    limit: 4096,
    keys: packKeys(Array.from({ length: keys }, (_, i) => i)),
  });

  test.each([
    ['no frame', [Uint8Array.of(0, 0, 0, 2, 0xff, 0xff)]],
    ['a frame over the limit', [Uint8Array.of(0xff, 0xff, 0xff, 0xff)]],
    ['something before the topic', [encodeFrame(wish(0))]],
    ['no opening', [encodeFrame({ type: 'open', topic: TOPIC, youngerThan: 0, opening: new Uint8Array(3) })]],
    ['two openings', [opening(TOPIC), opening(TOPIC)]],
    ['an answer to nothing', [opening(TOPIC), encodeFrame({ type: 'compare', frame: Uint8Array.of(1, 2, 3) })]],
    ['a wish for more than there is', [opening(TOPIC), encodeFrame(wish(2))]],
    ['a wish after the last', [opening(TOPIC), encodeFrame(wish(0)), encodeFrame(wish(0))]],
    ['half a key', [opening(TOPIC), encodeFrame({ type: 'want', last: true, limit: 4096, keys: new Uint8Array(5) })]],
    ['the past, twice', [opening(TOPIC), past(1), past(1)]],
    ['more of the past than anybody remembers', [opening(TOPIC), past(65)]],
    [
      'payloads that nobody wants',
      [opening(TOPIC), ...many.map((content) => encodeFrame({ type: 'payload', age: 0, round: 0, content }))],
    ],
  ])('%s', async (_what, messages) => {
    const connection = await connect();
    await talk(connection, ...messages);
    const reason = await connection.closed;
    expect(reason).toMatchObject({ type: 'peer', code: 1 });
    expect(await failed()).toBe(1);
    expect(victim.session.neighbors()).toHaveLength(1);
    await say(victim, 'life goes on');
    await swarm.clock.advance(100);
    expect(victim.events.filter(({ type }) => type === 'neighborDown')).toEqual([]);
  });

  test('a stream in one direction', async () => {
    const connection = await connect();
    (await connection.openUni()).write(Uint8Array.of(1));
    await swarm.clock.advance(50);
    expect(await connection.closed).toMatchObject({ type: 'peer', code: 1 });
  });
});

describe('a neighbor', () => {
  test('that ends a session early, or stops in the middle, costs some time', async () => {
    const connection = await connect();
    const ended = await talk(connection, opening(TOPIC));
    ended.stream.send.finish();
    await swarm.clock.advance(100);
    expect(await failed()).toBe(1);
    const stopped = await talk(connection, opening(TOPIC));
    await swarm.clock.advance(16_000);
    expect(stopped.end).toContain('code 4');
    expect(await failed()).toBe(2);
  });

  test('holds a fourth connection only in place of the first', async () => {
    const connections: Connection[] = [];
    for (let i = 0; i < 4; i++) connections.push(await connect());
    await swarm.clock.advance(50);
    expect(await connections[0]?.closed).toMatchObject({ type: 'peer', code: 2 });
  });

  test('can send whatever it likes, whole or byte by byte', async () => {
    const frame = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.uint8Array({ maxLength: 60 }).map((bytes) => encodeFrame({ type: 'compare', frame: bytes })),
      fc.uint8Array({ maxLength: 60 }).map((content) => encodeFrame({ type: 'payload', age: 1, round: 2, content })),
      fc
        .uint8Array({ maxLength: 60 })
        .map((bytes) => encodeFrame({ type: 'open', topic: TOPIC, youngerThan: 0, opening: bytes })),
      fc
        .tuple(fc.uint8Array({ maxLength: 450 }), fc.array(fc.nat({ max: 0xffff_ffff }), { maxLength: 70 }))
        .map(([prefixes, ages]) => encodeFrame({ type: 'past', prefixes, ages })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { maxLength: 6 }), fc.boolean(), fc.boolean(), async (frames, open, inBytes) => {
        const messages = open ? [opening(TOPIC), ...frames] : frames;
        const connection = await connect();
        const pieces = inBytes ? messages.flatMap((each) => [...each].map((byte) => Uint8Array.of(byte))) : messages;
        const { stream } = await talk(connection, ...pieces);
        stream.send.finish();
        await swarm.clock.advance(20);
        connection.close(0);
        await swarm.clock.advance(20);
      }),
      { seed: 12, numRuns: 150 },
    );
    expect(victim.session.neighbors()).toHaveLength(1);
    expect(texts(victim)).toEqual([]);
  });

  test('that invents a past has us say that messages may be lost, once in a minute at most, whatever it claims', async () => {
    const told = () => victim.events.filter((event) => event.type === 'lagged' && event.reason === 'away').length;
    const invent = async (...frames: readonly Uint8Array[]) => {
      const connection = await connect();
      await talk(connection, opening(TOPIC), ...frames);
      connection.close(0);
      await swarm.clock.advance(20);
    };
    await invent(past(1));
    expect(told()).toBe(0); // we have not been here for that long
    await swarm.clock.advance(100_000);
    await invent(past(1, 30_000)); // what is so young is compared
    expect(told()).toBe(0);
    await invent(past(2));
    expect(told()).toBe(0); // so few may still be told in their number
    await invent(past(16));
    expect(told()).toBe(1);
    const from = swarm.clock.now();
    for (let second = 0; second < 69; second += 3) {
      for (const age of [0, 1_000 * second, 60_000, 70_000, 0xffff_ff00]) await invent(past(32, age));
      await swarm.clock.advance(from + 1_000 * (second + 3) - swarm.clock.now());
    }
    expect(told()).toBe(1);
  });

  test('that invents a past has every member say so once in 70 s at most, however often and whatever it invents', async () => {
    const others: Listener[] = [];
    for (let i = 0; i < 8; i++) others.push(await swarm.listen(swarm.add(), [others.at(-1) ?? victim]));
    await swarm.clock.advance(100_000);
    const told = () =>
      [victim, ...others].map(
        ({ events }) => events.filter((event) => event.type === 'lagged' && event.reason === 'away').length,
      );
    const sessions = async () =>
      Promise.all(others.map(async ({ node }) => (await node.snapshot()).reconciliation.sessions));
    const [before, from] = [await sessions(), swarm.clock.now()];
    for (let round = 0; swarm.clock.now() - from < 207_000; round++) {
      const connection = await connect();
      await talk(connection, opening(TOPIC), past(32, 60_000 + 1_000 * (round % 100)));
      connection.close(0);
      await swarm.clock.advance(2_000);
    }
    for (const times of told()) expect(times).toBeGreaterThan(0); // it does pass through the swarm
    for (const times of told()) expect(times).toBeLessThanOrEqual(3);
    // Each notice costs a member a reconciliation with each neighbor, which either side begins.
    for (const [i, count] of (await sessions()).entries()) {
      const { length } = (others[i] as Listener).session.neighbors();
      expect(count - (before[i] as number)).toBeLessThanOrEqual(2 * 3 * length);
    }
  });

  test('is not sent the name of a topic that it is no neighbor in', async () => {
    const seen: Uint8Array[] = [];
    attacker.endpoint.setAlpns([attacker.node.alpn, ALPN]);
    const connection = await connect();
    const listening = (async () => {
      for await (const { recv } of connection.acceptBi()) {
        for (let chunk = await recv.read(); chunk; chunk = await recv.read()) seen.push(chunk);
      }
    })().catch(() => {}); // a session that nobody answers is given up
    const other = await swarm.listen(victim, [], UNKNOWN_TOPIC);
    await say(other, `secret ${randomBytes(4).length}`);
    await swarm.clock.advance(60_000);
    await listening;
    expect(seen).not.toEqual([]); // there was a session, about the topic that both are in
    expect(Buffer.concat(seen).includes(Buffer.from(UNKNOWN_TOPIC, 'hex'))).toBe(false);
  });
});

import { afterEach, describe, expect, test } from 'vitest';
import type { AllowPeer } from '../../src/gossip/admission/allow-peer.js';
import type { Validate } from '../../src/gossip/validation/validate.js';
import { delay } from '../../src/util/clock.js';
import { silentLogger } from '../../src/util/logger.js';
import { type Listener, say, TestSwarm, texts } from '../support/swarm.js';

let swarm: TestSwarm;
afterEach(() => swarm.close());

const textOf = (content: Uint8Array): string => Buffer.from(content).toString();

/** Three in a row: what the outer ones tell each other goes through the middle, which validates. */
async function row(
  validate: Validate,
  options: object = {},
): Promise<{ left: Listener; middle: Listener; right: Listener }> {
  swarm = new TestSwarm();
  const ids: string[] = [];
  const onlyMiddle: AllowPeer = (_topic, peer) => peer === ids[0];
  const host = swarm.add({ validate, ...options });
  ids.push(host.endpoint.id);
  const middle = await swarm.listen(host);
  const left = await swarm.listen(swarm.add({ allowPeer: onlyMiddle }), [middle]);
  const right = await swarm.listen(swarm.add({ allowPeer: onlyMiddle }), [middle]);
  await swarm.clock.advance(5_000);
  expect(middle.session.neighbors()).toHaveLength(2);
  for (const outer of [left, right]) expect(outer.session.neighbors()).toEqual([host.endpoint.id]);
  return { left, middle, right };
}

describe('a message', () => {
  test.each(['ignore', 'reject'] as const)(
    'that is to be %sd is neither delivered nor passed on, nor asked for again',
    async (verdict) => {
      const { left, middle, right } = await row((_topic, { content }) =>
        textOf(content) === 'bad' ? verdict : 'accept',
      );
      for (const text of ['good', 'bad', 'better']) await say(left, text);
      await swarm.clock.advance(60_000);
      expect([texts(middle), texts(right)]).toEqual([
        ['good', 'better'],
        ['good', 'better'],
      ]);
      const { admission, stats } = await middle.node.snapshot();
      expect(admission.counts).toMatchObject(
        verdict === 'ignore' ? { ignored: 1, rejected: 0 } : { ignored: 0, rejected: 1 },
      );
      expect(stats.discardedPayloads).toBe(1);
      expect(middle.session.neighbors()).toHaveLength(2);
    },
  );

  test('for neighbors only is asked about as well', async () => {
    const asked: string[] = [];
    const { left, middle } = await row((_topic, { content, scope }) => {
      asked.push(`${scope.type} ${textOf(content)}`);
      return textOf(content) === 'bad' ? 'reject' : 'accept';
    });
    for (const text of ['good', 'bad']) {
      await left.session.send({ type: 'broadcast', content: Buffer.from(text), scope: 'neighbors', whenAlone: 'keep' });
    }
    await swarm.clock.advance(1_000);
    expect(asked).toEqual(['neighbors good', 'neighbors bad']);
    expect(texts(middle)).toEqual(['good']);
  });

  test('of our own is not asked about', async () => {
    const { left, middle } = await row(() => 'reject');
    await say(middle, 'mine');
    await swarm.clock.advance(1_000);
    expect(texts(left)).toEqual(['mine']);
  });

  test('may be changed by its validator: what is delivered is what was sent', async () => {
    const { left, middle, right } = await row((_topic, { content }) => {
      content.fill(0);
      return 'accept';
    });
    await say(left, 'as it was');
    await swarm.clock.advance(1_000);
    expect([texts(middle), texts(right)]).toEqual([['as it was'], ['as it was']]);
  });

  test('is decided about later without losing its place', async () => {
    const { left, middle, right } = await row((_topic, { content }) =>
      delay(swarm.clock, 50 - Number(textOf(content))).then(() => 'accept' as const),
    );
    for (let i = 0; i < 40; i++) await say(left, `${i}`);
    await swarm.clock.advance(2_000);
    const all = Array.from({ length: 40 }, (_, i) => `${i}`);
    expect([texts(middle), texts(right)]).toEqual([all, all]);
  });

  test('with which its publisher leaves is decided about all the same', async () => {
    const { left, middle, right } = await row(() => delay(swarm.clock, 500).then(() => 'accept' as const));
    await say(left, 'last words');
    const gone = left.router.shutdown();
    await swarm.clock.advance(8_000);
    await gone;
    expect([texts(middle), texts(right)]).toEqual([['last words'], ['last words']]);
  });

  test('that is fetched after a gap is asked about, and told to be one', async () => {
    const asked: string[] = [];
    swarm = new TestSwarm();
    const [a] = (await swarm.grow(2)) as [Listener];
    for (const text of ['good', 'bad']) await say(a, text);
    await swarm.clock.advance(5_000);
    const validate: Validate = (_topic, { content, recovered }) => {
      asked.push(`${recovered ? 'recovered' : 'live'} ${textOf(content)}`);
      return textOf(content) === 'bad' ? 'reject' : 'accept';
    };
    const late = await swarm.listen(swarm.add({ validate }), [a]);
    await swarm.clock.advance(30_000);
    expect(texts(late)).toEqual(['good']);
    expect(asked.sort()).toEqual(['recovered bad', 'recovered good']);
    expect((await late.node.snapshot()).admission.counts.rejected).toBe(1);
  });
});

describe('a validator that fails', () => {
  const bug = new Error('a bug');
  test.each<[string, Validate]>([
    [
      'throws',
      () => {
        throw bug;
      },
    ],
    ['rejects', () => Promise.reject(bug)],
    ['returns nothing', (() => {}) as unknown as Validate],
    ['returns true', (() => true) as unknown as Validate],
  ])('and %s rejects the message, is logged, and ends nothing', async (_, fail) => {
    const logged: string[] = [];
    const logger = { ...silentLogger, error: (_fields: object, message: string) => void logged.push(message) };
    const validate: Validate = (topic, message) =>
      textOf(message.content) === 'bad' ? fail(topic, message) : 'accept';
    const { left, middle, right } = await row(validate, { logger });
    for (const text of ['good', 'bad', 'better']) await say(left, text);
    await swarm.clock.advance(10_000);
    expect([texts(middle), texts(right)]).toEqual([
      ['good', 'better'],
      ['good', 'better'],
    ]);
    expect(logged).toEqual(['validate has failed: rejecting the message']);
  });
});

test('a peer that goes on sending what is rejected loses its connection, stays out for a while, and may come back', async () => {
  const { left, middle, right } = await row(
    (_topic, { content }) => (textOf(content).startsWith('bad') ? 'reject' : 'accept'),
    {
      maxRejected: 3,
      rejectedPauseMs: 100_000,
    },
  );
  for (let i = 0; i < 5; i++) await say(left, `bad ${i}`);
  await swarm.clock.advance(1_000);
  expect(middle.session.neighbors()).toEqual([right.endpoint.id]);
  expect((await middle.node.snapshot()).admission.shutOut).toBe(1);
  await swarm.clock.advance(80_000);
  expect(left.session.neighbors()).toEqual([]);
  const { peers } = await middle.node.snapshot();
  expect(peers.filter(({ id, state }) => id === left.endpoint.id && state === 'connected')).toEqual([]);
  await say(right, 'without the left one');
  await swarm.clock.advance(60_000);
  expect(left.session.neighbors()).toEqual([middle.endpoint.id]);
  await say(left, 'good');
  await swarm.clock.advance(1_000);
  expect(texts(right)).toEqual(['good']);
});

import { beforeEach, describe, expect, test } from 'vitest';
import { PeerQueue } from '../../src/gossip/peers/peer-queue.js';
import { ManualClock } from '../support/manual-clock.js';

const MARK = 1_000;
let clock: ManualClock;
let queue: PeerQueue;
let tooSlow: boolean;
let gaps: number;
let withheld: number;
beforeEach(() => {
  clock = new ManualClock();
  tooSlow = false;
  gaps = 0;
  withheld = 0;
  queue = new PeerQueue({
    clock,
    highWaterMark: MARK,
    tooSlowAfterMs: 10_000,
    onChange: () => {},
    onTooSlow: () => (tooSlow = true),
    onGap: () => gaps++,
    onWithheld: () => withheld++,
  });
});

test('what is too long for a peer is brought once a second, however much there is of it', async () => {
  for (let i = 0; i < 300; i++) {
    queue.markWithheld();
    await clock.advance(10);
  }
  expect(withheld).toBe(3);
  queue.markWithheld();
  queue.dispose();
  await clock.advance(2_000);
  expect([withheld, gaps]).toEqual([3, 0]);
});

describe('a peer is too slow', () => {
  test('when it takes nothing for ten seconds', async () => {
    queue.changed(2 * MARK);
    await clock.advance(9_999);
    expect(tooSlow).toBe(false);
    await clock.advance(1);
    expect(tooSlow).toBe(true);
  });

  test('when what is queued only keeps publishers waiting', async () => {
    queue.changed(MARK / 2);
    await clock.advance(10_000);
    expect(tooSlow).toBe(true);
  });

  test('when it takes a few bytes now and then', async () => {
    queue.changed(2 * MARK);
    for (let i = 0; i < 10; i++) {
      await clock.advance(1_000);
      queue.changed(-1);
    }
    expect(tooSlow).toBe(true);
  });
});

describe('a peer is not too slow', () => {
  /** The peer takes this number of bytes every second, and as many are queued. */
  const keepFull = async (bytes: number) => {
    queue.changed(2 * MARK);
    for (let i = 0; i < 60; i++) {
      await clock.advance(1_000);
      queue.changed(-bytes);
      queue.changed(bytes);
    }
  };

  test('when it takes something, although its queue never drains', async () => {
    await keepFull(MARK / 50);
    expect(tooSlow).toBe(false);
  });

  test('when little is queued', async () => {
    queue.changed(MARK / 4);
    await clock.advance(60_000);
    expect(tooSlow).toBe(false);
  });

  test('when what is queued waits for its turn to have a stream', async () => {
    queue.changed(2 * MARK);
    queue.turnsChanged(2 * MARK);
    await clock.advance(60_000);
    expect(tooSlow).toBe(false);
    queue.turnsChanged(-MARK);
    await clock.advance(10_000);
    expect(tooSlow).toBe(true);
  });

  test('when the event loop has not turned in the meantime', async () => {
    queue.changed(2 * MARK);
    clock.jump(60_000);
    await clock.advance(0);
    expect(tooSlow).toBe(false);
  });
});

test('a gap is told when the queue has drained', () => {
  queue.changed(2 * MARK);
  queue.markGap();
  queue.changed(-MARK);
  expect(gaps).toBe(0);
  queue.changed(-MARK);
  expect(gaps).toBe(1);
  queue.changed(-1);
  expect(gaps).toBe(1);
});

test('a gap is told after ten seconds where the queue does not drain: what was dropped is not kept for ever', async () => {
  queue.changed(4 * MARK);
  queue.markGap();
  await clock.advance(9_999);
  expect(gaps).toBe(0);
  queue.markGap();
  await clock.advance(1);
  expect(gaps).toBe(1);
  await clock.advance(60_000);
  expect(gaps).toBe(1);
  queue.markGap();
  queue.dispose();
  await clock.advance(60_000);
  expect(gaps).toBe(1);
});

describe('at its hard limit', () => {
  const shuffleReply = { type: 'shuffleReply', nodes: [] } as const;
  const agreements = [
    { type: 'neighbor', priority: 'low', data: undefined },
    { type: 'disconnect', alive: true, respond: false },
  ] as const;

  test('a queue takes only what both ends must know of, or one of them would keep the other as its neighbor', () => {
    queue.changed(4 * MARK);
    expect(queue.takes(shuffleReply)).toBe(true);
    queue.changed(1);
    expect(queue.takes(shuffleReply)).toBe(false);
    for (const message of agreements) expect(queue.takes(message), message.type).toBe(true);
  });

  test('it takes not even that for ever', () => {
    queue.changed(4.25 * MARK);
    for (const message of agreements) expect(queue.takes(message), message.type).toBe(true);
    queue.changed(1);
    for (const message of agreements) expect(queue.takes(message), message.type).toBe(false);
  });
});

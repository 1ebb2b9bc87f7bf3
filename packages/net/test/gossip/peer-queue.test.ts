import { beforeEach, describe, expect, test } from 'vitest';
import { PeerQueue } from '../../src/gossip/peers/peer-queue.js';
import { ManualClock } from '../support/manual-clock.js';

const MARK = 1_000;
let clock: ManualClock;
let queue: PeerQueue;
let tooSlow: boolean;
let gaps: number;
beforeEach(() => {
  clock = new ManualClock();
  tooSlow = false;
  gaps = 0;
  queue = new PeerQueue({
    clock,
    highWaterMark: MARK,
    tooSlowAfterMs: 10_000,
    onChange: () => {},
    onTooSlow: () => (tooSlow = true),
    onGap: () => gaps++,
  });
});

/** The queue is over the mark for `full` of every `period` milliseconds. @returns after how long the peer is too slow */
async function alternate(full: number, period: number, limitMs: number): Promise<number | undefined> {
  const started = clock.now();
  while (clock.now() - started < limitMs) {
    queue.changed(2 * MARK);
    await clock.advance(full);
    if (tooSlow) return clock.now() - started;
    queue.changed(-2 * MARK);
    await clock.advance(period - full);
  }
  return undefined;
}

describe('a peer is too slow', () => {
  test('when its queue is over the mark for ten seconds', async () => {
    queue.changed(2 * MARK);
    await clock.advance(9_999);
    expect(tooSlow).toBe(false);
    await clock.advance(1);
    expect(tooSlow).toBe(true);
  });

  test('when it never drains, although it takes something', async () => {
    queue.changed(2 * MARK);
    for (let i = 0; i < 10; i++) {
      await clock.advance(1_000);
      queue.changed(-MARK);
      queue.changed(MARK);
    }
    expect(tooSlow).toBe(true);
  });

  test('when it drains every 990 ms, only to fill up at once', async () => {
    expect(await alternate(950, 990, 60_000)).toBeLessThan(13_000);
  });

  test('not when it is over the mark for half of the time', async () => {
    expect(await alternate(500, 1_000, 600_000)).toBeUndefined();
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

import { describe, expect, it } from 'vitest';
import { UnearnedBytes } from '../../src/quic/unearned-bytes.js';

const MTU = 1_452;
const LIMIT = 160 * MTU;

/** Datagrams of full size, one in each tick. */
function bring(unearned: UnearnedBytes, bytes: number, streamBytes: (sum: number) => number): void {
  for (let sum = 0; sum < bytes; sum += MTU) {
    unearned.received(MTU + 34);
    unearned.settle(streamBytes(sum), 0);
  }
}

describe('bytes that move nothing on', () => {
  it('are too many when they reach sixteen times the first congestion window', () => {
    const unearned = new UnearnedBytes(MTU, 0);
    bring(unearned, LIMIT - MTU, () => 0);
    expect(unearned.isOver(0)).toBe(false);
    bring(unearned, 4 * MTU, () => 0);
    expect(unearned.isOver(0)).toBe(true);
    expect(unearned.isOver(1e6)).toBe(false); // what our own application leaves unread
  });

  it('never are where streams carry two thirds of what comes', () => {
    const unearned = new UnearnedBytes(MTU, 0);
    bring(unearned, 50e6, (sum) => (sum * 2) / 3);
    expect(unearned.isOver(0)).toBe(false);
  });

  it('are forgiven with time as far as keep-alives bring them', () => {
    const unearned = new UnearnedBytes(MTU, 0);
    for (let day = 0, now = 0; day < 30; day++) {
      for (let i = 0; i < 8_640; i++, now += 10_000) {
        unearned.received(43);
        unearned.settle(0, now);
      }
    }
    expect(unearned.isOver(0)).toBe(false);
  });

  it('do not count when quiche has not taken them in: rubbish and replays of others', () => {
    const unearned = new UnearnedBytes(MTU, 0);
    bring(unearned, 2 * LIMIT, () => 0);
    unearned.correct(10_000);
    expect(unearned.isOver(0)).toBe(false);
    bring(unearned, 2 * LIMIT, () => 0);
    unearned.correct(10_000 + 2 * LIMIT);
    expect(unearned.isOver(0)).toBe(true);
  });
});

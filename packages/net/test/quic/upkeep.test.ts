import { describe, expect, test } from 'vitest';
import type { NativeConnection } from '../../src/quic/native-connection.js';
import { Upkeep } from '../../src/quic/upkeep.js';

const SETTINGS = { keepAliveMs: 10_000, idleTimeoutMs: 30_000 };
const MINUTE_MS = 60_000;

/** One end of an idle connection. */
class End {
  readonly upkeep: Upkeep;
  readonly pingedAt: number[] = [];

  constructor(side: 'dialed' | 'accepted', now: number) {
    this.upkeep = new Upkeep(SETTINGS, side, now);
  }

  /** Does what is due, and lets the peer hear it. */
  work(now: number, peer: End | undefined): void {
    // Upkeep calls nothing else of it, because no packet is lost here.
    const native = {
      keepAlive: () => this.pingedAt.push(now),
      stats: () => ({ rttMs: 1, lostPackets: 0 }),
      timeout: () => undefined, // nothing is under way
      streamBytes: 7,
    };
    const before = this.pingedAt.length;
    this.upkeep.work(native as unknown as NativeConnection, now, false, () => {});
    if (this.pingedAt.length === before) return;
    this.upkeep.sent(20, now);
    if (!peer) return;
    peer.upkeep.liveness.received(now);
    this.upkeep.liveness.received(now + 1); // the acknowledgement
  }
}

function live(from: number, ms: number, ...pairs: readonly (readonly [End, End | undefined])[]): void {
  for (let now = from; now < from + ms; now += 50) {
    for (const [one, other] of pairs) {
      if (now >= one.upkeep.dueAt) one.work(now, other);
      if (other && now >= other.upkeep.dueAt) other.work(now, one);
    }
  }
}

test('of two silent ends the one that dialed asks, and the other stays silent', () => {
  const [dialer, acceptor] = [new End('dialed', 0), new End('accepted', 0)];
  live(0, 5 * MINUTE_MS, [dialer, acceptor]);
  expect(acceptor.pingedAt).toEqual([]);
  const waits = dialer.pingedAt.map((at, i) => at - (dialer.pingedAt[i - 1] ?? 0));
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(8_500);
  expect(Math.max(...waits)).toBeLessThanOrEqual(9_600);
});

describe.each([
  { side: 'dialed', asks: [3_600, 9_150], tellsMs: 12_200 },
  { side: 'accepted', asks: [9_200, 12_250], tellsMs: 13_300 },
] as const)('an end that $side and hears nothing any more', ({ side, asks, tellsMs }) => {
  const starts = [0, 137, 1_000, 2_999, 3_001, 5_600, 8_900];

  test.each(starts)('asks within the time: from %d on', (start) => {
    const end = new End(side, start);
    live(start, 29_000, [end, undefined]);
    const [first = 0] = end.pingedAt;
    expect(first - start).toBeGreaterThanOrEqual(asks[0]);
    expect(first - start).toBeLessThanOrEqual(asks[1]);
  });

  test.each(starts)('says so as soon as it would without common points of time: from %d on', (start) => {
    const end = new End(side, start);
    let toldAt = Number.POSITIVE_INFINITY;
    let now = start;
    end.upkeep.liveness.onUnresponsive(() => {
      toldAt = Math.min(toldAt, now);
    });
    for (; now < start + 29_000; now += 50) if (now >= end.upkeep.dueAt) end.work(now, undefined);
    expect(toldAt - start).toBeLessThanOrEqual(tellsMs);
  });
});

test('the connections that a node dialed are asked at the same point of time', () => {
  const begun = [1_137, 1_310, 3_333, 5_750, 8_999];
  const ends = begun.map((now) => [new End('dialed', now), new End('accepted', now)] as const);
  live(9_000, 10 * MINUTE_MS, ...ends);
  for (const [dialer, acceptor] of ends) {
    expect(acceptor.pingedAt).toEqual([]);
    for (const at of dialer.pingedAt) expect(at % 3_000).toBeLessThan(100);
    for (const at of dialer.pingedAt.slice(1)) expect(at % 9_000).toBeLessThan(100);
  }
});

describe('the loss timer of a question', () => {
  /** An end that has just asked. */
  function asking() {
    const end = new End('dialed', 0);
    live(0, 9_050, [end, undefined]);
    expect(end.pingedAt).toEqual([9_000]);
    return end.upkeep;
  }

  test('that is alone under way is not heeded for half a second: by then it is answered', () => {
    expect(asking().lossTimerAt(9_030, 7)).toBe(9_500);
    expect(asking().dueAt).toBe(9_500);
  });

  test('is heeded as soon as streams carry anything', () => {
    const upkeep = asking();
    expect(upkeep.lossTimerAt(9_030, 8)).toBe(9_030);
    expect(upkeep.dueAt).toBe(9_200);
  });

  test('is heeded when an answer is wanted soon', () => {
    const upkeep = asking();
    upkeep.hurry();
    expect(upkeep.lossTimerAt(9_030, 7)).toBe(9_030);
  });
});

test('an end that accepted asks in time where the interval is nearly the idle time-out', () => {
  for (const start of [0, 1_000, 7_400, 7_600, 14_999]) {
    const { dueAt } = new Upkeep({ keepAliveMs: 25_000, idleTimeoutMs: 30_000 }, 'accepted', start);
    expect(dueAt - start).toBeLessThanOrEqual(25_000);
  }
});

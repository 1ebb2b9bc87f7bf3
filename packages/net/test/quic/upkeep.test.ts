import { expect, test } from 'vitest';
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
    const native = { keepAlive: () => this.pingedAt.push(now), stats: () => ({ rttMs: 1, lostPackets: 0 }) };
    const before = this.pingedAt.length;
    this.upkeep.work(native as unknown as NativeConnection, now, false, () => {});
    if (this.pingedAt.length === before || !peer) return;
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

test.each(['dialed', 'accepted'] as const)('an end that %s and hears nothing asks within the time', (side) => {
  const end = new End(side, 137);
  live(137, 29_000, [end, undefined]);
  expect(end.pingedAt[0]).toBeGreaterThanOrEqual(8_500);
  expect(end.pingedAt[0]).toBeLessThanOrEqual(10_200);
});

test('the connections that a node dialed are asked at the same points of time', () => {
  const begun = [1_137, 1_310, 3_333, 5_750, 8_999];
  const ends = begun.map((now) => [new End('dialed', now), new End('accepted', now)] as const);
  live(9_000, 10 * MINUTE_MS, ...ends);
  for (const [dialer, acceptor] of ends) {
    expect(acceptor.pingedAt).toEqual([]);
    for (const at of dialer.pingedAt) expect(at % 1_000).toBeLessThan(100);
  }
});

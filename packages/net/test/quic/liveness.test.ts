import { describe, expect, it } from 'vitest';
import { Liveness } from '../../src/quic/liveness.js';

const noRtt = () => 0;

/** Lets time pass in steps. @returns when the peer was reported, and when it was nudged */
function run(liveness: Liveness, from: number, to: number, { rttMs = noRtt, stepMs = 10 } = {}) {
  const nudges: number[] = [];
  for (let now = from; now < to; now += stepMs) {
    liveness.check(now, rttMs);
    if (liveness.nudge(now, rttMs)) nudges.push(now);
  }
  return nudges;
}

describe('a peer that leaves something unanswered', () => {
  it('is reported once after 3 s, and again only after it was heard', () => {
    const reports: string[] = [];
    const liveness = new Liveness(0);
    liveness.onUnresponsive(() => reports.push('silent'));
    run(liveness, 0, 10_000);
    expect(reports).toEqual([]); // nothing is under way
    liveness.awaitsAnswer(10_000);
    liveness.awaitsAnswer(12_000);
    run(liveness, 10_000, 12_990);
    expect(reports).toEqual([]);
    run(liveness, 12_990, 60_000);
    expect(reports).toEqual(['silent']);
    liveness.received(60_000);
    liveness.awaitsAnswer(60_000);
    run(liveness, 60_000, 70_000);
    expect(reports).toHaveLength(2);
  });

  it('has six round trips on a slow path', () => {
    let reportedAt = 0;
    let now = 0;
    const liveness = new Liveness(0);
    liveness.onUnresponsive(() => {
      reportedAt = now;
    });
    liveness.awaitsAnswer(0);
    for (; now < 20_000; now += 10) liveness.check(now, () => 1_000);
    expect(reportedAt).toBe(6_000);
  });

  it('is not blamed when our own event loop stood still', () => {
    let reports = 0;
    const liveness = new Liveness(0);
    liveness.onUnresponsive(() => reports++);
    liveness.awaitsAnswer(0);
    liveness.check(20_000, noRtt);
    expect(reports).toBe(0);
    liveness.received(20_001); // it had answered long ago
    run(liveness, 20_010, 30_000);
    expect(reports).toBe(0);
  });

  it('is nudged after 200 ms, then after twice as long, five times or so, and not once it was heard', () => {
    const liveness = new Liveness(0);
    liveness.awaitsAnswer(0);
    expect(run(liveness, 0, 60_000)).toEqual([200, 600, 1_400, 3_000, 6_200, 12_600]);
    liveness.received(60_000);
    expect(run(liveness, 60_000, 70_000)).toEqual([]);
  });

  it('is nudged later on a slow path', () => {
    const liveness = new Liveness(0);
    liveness.awaitsAnswer(0);
    expect(run(liveness, 0, 2_000, { rttMs: () => 400 })).toEqual([500, 1_500]);
  });
});

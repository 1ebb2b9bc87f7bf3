import { describe, expect, test } from 'vitest';
import { AnnouncementPace } from '../src/broadcast/announcement-pace.js';

const LEAST = 5;
const MOST = 250;

/** A pace that has seen payloads at regular times; and the time of the last. */
function paceAfter(payloads: number, gap: number): [AnnouncementPace, number] {
  const pace = new AnnouncementPace(LEAST, MOST);
  for (let i = 0; i < payloads; i++) pace.announced(i * gap);
  return [pace, (payloads - 1) * gap];
}

describe('announcements', () => {
  test('wait where two payloads or more are expected meanwhile', () => {
    const [pace, now] = paceAfter(20, 100);
    expect(pace.delay(now)).toBe(MOST);
  });

  test.each([126, 1_000, 60_000])('leave at once where payloads come only every %i ms', (gap) => {
    const [pace, now] = paceAfter(20, gap);
    expect(pace.delay(now)).toBe(LEAST);
  });

  test('leave at once before anything is known', () => {
    const [pace, now] = paceAfter(1, 0);
    expect(pace.delay(now)).toBe(LEAST);
  });

  test('wait less after a branch has broken, and longer again as time passes', () => {
    const [pace, now] = paceAfter(1_000, 1);
    pace.disturbed(now);
    expect([0, 80, 800, 8_000].map((later) => pace.delay(now + later))).toEqual([LEAST, 10, 100, MOST]);
  });
});

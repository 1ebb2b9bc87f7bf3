import { expect, test } from 'vitest';
import { DialPace } from '../src/browser/dial-pace.js';

test('what fails again and again is dialed at most ten times in five minutes, and at least once a minute', () => {
  let now = 0;
  const pace = new DialPace(() => now);
  const dials: number[] = [];
  for (; now < 3_600_000; now += 100) {
    if (pace.pauseOf('dead') > 0) continue;
    dials.push(now);
    pace.failed('dead');
  }
  expect(dials.slice(0, 6)).toEqual([0, 1_000, 3_000, 7_000, 15_000, 31_000]);
  for (const [i, at] of dials.entries()) {
    expect(dials.filter((other) => other >= at && other < at + 300_000).length).toBeLessThanOrEqual(10);
    expect((dials[i + 1] ?? now) - at).toBeLessThanOrEqual(60_000);
  }
});

test('what has not failed is dialed at once, however many others have', () => {
  const pace = new DialPace(() => 0);
  for (let i = 0; i < 20; i++) pace.failed('dead');
  expect(pace.pauseOf('alive')).toBe(0);
  expect(pace.pauseOf('dead')).toBeGreaterThan(0);
});

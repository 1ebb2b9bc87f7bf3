import { describe, expect, test } from 'vitest';
import { DialPace } from '../src/browser/dial-pace.js';

/** Hubs that are dialed as soon as they may be, from when on they answer, and how often each is looked at. */
interface Hub {
  readonly name: string;
  readonly up?: number;
  readonly everyMs?: number;
}

/** @returns when each was dialed, in milliseconds, until it answered; and how long Chromium would have held back a dial at worst */
function run(hubs: readonly Hub[], forMs: number) {
  let now = 0;
  const pace = new DialPace(() => now);
  const dials = new Map<string, number[]>(hubs.map(({ name }) => [name, []]));
  const failures: number[] = [];
  let heldMs = 0;
  const reached = new Set<string>();
  for (; now < forMs; now += 100) {
    for (const { name, up = Number.POSITIVE_INFINITY, everyMs = 100 } of hubs) {
      if (reached.has(name) || now % everyMs !== 0 || pace.pauseOf(name) > 0) continue;
      pace.begins(name);
      dials.get(name)?.push(now);
      heldMs = Math.max(heldMs, 10 * 2 ** failures.filter((at) => now - at < 300_000).length);
      if (now >= up) {
        pace.answered();
        reached.add(name);
      } else {
        pace.failed(name);
        failures.push(now);
      }
    }
  }
  return { dials: (name: string) => dials.get(name) as number[], heldMs };
}

const eight = Array.from({ length: 8 }, (_, i) => `hub ${i}`);

describe('what has failed', () => {
  test('and fails again and again is dialed at most ten times in five minutes, and at least once a minute', () => {
    const dials = run([{ name: 'dead' }], 3_600_000).dials('dead');
    expect(dials.slice(0, 6)).toEqual([0, 1_000, 3_000, 7_000, 15_000, 31_000]);
    for (const [i, at] of dials.entries()) {
      expect(dials.filter((other) => other >= at && other < at + 300_000).length).toBeLessThanOrEqual(10);
      expect((dials[i + 1] ?? 3_600_000) - at).toBeLessThanOrEqual(60_000);
    }
  });

  test('once, as seven others have, is back a second later: the network was gone for a moment', () => {
    const { dials } = run(
      eight.map((name) => ({ name, up: 500 })),
      60_000,
    );
    const second = eight.map((name) => dials(name)[1] as number);
    expect(Math.min(...second)).toBe(1_000);
    expect(Math.max(...second)).toBeLessThan(2_000);
  });

  test('waits no longer because another is dialed again and again', () => {
    const { dials } = run([{ name: 'dead' }, { name: 'back', up: 90_000, everyMs: 5_000 }], 3_600_000);
    expect(dials('back').at(-1)).toBeLessThan(220_000);
  });

  test('has its turn every minute while there is a new dead name every 20 s', () => {
    const dead = Array.from({ length: 180 }, (_, i) => ({ name: `dead ${i}`, everyMs: 20_000 * (i + 1) }));
    const { dials } = run([{ name: 'back', everyMs: 5_000 }, ...dead], 3_600_000);
    expect(dials('back').length).toBeGreaterThan(50);
  });

  test.each([
    [1, 11],
    [2, 21],
    [8, 41],
  ])('is dialed so rarely that for %i dead hubs Chromium holds back no dial for more than %i s', (count, seconds) => {
    const dead = Array.from({ length: count }, (_, i) => ({ name: `dead ${i}`, everyMs: 500 }));
    const { dials, heldMs } = run(dead, 1_800_000);
    expect(heldMs).toBeLessThanOrEqual(seconds * 1_000);
    for (const { name } of dead) expect(dials(name).length).toBeGreaterThan(3);
  });
});

test('what has not failed is dialed at once, however many others have', () => {
  const pace = new DialPace(() => 0);
  for (let i = 0; i < 20; i++) pace.failed('dead');
  expect(pace.pauseOf('alive')).toBe(0);
  expect(pace.pauseOf('dead')).toBeGreaterThan(0);
});

test('a dial that we have given up is no failure of the hub, and counts for the page', () => {
  const pace = new DialPace(() => 0);
  for (let i = 0; i < 8; i++) {
    expect(pace.pauseOf('hub')).toBe(0);
    pace.givenUp();
  }
  pace.failed('dead');
  pace.begins('dead');
  expect(pace.pauseOf('dead')).toBe(65_000); // after nine failures of the page, and others come first
});

test('all is forgotten when the browser is online again', () => {
  const pace = new DialPace(() => 0);
  for (const name of eight) pace.failed(name);
  pace.forget();
  for (const name of eight) expect(pace.pauseOf(name)).toBe(0);
});

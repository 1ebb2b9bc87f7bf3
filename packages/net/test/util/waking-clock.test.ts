import { describe, expect, test } from 'vitest';
import { TimeWatch } from '../../src/gossip/peers/time-watch.js';
import { systemClock } from '../../src/util/clock.js';
import { WakingClock } from '../../src/util/waking-clock.js';

/** A machine whose clocks a test moves by hand. */
function machine({ knowsUptime }: { readonly knowsUptime: boolean }) {
  const time = { now: 100, wall: 1_000_000, up: 7_000 };
  const clock = new WakingClock({
    now: () => time.now,
    wallNow: () => time.wall,
    ...(knowsUptime && { upNow: () => time.up }),
    setTimer: () => ({ cancel: () => {} }),
    defer: () => ({ cancel: () => {} }),
  });
  return {
    clock,
    pass: (ms: number) => {
      time.now += ms;
      time.wall += ms;
      time.up += ms;
    },
    sleep: (ms: number) => {
      time.wall += ms;
      time.up += ms;
    },
    set: (ms: number) => {
      time.wall += ms;
    },
  };
}

describe.each([{ knowsUptime: true }, { knowsUptime: false }])(
  'a machine ($knowsUptime: it knows how long it is up)',
  (has) => {
    test('whose monotonic clock stands still in sleep: time goes on, after each sleep', () => {
      const { clock, pass, sleep } = machine(has);
      const jumps: number[] = [];
      const watch = new TimeWatch(clock, (ms) => jumps.push(ms));
      watch.start();
      const began = clock.now();
      for (const asleep of [600_000, 90_000]) {
        pass(1_000);
        sleep(asleep);
        watch.check();
        watch.check();
        pass(1_000);
      }
      expect(clock.now() - began).toBe(694_000);
      expect(jumps).toEqual([601_000, 92_000]);
    });

    test('that slept while nobody watched: time has gone on when somebody watches again', () => {
      const { clock, pass, sleep } = machine(has);
      const watch = new TimeWatch(clock, () => expect.unreachable());
      watch.start();
      watch.stop();
      const began = clock.now();
      sleep(600_000);
      pass(1_000);
      watch.start();
      expect(clock.now() - began).toBe(601_000);
    });

    test('whose wall clock is set: time has not gone on, where that can be known', () => {
      const { clock, set } = machine(has);
      const watch = new TimeWatch(clock, () => {});
      watch.start();
      const began = clock.now();
      set(600_000);
      watch.check();
      expect(clock.now() - began).toBe(has.knowsUptime ? 0 : 600_000);
      set(-600_000);
      watch.check();
      expect(clock.now()).toBeGreaterThanOrEqual(began);
    });
  },
);

test('this machine knows how long it has been up', async () => {
  const before = systemClock.upNow?.() as number;
  expect(before).toBeGreaterThan(1_000);
  await expect.poll(() => systemClock.upNow?.() as number).toBeGreaterThan(before);
});

import type { Timer } from '@grapevine/proto';
import { expect, test } from 'vitest';
import { KernelTimers } from '../../src/gossip/kernel-timers.js';
import type { EndpointId } from '../../src/identity/endpoint-id.js';

const timer = (number: number) => ({ number }) as unknown as Timer<EndpointId>;

test('thousands of timers that are due at once are handled in order, some milliseconds of them in a turn', () => {
  let now = 0;
  const callbacks: (() => void)[] = [];
  const clock = {
    now: () => now,
    wallNow: () => now,
    setTimer(callback: () => void) {
      callbacks.push(callback);
      return { cancel: () => void callbacks.splice(callbacks.indexOf(callback), 1) };
    },
    defer: () => ({ cancel() {} }),
  };
  const handled: number[] = [];
  const timers = new KernelTimers(clock, (expired) => {
    handled.push((expired as unknown as { number: number }).number);
    now += 0.1; // what one costs
  });
  for (let i = 0; i < 2_000; i++) timers.schedule(0, timer(i));
  timers.arm();
  let turns = 0;
  let longest = 0;
  for (let turn = callbacks.shift(); turn; turn = callbacks.shift(), turns++) {
    const before = now;
    turn();
    longest = Math.max(longest, now - before);
  }
  expect(handled).toEqual(Array.from({ length: 2_000 }, (_, i) => i));
  expect(longest).toBeLessThan(6);
  expect(turns).toBeGreaterThan(30);
});

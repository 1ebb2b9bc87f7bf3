import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DriverTimer } from '../../src/quic/driver-timer.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** A timer, and when it fired. */
function timer() {
  const start = performance.now();
  const fired: number[] = [];
  const made = new DriverTimer(() => fired.push(performance.now() - start));
  return { fired, arm: (inMs: number) => made.arm(performance.now() + inMs, performance.now()) };
}

test('the loss timer of a message that was acknowledged wakes nobody up', () => {
  const { fired, arm } = timer();
  arm(27);
  vi.advanceTimersByTime(10);
  arm(10_000);
  vi.advanceTimersByTime(11_000);
  expect(fired).toEqual([10_010]);
});

test('in a flood it is not set anew for each datagram', () => {
  const set = vi.spyOn(globalThis, 'setTimeout');
  const { fired, arm } = timer();
  for (let i = 0; i < 100; i++) arm(i % 2 === 0 ? 27 : 10_000);
  expect(set).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(11_000);
  expect(fired).toEqual([27]); // and looks again
});

test('what is due sooner is never missed', () => {
  const { fired, arm } = timer();
  arm(10_000);
  arm(27);
  vi.advanceTimersByTime(100);
  expect(fired).toEqual([27]);
});

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

test('the loss timer of a message that was acknowledged calls nobody', () => {
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
  expect(set.mock.calls.length).toBe(1);
  vi.advanceTimersByTime(11_000);
  expect(fired).toEqual([10_000]);
  expect(set.mock.calls.length).toBe(2); // once it has found that the first was taken back
});

test('what is due sooner is never missed', () => {
  const { fired, arm } = timer();
  arm(10_000);
  arm(27);
  vi.advanceTimersByTime(100);
  expect(fired).toEqual([27]);
});

test('a timer that was late and is then put off does not say that the event loop is behind when it fires in time', () => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const busy: boolean[] = [];
  const timer = new DriverTimer((isBusy) => busy.push(isBusy));
  timer.arm(27, now);
  now = 60; // the event loop stood still
  vi.advanceTimersByTime(27);
  expect(busy).toEqual([]); // what came meanwhile is read first
  now = 62;
  timer.arm(1_062, now); // what came was the acknowledgement
  now = 1_062;
  vi.advanceTimersByTime(1_000);
  expect(busy).toEqual([false]);
});

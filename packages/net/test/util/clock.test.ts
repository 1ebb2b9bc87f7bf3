import { expect, test } from 'vitest';
import { systemClock } from '../../src/util/clock.js';

test('what is deferred runs after the promises that are ready, and not at all once it is cancelled', async () => {
  const order: string[] = [];
  await new Promise<void>((resolve) => {
    systemClock.defer(() => order.push('cancelled')).cancel();
    systemClock.defer(() => {
      order.push('deferred');
      resolve();
    });
    void (async () => {
      for (let i = 0; i < 20; i++) await Promise.resolve();
      order.push('promises');
    })();
  });
  expect(order).toEqual(['promises', 'deferred']);
});

test('the wall clock is that of the machine', () => {
  const before = Date.now();
  const now = systemClock.wallNow();
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
});

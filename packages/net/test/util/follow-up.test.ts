import { expect, test } from 'vitest';
import { systemClock } from '../../src/util/clock.js';

/** From a chain of promises of this length. */
async function after(steps: number): Promise<void> {
  for (let i = 0; i < steps; i++) await Promise.resolve();
}

test('what follows up comes after all promises, and before the event loop turns', async () => {
  const order: string[] = [];
  const turned = new Promise<void>((resolve) =>
    setImmediate(() => {
      order.push('turn');
      resolve();
    }),
  );
  systemClock.followUp?.(() => order.push('from outside'));
  void after(20).then(() => order.push('promises'));
  void after(5).then(() => systemClock.followUp?.(() => order.push('from a promise')));
  await turned;
  expect(order).toEqual(['promises', 'from outside', 'from a promise', 'turn']);
});

test('what follows up can be cancelled', async () => {
  let ran = false;
  systemClock
    .followUp?.(() => {
      ran = true;
    })
    .cancel();
  await new Promise((resolve) => setImmediate(resolve));
  expect(ran).toBe(false);
});

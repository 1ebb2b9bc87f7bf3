import { expect, test } from 'vitest';
import { MODES, TestNode, timers } from './helper/node.js';

// `npm run interop:fuzz` has found this: a topic is left and joined again, and its first input is a timer of its earlier life.

test.each(MODES)('a shuffle timer of an earlier life, in %s mode', (mode) => {
  const node = new TestNode({ mode });
  const shuffle = node.join(1).find(({ type }) => type === 'scheduleTimer');
  node.quit();
  node.join();
  // The reference takes the timer for the first input, after which it schedules shuffles, and then schedules them again for the timer.
  const expected = mode === 'reference' ? ['shuffle', 'shuffle'] : [];
  expect(timers(node.expire(shuffle)).map(([type]) => type)).toEqual(expected);
  expect(timers(node.expire(shuffle)).length).toBe(mode === 'reference' ? 1 : 0);
});

test.each(MODES)('an eviction timer of an earlier life, in %s mode', (mode) => {
  const node = new TestNode({ mode });
  const evict = node
    .broadcast('hi')
    .find((out) => out.type === 'scheduleTimer' && out.timer.task.type === 'evictCache');
  node.quit();
  node.join();
  const expected = mode === 'reference' ? ['evictCache', 'evictCache'] : [];
  expect(timers(node.expire(evict)).map(([type]) => type)).toEqual(expected);
  expect(timers(node.expire(evict)).length).toBe(mode === 'reference' ? 1 : 0);
});

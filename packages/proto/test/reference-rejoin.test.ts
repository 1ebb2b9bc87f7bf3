import { expect, test } from 'vitest';
import { MODES, TestNode, timers } from './helper/node.js';

// What `npm run interop:fuzz` has found: a topic that is left and joined again, and whose first input is a timer of its earlier life.

test.each(MODES)('a shuffle timer of an earlier life, in %s mode', (mode) => {
  const node = new TestNode({ mode });
  const shuffle = node.join(1).find(({ type }) => type === 'scheduleTimer');
  node.quit();
  node.join();
  // The reference counts it as the first input, behind which it starts to shuffle, and shuffles again because of the timer.
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

import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Patience } from './support/patience.js';

test('a limit is over when its time has passed, less that in which this thread got no core', async () => {
  const patience = new Patience(20);
  expect(patience.isOver).toBe(false);
  while (!patience.isOver) await setTimeout(10);
  expect(new Patience(60_000).isOver).toBe(false);
});

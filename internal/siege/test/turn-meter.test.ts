import { expect, test } from 'vitest';
import { SelfReport } from '../src/targets/report.js';

const idle = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('what a report itself takes is in no turn: that of an idle process is short, and that of a busy one is seen', async () => {
  const self = new SelfReport();
  const turns: number[] = [];
  for (let i = 0; i < 5; i++) {
    await self.take();
    await idle(50);
    turns.push((await self.take()).turnMs);
  }
  expect(Math.min(...turns)).toBeLessThan(5);

  await self.take();
  const began = process.cpuUsage().user;
  while (process.cpuUsage().user - began < 30_000);
  await idle(10);
  expect((await self.take()).turnMs).toBeGreaterThan(25);
});

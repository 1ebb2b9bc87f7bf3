import { expect, test } from 'vitest';
import { report } from './support/figures.js';
import { useSwarm } from './support/swarm.js';

// The other half of the row, a neighbor that reads nothing, is t02-slow-neighbor.slow.test.ts.

const MESSAGES = 100_000;
const swarm = useSwarm();

test('two nodes that flood each other with 100,000 messages both finish, and memory stays bounded', async () => {
  const { ledger } = swarm.current;
  const pair = await swarm.current.grow(2);
  const before = process.memoryUsage().rss;
  let peak = before;
  const watching = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 100);
  const began = performance.now();
  await Promise.all(
    pair.map(async (node) => {
      for (let i = 0; i < MESSAGES; i++) await node.publish(100);
    }),
  );
  expect(await ledger.imbalances(60_000)).toEqual([]);
  clearInterval(watching);
  expect(ledger.told()).toEqual({});
  const megabytes = (peak - before) / 2 ** 20;
  expect(megabytes).toBeLessThan(600);
  report({
    row: 'row 6',
    figure: 'two floods of 100,000 messages cross in',
    value: (performance.now() - began) / 1000,
    unit: 's',
  });
  report({ row: 'row 6', figure: 'memory that it takes', value: megabytes, unit: 'MiB' });
});

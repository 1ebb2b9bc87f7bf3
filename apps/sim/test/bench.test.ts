import { expect, test } from 'vitest';
import type { GrowthResult } from '../src/growth.js';
import { runCli } from './run-cli.js';

test('grapevine-sim bench measures every size', () => {
  const { stdout, status } = runCli('bench', '--nodes', '20,200', '--json');
  expect(status).toBe(0);
  const results = JSON.parse(stdout) as GrowthResult[];
  expect(results.map(({ nodes, deliveries }) => [nodes, deliveries])).toEqual([
    [20, 190],
    [200, 1990],
  ]);
  for (const { events, seconds, bytesPerNode } of results) {
    expect(events).toBeGreaterThan(1_000);
    expect(seconds).toBeGreaterThan(0);
    expect(bytesPerNode).toBeGreaterThan(1_000);
  }
});

test('grapevine-sim bench says which size is wrong', () => {
  expect(runCli('bench', '--nodes', '20,x')).toMatchObject({
    status: 2,
    stderr: 'grapevine-sim: --nodes must be a whole number from 2 to 1000000, got "x"\n',
  });
});

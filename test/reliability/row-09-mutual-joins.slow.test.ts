import { expect, test } from 'vitest';
import { report } from './support/figures.js';
import { Swarm } from './support/swarm.js';
import { until } from './support/until.js';

const PAIRS = 1_000;
const AT_ONCE = 25;

test('1,000 pairs dial each other at the same time: all end with a usable link', async () => {
  let slowest = 0;
  let downs = 0;
  for (let done = 0; done < PAIRS; done += AT_ONCE) {
    const swarms = Array.from({ length: AT_ONCE }, () => new Swarm());
    const pairs = await Promise.all(swarms.map(async (swarm) => [await swarm.start(), await swarm.start()] as const));
    const began = performance.now();
    await Promise.all(pairs.map(([a, b]) => Promise.all([a.join([b]), b.join([a])])));
    await until('link in every pair', () => pairs.flat().every((node) => node.neighbors().length === 1));
    await Promise.all(pairs.flat().map((node) => node.publish()));
    for (const { ledger } of swarms) {
      expect(await ledger.imbalances(10_000)).toEqual([]);
      expect(ledger.told()).toEqual({});
    }
    slowest = Math.max(slowest, performance.now() - began);
    downs += pairs.flat().reduce((sum, node) => sum + node.downs(), 0);
    await Promise.all(swarms.map((swarm) => swarm.close()));
  }
  expect(downs).toBe(0);
  report({
    row: 'row 9',
    figure: `slowest of ${PAIRS / AT_ONCE} batches of ${AT_ONCE} mutual joins`,
    value: slowest,
    unit: 'ms',
  });
});

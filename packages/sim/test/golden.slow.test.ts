import { describe, expect, test } from 'vitest';
import { runScenario } from '../src/index.js';
import { cases, expectedStats, hashes, networkOf, rounds } from './helper/golden.js';
import { rollingHashes } from './helper/rolling-hashes.js';

// The golden data that takes too long for golden.test.ts.

describe('1,000 nodes, by a rolling hash over every 1,000 events', () => {
  test.each(cases.hashes.slice(1))('$name', (entry) => {
    expect(rollingHashes(entry)).toEqual(hashes[entry.name]);
  });
});

describe('the statistics of every round, to the last digit', () => {
  const slow = rounds.filter(({ nodes, seed }) => nodes >= 1_000 && seed !== 0);

  test.each(slow)('$sim, $nodes nodes, seed $seed', (row) => {
    const { sim, nodes, seed } = row;
    const result = runScenario({ sim, nodes, rounds: row.rounds.length, network: networkOf({}) }, seed);
    expect({ rounds: result.rounds, summary: result.summary }).toEqual(expectedStats(row));
  });
});

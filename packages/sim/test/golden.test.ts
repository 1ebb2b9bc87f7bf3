import { describe, expect, test } from 'vitest';
import { runScenario } from '../src/index.js';
import { cases, expectedStats, type GoldenCase, hashes, networkOf, rounds, runCase, trace } from './helper/golden.js';
import { rollingHashes } from './helper/rolling-hashes.js';

// The data comes from the published crate iroh-gossip 0.101: see interop/README.md. More of it: golden.slow.test.ts.

function linesOf(entry: GoldenCase): string[] {
  const lines: string[] = [];
  runCase(entry, (line) => lines.push(line));
  return lines;
}

describe('a run is event for event that of the Rust simulator', () => {
  test.each(cases.traces)('$name', (entry) => {
    const expected = trace(entry.name);
    const lines = linesOf(entry);
    // A failure shows the first line that differs instead of a diff of thousands.
    const different = lines.findIndex((line, i) => line !== expected[i]);
    expect([different, lines[different]]).toEqual([-1, undefined]);
    expect(lines).toHaveLength(expected.length);
  });
});

describe('with 1,000 nodes too, by a rolling hash over every 1,000 events', () => {
  test.each(cases.hashes.slice(0, 1))('$name', (entry) => {
    expect(rollingHashes(entry)).toEqual(hashes[entry.name]);
  });
});

describe('the statistics of every round are those of the Rust simulator, to the last digit', () => {
  const quick = rounds.filter(({ nodes, seed }) => nodes < 1_000 || seed === 0);

  test.each(quick)('$sim, $nodes nodes, seed $seed', (row) => {
    const { sim, nodes, seed } = row;
    const result = runScenario({ sim, nodes, rounds: row.rounds.length, network: networkOf({}) }, seed);
    expect({ rounds: result.rounds, summary: result.summary }).toEqual(expectedStats(row));
  });
});

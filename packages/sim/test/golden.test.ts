import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type RoundStats, runScenario, type Scenario } from '../src/index.js';
import { cases, hashes, networkOf, rounds, runCase, trace } from './helper/golden.js';

// The data comes from the published crate iroh-gossip 0.101: see interop/README.md.

/** Lines of a run, each event followed by what it led to. */
function linesOf(entry: (typeof cases.traces)[number]): string[] {
  const lines: string[] = [];
  runCase(entry, (line) => lines.push(line));
  return lines;
}

describe('a run is event for event that of the Rust simulator', () => {
  test.each(cases.traces)('$name', (entry) => {
    const expected = trace(entry.name);
    const lines = linesOf(entry);
    // The first line that differs says more than a diff of thousands.
    const different = lines.findIndex((line, i) => line !== expected[i]);
    expect([different, lines[different]]).toEqual([-1, undefined]);
    expect(lines).toHaveLength(expected.length);
  });
});

describe('with 1,000 nodes too, by a rolling hash over every 1,000 events', () => {
  test.each(cases.hashes)('$name', (entry) => {
    const expected = hashes[entry.name];
    const found: string[] = [];
    let hash = createHash('sha256');
    let events = 0;
    let text = '';
    const digest = (): string => hash.update(text).digest('hex').slice(0, 16);
    runCase(
      entry,
      (line) => {
        text += `${line}\n`;
      },
      () => {
        if (++events % 1_000 !== 0) return;
        const short = digest();
        found.push(short);
        hash = createHash('sha256');
        text = short;
      },
    );
    found.push(digest());
    expect(events).toBe(expected?.events);
    expect(found.findIndex((value, i) => value !== expected?.hashes[i])).toBe(-1);
    expect(found).toHaveLength(expected?.hashes.length ?? 0);
  });
});

const stats = ([duration, rmr, ldh, missed]: readonly number[]): RoundStats => ({
  duration: duration as number,
  rmr: Math.fround(rmr as number),
  ldh: Math.fround(ldh as number),
  missed: Math.fround(missed as number),
});

describe('the statistics of every round are those of the Rust simulator, to the last digit', () => {
  test.each(rounds)('$sim, $nodes nodes, seed $seed', ({ sim, nodes, rounds: expected, seed, min, max, mean }) => {
    const scenario: Scenario = { sim, nodes, rounds: expected.length, network: networkOf({}) };
    const result = runScenario(scenario, seed);
    expect(result.rounds).toEqual(expected.map(stats));
    expect(result.summary).toEqual({ len: expected.length, min: stats(min), max: stats(max), mean: stats(mean) });
  });
});

import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { expectedStats, rounds } from '../../../packages/sim/test/helper/golden.js';
import type { ScenarioResults } from '../src/results.js';
import { runCli, TemporaryFolder } from './run-cli.js';

const folder = new TemporaryFolder();
afterAll(() => folder.remove());

describe("the Rust simulator's own scenario file, run whole by `grapevine-sim run --reference`", () => {
  const file = fileURLToPath(new URL('../scenarios/rust.toml', import.meta.url));
  const { stdout } = runCli('run', file, '--reference', '--json', '--out', folder.path);
  const results = JSON.parse(stdout) as readonly ScenarioResults[];

  test('has every row and seed of the golden data, and no other', () => {
    const cells = results.flatMap(({ scenario: { sim, nodes }, results: bySeed }) =>
      Object.keys(bySeed).map((seed) => `${sim} ${nodes} ${seed}`),
    );
    expect(cells.sort()).toEqual(rounds.map(({ sim, nodes, seed }) => `${sim} ${nodes} ${seed}`).sort());
  });

  test.each(rounds)('$sim, $nodes nodes, seed $seed: the numbers of the published crate to the last digit', (row) => {
    const found = results.find(({ scenario }) => scenario.sim === row.sim && scenario.nodes === row.nodes);
    const result = found?.results[String(row.seed)];
    expect({ rounds: result?.rounds, summary: result?.summary }).toEqual(expectedStats(row));
  });
});

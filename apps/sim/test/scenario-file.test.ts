import { readFileSync } from 'node:fs';
import { parseDuration } from '@grapevine/cli-kit';
import { describe, expect, test } from 'vitest';
import { parseScenarios } from '../src/scenario-file.js';

const scenario = '[[scenario]]\nsim = "GossipSingle"\nnodes = 20\n';
const message = (text: string): string => {
  try {
    parseScenarios(text, 'f.toml');
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
};

describe('a scenario file', () => {
  test.each([
    ['not TOML', 'seeds = [1\n', /^f\.toml:\d+: /],
    [
      'an unknown key at the top',
      `seeds = [1]\nsed = 2\n${scenario}`,
      /^f\.toml:2: unknown key sed \(known here: seeds/,
    ],
    [
      'an unknown dotted key',
      `seeds = [1]\n\nconfig.latencies.static = "1ms"\n${scenario}`,
      /^f\.toml:3: unknown key config\.latencies /,
    ],
    [
      'an unknown key of a scenario',
      `seeds = [1]\n${scenario}node = 3\n`,
      /^f\.toml:5: unknown key scenario\.node, did you mean "nodes"\? /,
    ],
    [
      'an unknown setting',
      `seeds = [1]\n${scenario}[scenario.config.proto.broadcast]\ngraft_timeout_3 = "1s"\n`,
      /^f\.toml:6: unknown key scenario\.config\.proto\.broadcast\.graft_timeout_3, did you mean "graft_timeout_1"\? /,
    ],
    [
      'an unknown key of an inline table',
      `seeds = [1]\nconfig.latency.dynamic = { min = "1ms", max = "2ms", mean = "1ms" }\n${scenario}`,
      /^f\.toml:2: unknown key config\.latency\.dynamic\.mean, did you mean "min"\? /,
    ],
    ['no seeds', scenario, /^f\.toml:1: the key seeds is missing$/],
    ['no scenario', 'seeds = [1]\n', /^f\.toml:1: the key scenario is missing$/],
    ['a negative seed', `seeds = [-1]\n${scenario}`, /^f\.toml:1: seeds must be/],
    [
      'a wrong simulation',
      'seeds = [1]\n[[scenario]]\nsim = "Gossip"\nnodes = 3\n',
      /^f\.toml:3: scenario\.sim must be one of GossipSingle, /,
    ],
    ['no nodes', 'seeds = [1]\n[[scenario]]\nsim = "GossipAll"\n', /^f\.toml:2: the key scenario\.nodes is missing$/],
    [
      'nodes that are not a number',
      'seeds = [1]\n[[scenario]]\nsim = "GossipAll"\nnodes = "3"\n',
      /^f\.toml:4: scenario\.nodes must be a whole number/,
    ],
    [
      'a wrong duration',
      `seeds = [1]\nconfig.latency.static = "fast"\n${scenario}`,
      /^f\.toml:2: config\.latency\.static must be a duration/,
    ],
    [
      'a range upside down',
      `seeds = [1]\nconfig.latency.dynamic = { min = "2ms", max = "1ms" }\n${scenario}`,
      /^f\.toml:2: .*min must be below max$/,
    ],
    [
      'a setting out of range',
      `seeds = [1]\n[config.proto.membership]\nactive_view_capacity = 0\n${scenario}`,
      /^f\.toml:2: config\.proto: membership\.activeViewCapacity /,
    ],
    [
      'a switch that is neither on nor off',
      `seeds = [1]\nconfig.reconciles = "yes"\n${scenario}`,
      /^f\.toml:2: config\.reconciles must be true or false$/,
    ],
    ['a table that should be a value', `seeds = [1]\nconfig = 3\n${scenario}`, /^f\.toml:2: config must be a table$/],
  ])('says what and where: %s', (_, text, expected) => {
    expect(message(text)).toMatch(expected);
  });

  test('gives scenarios of the same shape names of their own', () => {
    const { scenarios } = parseScenarios(`seeds = [1]\n${scenario}${scenario}`, 'f.toml');
    expect(scenarios.map(({ label }) => label)).toEqual(['GossipSingle-n20-r30', 'GossipSingle-n20-r30-2']);
  });

  test("a scenario's config replaces the file's", () => {
    const text = `seeds = [1]\nconfig.latency.static = "1ms"\n${scenario}config.proto.mode = "reference"\n${scenario}`;
    const { scenarios } = parseScenarios(text, 'f.toml');
    expect(scenarios.map(({ scenario }) => scenario.network)).toEqual([
      { proto: { mode: 'reference' } },
      { latency: { type: 'static', latency: 1_000_000 } },
    ]);
  });

  test('says whether nodes reconcile, and for how long to run on', () => {
    const text = `seeds = [1]\nconfig.reconciles = true\n${scenario}drain = "30s"\n`;
    const [only] = parseScenarios(text, 'f.toml').scenarios;
    expect(only?.scenario).toMatchObject({ network: { reconciles: true }, drain: 30_000_000_000 });
  });

  test("the rows of the Rust simulator's file are the rows of ours", () => {
    const path = new URL('../scenarios/rust.toml', import.meta.url);
    const { seeds, scenarios } = parseScenarios(readFileSync(path, 'utf8'), 'rust.toml');
    expect(seeds).toEqual([0n, 1n, 123n, 212312388123n]);
    expect(scenarios.map(({ label }) => label)).toEqual([
      'GossipSingle-n20-r30',
      'GossipSingle-n100-r30',
      'GossipSingle-n1000-r30',
      'GossipMulti-n20-r30',
      'GossipMulti-n100-r30',
      'GossipMulti-n1000-r30',
      'GossipAll-n20-r30',
      'GossipAll-n100-r5',
    ]);
  });
});

test.each([
  ['10ms', 10_000_000],
  ['1s 500ms', 1_500_000_000],
  ['2m', 120_000_000_000],
  ['7 us', 7_000],
  ['5', undefined],
  ['-1s', undefined],
  ['3 parsecs', undefined],
  ['', undefined],
])('the duration %j', (text, expected) => {
  expect(parseDuration(text)).toBe(expected);
});

import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runScenario, type ScenarioResult } from '@grapevine/sim';
import { describe, expect, test } from 'vitest';
import { type NamedScenario, parseScenarios, readScenarioFile } from '../src/scenario-file.js';

const folder = fileURLToPath(new URL('../scenarios/', import.meta.url));
const scenarios = readdirSync(folder)
  .filter((name) => name !== 'rust.toml')
  .flatMap((name) => readScenarioFile(`${folder}${name}`).scenarios);

function outcome(label: string, change: Partial<NamedScenario['scenario']> = {}, seed = 0): ScenarioResult {
  const found = scenarios.find((each) => each.label === label) as NamedScenario;
  return runScenario({ ...found.scenario, ...change }, seed);
}
const reliabilities = ({ broadcasts }: ScenarioResult): number[] => broadcasts.map(({ reliability }) => reliability);
const meanRmr = ({ broadcasts }: ScenarioResult): number =>
  broadcasts.reduce((sum, { rmr }) => sum + rmr, 0) / broadcasts.length;

describe('the scenario files', () => {
  test.each([
    'churn',
    'defaults-one-sender',
    'defaults-random-senders',
    'duplication-third',
    'flooder-tenth',
    'heterogeneous-third',
    'liar-tenth',
    'reordering-half',
    'silent-tenth',
    'slow-fifth',
  ])('%s: every broadcast reaches everybody', (label) => {
    expect(new Set(reliabilities(outcome(label)))).toEqual(new Set([1]));
  });

  test('flooder-fifth: every broadcast reaches everybody', () => {
    // Three times as many events as all others together.
    expect(new Set(reliabilities(outcome('flooder-fifth', { rounds: 8 })))).toEqual(new Set([1]));
  });

  test.each([
    ['heavy-churn', 0.97],
    // After four lost answers a payload comes later than its round ends.
    ['loss-10-percent', 0.995],
    ['liar-30-percent', 0.99],
    ['loss-30-percent', 0.97],
    ['mass-failure-80-percent', 0.99],
  ])('%s: hard enough to lose something, and little is lost', (label, least) => {
    // In one run in fifty, all nodes that have a payload crash just after it was published.
    const all = [0, 1, 2, 3, 4].flatMap((seed) => reliabilities(outcome(label, {}, seed)));
    expect(all.reduce((sum, each) => sum + each, 0) / all.length).toBeGreaterThan(least);
  });

  test('loss-30-percent-reconciled: what the protocol of the swarm loses comes by reconciliation', () => {
    const seeds = [1, 2, 28];
    const lost = seeds.flatMap((seed) => reliabilities(outcome('loss-30-percent', {}, seed)));
    // One of the broadcasts has reached nobody but its publisher.
    expect(Math.min(...lost)).toBe(0.01);
    const reconciled = seeds.flatMap((seed) => reliabilities(outcome('loss-30-percent-reconciled', {}, seed)));
    expect(new Set(reconciled)).toEqual(new Set([1]));
  });

  test('mass-failure-half: the survivors are one swarm again, and all of them are reached', () => {
    const result = outcome('mass-failure-half');
    expect(result.overlay.components).toEqual([50]);
    expect(result.broadcasts.at(-1)).toMatchObject({ expected: 50, reliability: 1 });
    expect(result.healing?.cycles).toBeLessThan(1);
  });

  test('partition-third: the other side waits while it lasts, and gets everything afterwards', () => {
    const result = outcome('partition-third');
    expect(Math.max(...result.broadcasts.map(({ lastDelivery }) => lastDelivery))).toBeGreaterThan(15_000_000_000);
    expect(new Set(reliabilities(result))).toEqual(new Set([1]));
    expect(result.overlay.components).toEqual([60]);
    expect(result.healing?.cycles).toBeLessThan(2);
  });

  test('duplication-third: costs redundancy', () => {
    expect(meanRmr(outcome('duplication-third'))).toBeGreaterThan(
      meanRmr(outcome('duplication-third', { faults: [] })),
    );
  });

  test('slow-fifth: the slow ones get it late', () => {
    const usual = outcome('slow-fifth', { faults: [] });
    expect(outcome('slow-fifth').deliveryTimes.p99).toBeGreaterThan(usual.deliveryTimes.p99 + 300_000_000);
  });

  test('are all checked here', () => {
    expect(scenarios).toHaveLength(20);
  });
});

describe('a fault in a file', () => {
  const parse = (fault: string) => () =>
    parseScenarios(`seeds = [1]\n[[scenario]]\nsim = "GossipAll"\nnodes = 3\n[[scenario.fault]]\n${fault}\n`, 'f.toml');

  test.each([
    ['an unknown type', 'type = "fire"', /^f\.toml:6: scenario\.fault\.type must be one of loss, .*slow_nodes/],
    ['a missing field', 'type = "loss"', /^f\.toml:5: the key scenario\.fault\.probability is missing$/],
    [
      'an unknown field',
      'type = "loss"\nprobability = 0.1\nshare = 1',
      /^f\.toml:8: unknown key scenario\.fault\.share /,
    ],
    [
      'a share beyond 1',
      'type = "mass_failure"\nshare = 2',
      /^f\.toml:7: scenario\.fault\.share must be a number from 0 to 1$/,
    ],
    [
      'no delay',
      'type = "slow_nodes"\nshare = 0.1\ndelay = "0s"',
      /^f\.toml:8: scenario\.fault\.delay must be above 0$/,
    ],
    [
      'unknown malice',
      'type = "malicious"\nshare = 0.1\nbehavior = "rude"',
      /^f\.toml:8: .* must be one of silent, liar, flooder$/,
    ],
  ])('says what and where: %s', (_, fault, message) => {
    expect(parse(fault)).toThrow(message);
  });
});

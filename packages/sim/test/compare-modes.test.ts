import { describe, expect, test } from 'vitest';
import {
  compareModes,
  type Fault,
  MILLISECOND,
  type ModeComparison,
  modeTable,
  runScenario,
  type Scenario,
  SECOND,
} from '../src/index.js';

const BASE: Scenario = {
  sim: 'GossipMulti',
  nodes: 60,
  rounds: 12,
  pause: SECOND,
  network: {
    latency: { type: 'dynamic', min: 10 * MILLISECOND, max: 50 * MILLISECOND },
    proto: { membership: { shuffleInterval: 5 * SECOND } },
  },
};
const SEEDS = [1, 2, 3];

function compare(faults: readonly Fault[], base: Scenario = BASE): [ModeComparison, ModeComparison] {
  return compareModes({ scenario: { ...base, faults } }, SEEDS) as [ModeComparison, ModeComparison];
}

describe('at default settings the hardened mode is no worse than the reference', () => {
  test('in reliability and last delivery hop', () => {
    const [reference, hardened] = compare([], { ...BASE, network: { ...BASE.network, proto: {} } });
    expect(reference.reliability).toBe(1);
    expect(hardened.reliability).toBe(1);
    expect(hardened.connected).toBe(1);
    expect(hardened.ldh).toBeLessThanOrEqual(1.05 * reference.ldh);
  });

  test('in redundancy, once the tree of a single sender has settled', () => {
    const settled = (mode: 'reference' | 'hardened'): number[] => {
      const scenario: Scenario = { ...BASE, sim: 'GossipSingle', network: { ...BASE.network, proto: { mode } } };
      return SEEDS.flatMap((seed) =>
        runScenario(scenario, seed)
          .broadcasts.slice(3)
          .map(({ rmr }) => rmr),
      );
    };
    expect(Math.max(...settled('reference'))).toBe(0);
    expect(Math.max(...settled('hardened'))).toBe(0);
  });

  test('in payloads for each link: its views are fuller, and each link carries no more', () => {
    const perLink = (mode: 'reference' | 'hardened'): number => {
      const results = [1, 2, 3, 4, 5, 6].map((seed) =>
        runScenario({ ...BASE, network: { ...BASE.network, proto: { mode } } }, seed),
      );
      const payloads = results.flatMap(({ broadcasts }) => broadcasts).reduce((sum, b) => sum + b.payloads, 0);
      const links = results.reduce(
        (sum, { overlay }) => sum + overlay.inDegrees.reduce((all, n, d) => all + n * d, 0),
        0,
      );
      return payloads / links;
    };
    expect(perLink('hardened')).toBeLessThanOrEqual(1.05 * perLink('reference'));
  });
});

describe('under faults hard enough for the reference to lose payloads, the hardened mode delivers more', () => {
  test.each<[string, Fault, number]>([
    ['loss of 30 %', { type: 'loss', probability: 0.3 }, 0.95],
    ['the crash of 80 %, noticed late', { type: 'massFailure', at: 5 * SECOND, share: 0.8, noticeAfter: SECOND }, 0.99],
    ['a partition', { type: 'partition', from: 3 * SECOND, until: 10 * SECOND, share: 0.3 }, 0.75],
  ])('%s', (_, fault, least) => {
    const [reference, hardened] = compare([fault]);
    expect(reference.reliability).toBeLessThan(hardened.reliability);
    expect(hardened.reliability).toBeGreaterThan(least);
  });
});

describe('under faults that the reference survives at this size, the hardened mode does too', () => {
  test.each<[string, Fault]>([
    ['duplication', { type: 'duplication', probability: 0.3 }],
    ['reordering', { type: 'reordering', probability: 0.3, delay: 200 * MILLISECOND }],
    ['slow nodes', { type: 'slowNodes', share: 0.1, delay: 300 * MILLISECOND }],
    ['churn', { type: 'churn', joins: 2, leaves: 1, crashes: 1 }],
    [
      'nodes with other settings',
      { type: 'heterogeneous', share: 0.3, config: { membership: { activeViewCapacity: 3 } } },
    ],
    ['silent nodes', { type: 'malicious', behavior: 'silent', share: 0.1 }],
    ['liars', { type: 'malicious', behavior: 'liar', share: 0.1 }],
    ['flooders', { type: 'malicious', behavior: 'flooder', share: 0.05 }],
  ])('%s', (_, fault) => {
    const [reference, hardened] = compare([fault]);
    expect(hardened.reliability).toBeGreaterThanOrEqual(reference.reliability - 0.001);
  });

  test('and flooders make it send less', () => {
    const [reference, hardened] = compare([{ type: 'malicious', behavior: 'flooder', share: 0.05 }]);
    expect(hardened.control).toBeLessThan(reference.control);
  });
});

test('the table has a row for each scenario and mode', () => {
  const rows = compareModes({ small: { ...BASE, nodes: 8, rounds: 2 } }, [1]);
  expect(modeTable(rows).split('\n')).toHaveLength(4);
  expect(modeTable(rows)).toContain('| small | hardened | 100.00 % |');
});

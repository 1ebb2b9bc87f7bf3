import { defaultHash, type GossipMessage, messageIdFromBytes } from '@grapevine/proto';
import { describe, expect, test } from 'vitest';
import {
  BroadcastMeter,
  ChaCha12Rng,
  compareModes,
  type Fault,
  MILLISECOND,
  type ModeComparison,
  modeTable,
  Network,
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
    unreachableAfter: 100 * MILLISECOND,
    proto: { membership: { shuffleInterval: 5 * SECOND } },
  },
};
const SEEDS = [1, 2, 3];

function compare(
  faults: readonly Fault[],
  base: Scenario = BASE,
  seeds: readonly number[] = SEEDS,
): [ModeComparison, ModeComparison] {
  return compareModes({ scenario: { ...base, faults } }, seeds) as [ModeComparison, ModeComparison];
}

describe('at default settings the hardened mode is no worse than the reference', () => {
  const DEFAULTS: Scenario = { ...BASE, nodes: 100, network: { ...BASE.network, proto: {} } };

  test('with random senders: it delivers everything in no more hops and with less redundancy', () => {
    // Three swarms say little about hops: the guests share the tree of the first flood, which begins at any node.
    const [reference, hardened] = compare([], DEFAULTS, [1, 2, 3, 4, 5]);
    expect(reference.reliability).toBe(1);
    expect(hardened.reliability).toBe(1);
    expect(hardened.connected).toBe(1);
    expect(hardened.ldh).toBeLessThanOrEqual(reference.ldh);
    expect(hardened.rmr).toBeLessThan(0.6 * reference.rmr);
  });

  test('with a single sender: no redundancy once the tree has settled', () => {
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
});

test('rooted trees need no optimization threshold', () => {
  const withThreshold = (optimizationThreshold: number) => {
    const proto = { ...BASE.network?.proto, broadcast: { optimizationThreshold } };
    const { broadcasts, traffic } = runScenario({ ...BASE, network: { ...BASE.network, proto } }, 1);
    return { broadcasts, traffic };
  };
  expect(withThreshold(0)).toEqual(withThreshold(65_535));
});

describe('where the reference loses payloads, the hardened mode delivers more', () => {
  test.each<[string, Fault, number]>([
    ['loss of 30 %', { type: 'loss', probability: 0.3 }, 0.98],
    ['the crash of 80 %, noticed late', { type: 'massFailure', at: 5 * SECOND, share: 0.8, noticeAfter: SECOND }, 0.99],
    ['a partition', { type: 'partition', from: 3 * SECOND, until: 10 * SECOND, share: 0.3 }, 0.99],
    ['heavy churn', { type: 'churn', joins: 10, leaves: 5, crashes: 5, noticeAfter: SECOND }, 0.97],
    ['three tenths of liars', { type: 'malicious', behavior: 'liar', share: 0.3 }, 0.99],
  ])('%s', (_, fault, least) => {
    // One run in ten loses several percent, so three runs say little.
    const [reference, hardened] = compare([fault], BASE, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(reference.reliability).toBeLessThan(hardened.reliability);
    expect(hardened.reliability).toBeGreaterThanOrEqual(least);
  });
});

describe('where both deliver everything, the hardened mode does it with fewer payloads', () => {
  test.each<[string, Fault]>([
    ['duplication', { type: 'duplication', probability: 0.3 }],
    ['reordering', { type: 'reordering', probability: 0.3, delay: 200 * MILLISECOND }],
    ['slow nodes', { type: 'slowNodes', share: 0.1, delay: 300 * MILLISECOND }],
    ['the crash of half', { type: 'massFailure', at: 5 * SECOND, share: 0.5 }],
    ['churn', { type: 'churn', joins: 2, leaves: 1, crashes: 1 }],
    [
      'nodes with other settings',
      { type: 'heterogeneous', share: 0.3, config: { membership: { activeViewCapacity: 3 } } },
    ],
    ['a tenth of silent nodes', { type: 'malicious', behavior: 'silent', share: 0.1 }],
    ['a tenth of liars', { type: 'malicious', behavior: 'liar', share: 0.1 }],
  ])('%s', (_, fault) => {
    // Views after a crash differ much from run to run, and the redundancy with them.
    const [reference, hardened] = compare([fault], BASE, [1, 2, 3, 4, 5]);
    expect(hardened.reliability).toBeGreaterThanOrEqual(reference.reliability);
    expect(hardened.rmr).toBeLessThan(reference.rmr);
  });
});

test('a few flooders: everything comes sooner, for fewer messages in all and somewhat more payloads', () => {
  const fault: Fault = { type: 'malicious', behavior: 'flooder', share: 0.05 };
  const [reference, hardened] = compare([fault], BASE, [1, 2, 3, 4, 5]);
  expect(hardened.reliability).toBe(1);
  expect(hardened.p50).toBeLessThan(reference.p50);
  expect(hardened.p99).toBeLessThan(0.9 * reference.p99);
  expect(hardened.rmr + hardened.control).toBeLessThan(reference.rmr + reference.control);
  expect(hardened.rmr).toBeLessThan(1.25 * reference.rmr);
});

describe('a payload that never comes is late without end', () => {
  test.each<[string, number, number, number]>([
    ['none lost', 0, 1, 1],
    ['a few lost', 0.005, 1, 1],
    ['some lost', 0.3, 1, Number.POSITIVE_INFINITY],
  ])('%s', (_, share, p50, p99) => {
    const network = new Network({ rng: ChaCha12Rng.seedFromU64(1) });
    const meter = new BroadcastMeter(network);
    for (let peer = 0; peer <= 1_000; peer++) network.insertAndJoin(peer, []);
    const id = messageIdFromBytes(defaultHash(Uint8Array.of(1)));
    meter.published(id, 0);
    const message: GossipMessage = {
      type: 'gossip',
      id,
      content: Uint8Array.of(1),
      scope: { type: 'swarm', round: 0 },
    };
    for (let peer = 1; peer <= 1_000 * (1 - share); peer++) meter.delivered(network.time + 1, peer, message);
    expect(meter.expectedTimes()).toEqual({ p50, p99 });
  });
});

test('the table has a row for each scenario and mode', () => {
  const rows = compareModes({ small: { ...BASE, nodes: 8, rounds: 2 } }, [1]);
  expect(modeTable(rows).split('\n')).toHaveLength(4);
  expect(modeTable(rows)).toContain('| small | hardened | 100.00 % |');
});

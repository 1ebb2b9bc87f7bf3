import { describe, expect, test } from 'vitest';
import {
  ChaCha12Rng,
  type Fault,
  faultRng,
  injectFaults,
  MILLISECOND,
  Network,
  runScenario,
  type Scenario,
  type ScenarioResult,
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

const under = (faults: readonly Fault[], seed = 1, base: Scenario = BASE): ScenarioResult =>
  runScenario({ ...base, faults }, seed);
const reliability = ({ broadcasts }: ScenarioResult): number =>
  broadcasts.reduce((sum, broadcast) => sum + broadcast.reliability, 0) / broadcasts.length;
const last = ({ broadcasts }: ScenarioResult) => broadcasts.at(-1);
const meanRmr = ({ broadcasts }: ScenarioResult): number =>
  broadcasts.reduce((sum, { rmr }) => sum + rmr, 0) / broadcasts.length;

describe('faults', () => {
  test('that are not there change nothing: the run is the same event for event', () => {
    const plain = runScenario(BASE, 3);
    expect(under([], 3)).toEqual(plain);
    expect(under([{ type: 'loss', probability: 0 }], 3)).toEqual(plain);
  });

  test('come from the seed: the same seed, the same run', () => {
    const faults: Fault[] = [
      { type: 'churn', joins: 2, leaves: 1, crashes: 1 },
      { type: 'loss', probability: 0.1 },
      { type: 'malicious', behavior: 'flooder', share: 0.05 },
    ];
    expect(under(faults, 4)).toEqual(under(faults, 4));
    expect(under(faults, 4).events).not.toBe(under(faults, 5).events);
  });

  test.each<[Fault, string]>([
    [{ type: 'loss', probability: 2 }, 'loss.probability must be from 0 to 1, got 2'],
    [{ type: 'churn', joins: -1 }, 'churn.joins must be at least 0, got -1'],
    [{ type: 'churn', joins: 1, contacts: 0 }, 'churn.contacts must be an integer from 1, got 0'],
    [{ type: 'slowNodes', share: 0.1, delay: 0 }, 'slowNodes.delay must be above 0, got 0'],
  ])('that make no sense are refused: %o', (fault, message) => {
    expect(() => under([fault])).toThrow(message);
  });
});

describe('a hardened swarm of 60', () => {
  test('loses nothing to 10 % loss', () => {
    expect(reliability(under([{ type: 'loss', probability: 0.1 }]))).toBe(1);
  });

  test('delivers nothing twice when a third of the messages are doubled', () => {
    const result = under([{ type: 'duplication', probability: 0.3 }]);
    expect(reliability(result)).toBe(1);
    expect(meanRmr(result)).toBeGreaterThan(0.3);
  });

  test('loses nothing when a third of the messages are overtaken', () => {
    expect(reliability(under([{ type: 'reordering', probability: 0.3, delay: 200 * MILLISECOND }]))).toBe(1);
  });

  test('waits for slow nodes, and the others do not', () => {
    const result = under([{ type: 'slowNodes', share: 0.1, delay: 300 * MILLISECOND }]);
    expect(reliability(result)).toBe(1);
    expect(result.deliveryTimes.max).toBeGreaterThan(300 * MILLISECOND);
    expect(result.deliveryTimes.p50).toBeLessThan(300 * MILLISECOND);
  });

  test('heals from the crash of half of its nodes', () => {
    const result = under([{ type: 'massFailure', at: 3 * SECOND, share: 0.5 }]);
    expect(result.overlay.components).toEqual([30]);
    expect(last(result)).toMatchObject({ expected: 30, reliability: 1 });
    expect(result.healing?.time).toBeLessThan(10 * SECOND);
    expect(result.healing?.cycles).toBeLessThan(2);
  });

  test('is two swarms during a partition, one again afterwards, and has caught up with what it missed', () => {
    const partition: Fault = { type: 'partition', from: 2 * SECOND, until: 9 * SECOND, share: 0.3 };
    const result = under([partition], 1, { ...BASE, rounds: 25 });
    expect(result.rounds.filter(({ missed }) => missed > 0)).not.toEqual([]);
    expect(result.deliveryTimes.max).toBeGreaterThan(4 * SECOND);
    expect(result.overlay.components).toEqual([60]);
    expect(reliability(result)).toBe(1);
    expect(result.healing?.time).toBeLessThan(30 * SECOND);
  });

  test('takes churn: who was there all the time gets everything', () => {
    // With seed 1 a node joins in the very last moment.
    const result = under([{ type: 'churn', joins: 2, leaves: 1, crashes: 1 }], 2);
    expect(reliability(result)).toBeGreaterThan(0.999);
    expect(result.overlay.components).toHaveLength(1);
  });

  test('goes round nodes that pass nothing on', () => {
    const result = under([{ type: 'malicious', behavior: 'silent', share: 0.1 }], 2);
    expect(reliability(result)).toBe(1);
  });

  test('goes round nodes that lie in announcements and shuffles', () => {
    const result = under([{ type: 'malicious', behavior: 'liar', share: 0.1 }], 2);
    expect(reliability(result)).toBe(1);
    expect(result.overlay.components).toEqual([60]);
  });

  test('stays together under a flood of joins, announcements and false payloads', () => {
    const result = under([{ type: 'malicious', behavior: 'flooder', share: 0.05 }]);
    expect(reliability(result)).toBe(1);
    expect(result.overlay.components).toEqual([60]);
  });

  test('works with nodes of different settings', () => {
    const config = { membership: { activeViewCapacity: 3, passiveViewCapacity: 8 } };
    const result = under([{ type: 'heterogeneous', share: 0.3, config }]);
    expect(reliability(result)).toBe(1);
    expect(result.overlay.components).toEqual([60]);
  });

  test('takes several faults together', () => {
    const result = under([
      { type: 'loss', probability: 0.05 },
      { type: 'slowNodes', share: 0.1, delay: 100 * MILLISECOND },
      { type: 'massFailure', at: 4 * SECOND, share: 0.3 },
    ]);
    expect(last(result)?.reliability).toBe(1);
  });
});

describe('a partition', () => {
  test('carries nothing across and everything within', () => {
    const network = new Network({
      config: { latency: { type: 'static', latency: 10 * MILLISECOND } },
      rng: ChaCha12Rng.seedFromU64(1),
    });
    for (let peer = 0; peer < 4; peer++) network.insertAndJoin(peer, peer === 0 ? [] : [0]);
    network.runTrips(20);
    injectFaults(network, [{ type: 'partition', until: 5 * SECOND, share: 0.5 }], faultRng(1));
    network.runFor(4 * SECOND);
    const sides = network.peers().map((peer) => network.neighbors(peer).length);
    expect(sides).toEqual([1, 1, 1, 1]);
  });
});

import { describe, expect, test } from 'vitest';
import { ChaCha12Rng, MILLISECOND, Network, type NetworkConfig, SECOND } from '../src/index.js';

const STATIC: NetworkConfig = { latency: { type: 'static', latency: 10 * MILLISECOND } };

const network = (config: NetworkConfig = STATIC, seed = 1): Network =>
  new Network({ config, rng: ChaCha12Rng.seedFromU64(seed) });

function pair(config?: NetworkConfig): Network {
  const two = network(config);
  two.insertAndJoin(0, []);
  two.insertAndJoin(1, [0]);
  return two;
}

describe('a network', () => {
  test('makes neighbors of two nodes after a join and its answer, one trip each', () => {
    const two = pair();
    two.runTrips(1);
    expect([two.neighbors(0), two.neighbors(1)]).toEqual([[1], []]);
    two.runTrips(1);
    expect([two.neighbors(0), two.neighbors(1)]).toEqual([[1], [0]]);
    expect(two.time).toBe(20 * MILLISECOND);
    expect(two.connections()).toEqual([[0, 1]]);
  });

  test('tells the others of a node that is gone after the latency and a microsecond', () => {
    const two = pair();
    two.runTrips(4);
    two.remove(1);
    expect(two.connections()).toEqual([]);
    two.runFor(10 * MILLISECOND + 999);
    expect(two.neighbors(0)).toEqual([1]);
    two.runFor(1);
    expect(two.neighbors(0)).toEqual([]);
  });

  test('does what is due at the very end of a run', () => {
    const two = pair();
    let done = false;
    two.schedule(SECOND, () => {
      done = true;
    });
    two.runUntil(SECOND - 1);
    expect(done).toBe(false);
    two.runUntil(SECOND);
    expect(done).toBe(true);
  });

  test('handles one event for each command, not necessarily that command', () => {
    const one = network();
    one.insert(0);
    one.insert(1);
    one.enqueueCommand(0, { type: 'join', peers: [] });
    one.command(1, { type: 'join', peers: [0] });
    expect([one.node(0)?.topics().length, one.node(1)?.topics().length]).toEqual([1, 0]);
  });

  test('draws the latency of a pair once, whichever way it is asked for', () => {
    const some = network({ latency: { type: 'dynamic', min: 10, max: 1_000_000 } });
    const latency = some.latencyBetween(3, 9);
    expect(some.latencyBetween(9, 3)).toBe(latency);
    expect(some.latencyBetween(3, 8)).not.toBe(latency);
    expect(some.metPairs).toBe(2);
  });

  test('says nothing of a node that was never there, unless told to', () => {
    for (const [config, pending] of [
      [STATIC, 1],
      [{ ...STATIC, unreachableAfter: 5 * MILLISECOND }, 0],
    ] as const) {
      const two = pair(config);
      two.runTrips(4);
      two.deliver(1, 0, { type: 'shuffleReply', nodes: [{ id: 77, data: undefined }] }, 0);
      two.runFor(16 * MILLISECOND);
      expect(two.snapshot(0)?.pendingNeighborRequests ?? []).toHaveLength(pending);
    }
  });

  test('gives a node its own settings when asked to', () => {
    const some = network();
    some.insert(0, { config: { membership: { activeViewCapacity: 2 } } });
    some.insert(1);
    expect(some.node(0)?.config.membership.activeViewCapacity).toBe(2);
    expect(some.node(1)?.config.membership.activeViewCapacity).toBe(5);
    expect(() => some.insert(1)).toThrow('there is a node 1 already');
  });

  test('counts messages and bytes that were received', () => {
    const two = pair();
    two.runTrips(4);
    const before = { ...two.traffic };
    two.command(0, { type: 'broadcast', content: new Uint8Array(100), scope: 'swarm' });
    two.runTrips(2);
    expect(two.traffic.payload - before.payload).toBe(1);
    expect(two.traffic.payloadBytes - before.payloadBytes).toBe(2 + 32 + 1 + 100 + 2 + 5); // the last five: the tag of its tree
    expect(two.traffic.membership).toBe(before.membership);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../../test/support/runs.js';
import { MODES } from './helper/node.js';
import { Swarm } from './helper/swarm.js';

const deliveredTo = (swarm: Swarm, text: string): number =>
  [...swarm.received.values()].filter((texts) => texts.includes(text)).length;

/** Node 0, then `count - 1` more that join through it, `pause` ms apart. */
function grow(swarm: Swarm, count: number, pause: number): Swarm {
  swarm.join(0);
  for (let id = 1; id < count; id++) {
    swarm.join(id, [0]);
    swarm.run(pause);
  }
  swarm.run(5_000);
  return swarm;
}

describe('a storm of 1,000 nodes that join through one contact in the same second', () => {
  test.each([1, 2])('ends with everybody connected in the hardened mode (seed %i)', (seed) => {
    const swarm = grow(new Swarm({ seed }), 1_001, 1);
    expect(swarm.components()).toHaveLength(1);
    expect(swarm.asymmetric()).toEqual([]);
    swarm.broadcast(500, 'hello, everybody');
    swarm.run(5_000);
    expect(deliveredTo(swarm, 'hello, everybody')).toBe(1_000);
  });

  test('ends so too when they all come at once', () => {
    const swarm = grow(new Swarm(), 1_001, 0);
    expect(swarm.components()).toHaveLength(1);
  });

  test('leaves more nodes with a full active view than the reference does', () => {
    const [reference, hardened] = MODES.map((mode) => grow(new Swarm({ config: { mode } }), 1_001, 1));
    const full = (swarm?: Swarm): number =>
      [...(swarm?.nodes.keys() ?? [])].filter((id) => swarm?.neighbors(id).length === 5).length;
    expect(full(hardened)).toBeGreaterThan(full(reference));
  });
});

describe.each(MODES)('a swarm of 100 in %s mode', (mode) => {
  test('delivers every broadcast to everybody exactly once, whoever publishes', () => {
    const swarm = grow(new Swarm({ seed: 3, config: { mode } }), 100, 20);
    for (let i = 0; i < 20; i++) {
      swarm.broadcast((i * 37) % 100, `message ${i}`);
      swarm.run(1_000);
    }
    for (const [id, texts] of swarm.received) {
      const expected = Array.from({ length: 20 }, (_, i) => i).filter((i) => (i * 37) % 100 !== id).length;
      expect(texts).toHaveLength(expected);
      expect(new Set(texts).size).toBe(expected);
    }
  });

  test('prunes itself to a tree: hardly any payload arrives twice', () => {
    const swarm = grow(new Swarm({ seed: 4, config: { mode } }), 100, 20);
    for (let i = 0; i < 10; i++) {
      swarm.broadcast(7, `settle ${i}`);
      swarm.run(1_000);
    }
    swarm.traffic.clear();
    for (let i = 0; i < 10; i++) {
      swarm.broadcast(7, `measure ${i}`);
      swarm.run(1_000);
    }
    // Relative message redundancy (TR-07-14): payloads / (nodes - 1) - 1; 0 is a perfect tree.
    const redundancy = (swarm.traffic.get('gossip') ?? 0) / (10 * 99) - 1;
    expect(redundancy).toBeLessThan(mode === 'hardened' ? 0.02 : 0.1);
  });
});

describe('a swarm that loses a third of its nodes without a word', () => {
  test('is connected again in the hardened mode, and the next broadcasts reach everybody', () => {
    const swarm = grow(new Swarm({ seed: 5 }), 120, 20);
    swarm.run(70_000);
    for (let id = 0; id < 120; id += 3) swarm.kill(id);
    swarm.run(10_000);
    expect(swarm.components()).toHaveLength(1);
    expect(swarm.asymmetric()).toEqual([]);
    swarm.broadcast(1, 'still here');
    swarm.run(5_000);
    expect([...swarm.nodes.keys()].filter((id) => id !== 1 && !swarm.received.get(id)?.includes('still here'))).toEqual(
      [],
    );
  });
});

describe('the hardened mode beside the reference', () => {
  const measure = (mode: 'reference' | 'hardened', seed: number) => {
    const swarm = grow(new Swarm({ seed, config: { mode } }), 150, 20);
    swarm.traffic.clear();
    const rounds = 20;
    for (let i = 0; i < rounds; i++) {
      swarm.broadcast((i * 61) % 150, `message ${i}`);
      swarm.run(1_500);
    }
    const delivered = [...swarm.received.values()].reduce((sum, texts) => sum + texts.length, 0);
    const hops = swarm.events.map(({ event }) =>
      event.type === 'received' && event.scope.type === 'swarm' ? event.scope.round : 0,
    );
    return {
      reliability: delivered / (rounds * 149),
      redundancy: (swarm.traffic.get('gossip') ?? 0) / (rounds * 149) - 1,
      lastHop: Math.max(...hops),
    };
  };

  test('is no worse in reliability, redundancy and last delivery hop, on average over seeds', () => {
    const mean = (mode: 'reference' | 'hardened') => {
      const runs = [1, 2, 3, 4].map((seed) => measure(mode, seed));
      const average = (pick: (run: ReturnType<typeof measure>) => number): number =>
        runs.reduce((sum, run) => sum + pick(run), 0) / runs.length;
      return {
        reliability: average((run) => run.reliability),
        redundancy: average((run) => run.redundancy),
        lastHop: average((run) => run.lastHop),
      };
    };
    const [reference, hardened] = [mean('reference'), mean('hardened')];
    expect(hardened.reliability).toBe(1);
    expect(hardened.reliability).toBeGreaterThanOrEqual(reference.reliability);
    expect(hardened.redundancy).toBeLessThanOrEqual(reference.redundancy * 1.1 + 0.02);
    expect(hardened.lastHop).toBeLessThanOrEqual(reference.lastHop * 1.1 + 1);
  });
});

describe('any schedule of joins, leaves, crashes and broadcasts', () => {
  const node = fc.integer({ min: 0, max: 11 });
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ type: fc.constant('join' as const), node, via: node }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('quit' as const), node }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('kill' as const), node }) },
    { weight: 4, arbitrary: fc.record({ type: fc.constant('broadcast' as const), node }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 2_000 }) }) },
  );

  test('leaves a hardened swarm with symmetric views, matching trees and nobody who gets anything twice', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const swarm = new Swarm();
        const topic = (id: number) => swarm.node(id).topics()[0];
        for (let id = 0; id < 12; id++) swarm.join(id);
        for (const [i, action] of steps.entries()) {
          if (action.type === 'wait') swarm.run(action.ms);
          else if (!swarm.nodes.has(action.node)) continue;
          else if (action.type === 'join') swarm.join(action.node, [action.via]);
          else if (action.type === 'quit') swarm.command(action.node, { type: 'quit' });
          else if (action.type === 'kill') swarm.kill(action.node);
          else swarm.broadcast(action.node, `message ${i}`);
        }
        // A payload whose only holders have left is told as lost after 30 s.
        swarm.run(32_000);
        expect(swarm.asymmetric()).toEqual([]);
        for (const [id, state] of swarm.nodes) {
          const joined = topic(id);
          if (joined === undefined) continue;
          const view = state.snapshot(joined);
          expect(view?.activeView).not.toContain(id);
          expect(view?.passiveView).not.toContain(id);
          expect([...(view?.eagerPeers ?? []), ...(view?.lazyPeers ?? [])].sort()).toEqual(
            [...(view?.activeView ?? [])].sort(),
          );
          expect(view?.pendingNeighborRequests).toEqual([]);
          expect(view?.missingPayloads).toBe(0);
          expect(view?.queuedAnnouncements).toBe(0);
        }
        for (const texts of swarm.received.values()) expect(new Set(texts).size).toBe(texts.length);
      }),
      { numRuns: runs(150) },
    );
  });
});

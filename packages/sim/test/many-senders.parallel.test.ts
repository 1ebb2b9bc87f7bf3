import { describe, expect, it } from 'vitest';
import {
  type Load,
  type LoadResult,
  type LoadRow,
  loadRow,
  MILLISECOND,
  type Rule,
  runLoad,
  SECOND,
} from '../src/index.js';

// The goals of rooted trees: with any number of senders, the latency of a flood at the price of a tree. `npx @grapevine/sim-cli latency`
// prints the figures.

/**
 * With few payloads, p99 means something only over several swarms. After a crash the overlays of two rules differ by chance, and the hardened mode is close
 * to its bound: with four swarms recovery took 4.9 s by this measure, with six 2.7 s, with eight none.
 */
function seedsOf({ pattern, crash }: Load): number[] {
  if (crash) return [0, 1, 2, 3, 4, 5, 6, 7];
  return pattern.perSecond <= 10 ? [0, 1, 2, 3] : [0];
}

const known = new Map<string, LoadResult[]>();

/** Each load runs once under each rule, however many goals look at it. */
function resultsOf(load: Load, rule: Rule): LoadResult[] {
  const key = JSON.stringify([load, rule]);
  const results = known.get(key) ?? seedsOf(load).map((seed) => runLoad(load, rule, seed));
  known.set(key, results);
  return results;
}

function rowOf(load: Load, rule: Rule) {
  return loadRow('', resultsOf(load, rule), resultsOf(load, 'flood'));
}

/** All nodes publish at random. The faster, the shorter: there are enough payloads. */
function loadOf(nodes: number, perSecond: number): Load {
  return { nodes, pattern: { type: 'random', perSecond }, duration: (perSecond > 200 ? 5 : 20) * SECOND };
}

const LOADS = [20, 100].flatMap((nodes) => [10, 200, 1_000].map((perSecond) => [nodes, perSecond] as const));

describe('with many senders', () => {
  it.each(LOADS)('p99 is at most 1.1 times that of a flood: %i nodes, %i/s', (nodes, perSecond) => {
    const load = loadOf(nodes, perSecond);
    expect(rowOf(load, 'hardened').p99).toBeLessThanOrEqual(1.1 * rowOf(load, 'flood').p99);
  });

  it.each(LOADS)('nothing is lost: %i nodes, %i/s', (nodes, perSecond) => {
    expect(rowOf(loadOf(nodes, perSecond), 'hardened').lost).toBe(0);
  });

  it.each(LOADS.filter(([, perSecond]) => perSecond >= 200))(
    'payloads are at most 1.1 times the least: %i nodes, %i/s',
    (nodes, perSecond) => {
      const { payloads, least } = rowOf(loadOf(nodes, perSecond), 'hardened');
      expect(payloads).toBeLessThanOrEqual(1.1 * least);
    },
  );

  it.each([20, 100])('there are at most 1.5 messages in all for each delivery: %i nodes, 200/s', (nodes) => {
    expect(rowOf(loadOf(nodes, 200), 'hardened').messagesPerDelivery).toBeLessThanOrEqual(1.5);
  });
});

describe('where all publish at the same instants', () => {
  it.each([
    [4, 0.3],
    [10, 3],
  ])('no delivery is late: %i nodes, %f ms a link', (nodes, milliseconds) => {
    const load: Load = {
      nodes,
      pattern: { type: 'together', perSecond: 100 },
      duration: 5 * SECOND,
      network: { latency: { type: 'static', latency: milliseconds * MILLISECOND } },
    };
    expect(rowOf(load, 'hardened').max).toBeLessThanOrEqual(50 * MILLISECOND);
  });
});

describe('where the first payloads of a topic cross', () => {
  // Six or seven senders while the first of their payloads goes round: the others are guests on a tree that does not stand yet.
  const BEGIN: Load = { nodes: 100, pattern: { type: 'random', perSecond: 20 }, duration: 0.4 * SECOND };

  it('a guest takes up to twice as long as a flood, and no payload waits for repair', () => {
    const [hardened, flood, reference] = (['hardened', 'flood', 'reference'] as const).map((rule) =>
      loadRow(
        '',
        Array.from({ length: 16 }, (_, seed) => runLoad(BEGIN, rule, seed)),
      ),
    ) as [LoadRow, LoadRow, LoadRow];
    expect(hardened.p99).toBeLessThanOrEqual(2 * flood.p99);
    expect(hardened.max).toBeLessThanOrEqual(2 * flood.max);
    expect(hardened.p99).toBeLessThanOrEqual(0.5 * reference.p99);
  });
});

describe('when a tenth of the nodes crashes at once', () => {
  const CRASH: Load = { nodes: 100, pattern: { type: 'random', perSecond: 50 }, crash: { share: 0.1 } };

  it('p99 is no worse than that of the reference', () => {
    expect(rowOf(CRASH, 'hardened').p99).toBeLessThanOrEqual(rowOf(CRASH, 'reference').p99);
  });

  it('p99 is back within 1.1 times that of a flood a second after the crash was noticed', () => {
    expect(rowOf(CRASH, 'hardened').recovery).toBeLessThanOrEqual(SECOND);
  });

  it('nothing is lost', () => {
    expect(rowOf(CRASH, 'hardened').lost).toBe(0);
  });
});

describe('with a single sender', () => {
  const SINGLE: Load = { ...loadOf(100, 10), senders: 1 };

  it('every payload comes once, but for the flood that finds the tree', () => {
    const floods = resultsOf(SINGLE, 'flood');
    for (const [index, { traffic, expected }] of resultsOf(SINGLE, 'hardened').entries()) {
      const flood = floods[index] as LoadResult;
      expect(traffic.payload - expected).toBeLessThanOrEqual(flood.traffic.payload / flood.broadcasts);
    }
  });

  it('p99 is at most 1.1 times that of a flood', () => {
    expect(rowOf(SINGLE, 'hardened').p99).toBeLessThanOrEqual(1.1 * rowOf(SINGLE, 'flood').p99);
  });
});

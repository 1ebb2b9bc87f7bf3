import { describe, expect, test } from 'vitest';
import {
  type Deliveries,
  type Load,
  type LoadResult,
  loadRow,
  loadTable,
  MILLISECOND,
  RULES,
  recoveryTime,
  runLoad,
  SECOND,
} from '../src/index.js';

const LOAD: Load = { nodes: 12, pattern: { type: 'random', perSecond: 20 }, duration: 4 * SECOND };
const FEW: Load = {
  ...LOAD,
  nodes: 3,
  network: { latency: { type: 'static', latency: 10 * MILLISECOND } },
};

describe('a load', () => {
  test('gives the same result with the same seed, and another one with another seed', () => {
    expect(runLoad(LOAD, 'hardened', 3)).toEqual(runLoad(LOAD, 'hardened', 3));
    expect(runLoad(LOAD, 'hardened', 4)).not.toEqual(runLoad(LOAD, 'hardened', 3));
  });

  test('is the same under each rule, and nothing of it is lost', () => {
    const results = RULES.map((rule) => runLoad(LOAD, rule, 1));
    const [{ broadcasts, timed }] = results as [LoadResult];
    for (const result of results) {
      expect(result).toMatchObject({ broadcasts, expected: 11 * broadcasts, lost: 0, noticedAt: undefined });
      // Deliveries are in another order.
      expect(result.timed.publishedAt.toSorted()).toEqual(timed.publishedAt.toSorted());
    }
  });

  test('times the payloads of the second half only', () => {
    const { timed, broadcasts } = runLoad(LOAD, 'flood', 1);
    const instants = new Set(timed.publishedAt);
    expect(instants.size).toBeGreaterThan(0.3 * broadcasts);
    expect(instants.size).toBeLessThan(0.7 * broadcasts);
    expect(timed.publishedAt).toHaveLength(11 * instants.size);
  });

  test('has all senders publish at the same instants when it should', () => {
    const pattern = { type: 'together', perSecond: 5 } as const;
    const { broadcasts, timed } = runLoad({ ...FEW, nodes: 6, pattern, senders: 3 }, 'flood', 1);
    expect(broadcasts).toBe(3 * 19); // the last instant, at 4 s, is not before the end
    for (const publishedAt of new Set(timed.publishedAt)) {
      expect(timed.publishedAt.filter((each) => each === publishedAt)).toHaveLength(3 * 5);
    }
  });

  test('lets nodes crash, who then neither publish nor count', () => {
    const crash = { share: 0.25, noticeAfter: 0.5 * SECOND };
    const { noticedAt, expected, broadcasts, lost, timed } = runLoad({ ...LOAD, crash }, 'hardened', 1);
    expect(lost).toBe(0);
    expect(expected).toBeLessThan(11 * broadcasts);
    const after = timed.publishedAt.filter((time) => time >= Number(noticedAt));
    expect(after.length).toBe(8 * new Set(after).size);
  });

  test.each<[Partial<Load>, string]>([
    [{ nodes: 1 }, 'nodes'],
    [{ senders: 13 }, 'senders'],
    [{ payloadBytes: 3 }, 'payloadBytes'],
    [{ duration: 0 }, 'duration'],
    [{ pattern: { type: 'random', perSecond: Number.NaN } }, 'pattern.perSecond'],
    [{ crash: { share: 1 } }, 'crash.share'],
  ])('that makes no sense is refused: %o', (change, field) => {
    expect(() => runLoad({ ...LOAD, ...change }, 'hardened', 0)).toThrow(new RegExp(`^${field} must be `));
  });
});

describe('a flood', () => {
  test('sends every payload over every link once or twice, and delivers after one latency where all are neighbors', () => {
    const { traffic, broadcasts, timed } = runLoad(FEW, 'flood', 1);
    // Three nodes that are all neighbors: two payloads from the publisher, one from each of the others.
    expect(traffic).toMatchObject({ payload: broadcasts * (2 + 2 * 1), control: 0 });
    expect(new Set(timed.delays)).toEqual(new Set([10 * MILLISECOND]));
  });

  test('is never later than the kernel on the same overlay', () => {
    const [hardened, flood] = (['hardened', 'flood'] as const).map((rule) => runLoad(LOAD, rule, 5).timed.delays);
    const [ours, least] = [hardened, flood].map((delays) => (delays as Float64Array).toSorted());
    expect(least?.every((delay, index) => delay <= Number(ours?.[index]))).toBe(true);
  });
});

describe('the time until deliveries are as soon again as in a flood', () => {
  /** Ten payloads a second for ten seconds; `delay` says how long each takes, in milliseconds. */
  const deliveries = (delay: (second: number) => number): Deliveries => {
    const publishedAt = Float64Array.from({ length: 100 }, (_, i) => (i / 10) * SECOND);
    return { publishedAt, delays: publishedAt.map((time) => delay(time / SECOND) * MILLISECOND) };
  };
  const flood = deliveries(() => 100);

  test('is zero when they never were later than a tenth', () => {
    expect(
      recoveryTime(
        deliveries(() => 110),
        flood,
        2 * SECOND,
      ),
    ).toBe(0);
  });

  test('is when the last late payload was published', () => {
    const late = deliveries((second) => (second >= 1 && second < 4 ? 300 : 100));
    expect(recoveryTime(late, flood, 2 * SECOND) / SECOND).toBeCloseTo(2, 1);
  });

  test('is infinite when they stay late', () => {
    expect(
      recoveryTime(
        deliveries(() => 111),
        flood,
        2 * SECOND,
      ),
    ).toBe(Number.POSITIVE_INFINITY);
  });
});

test('a row is over all seeds, and the table has a line for it', () => {
  const results = [1, 2].map((seed) => runLoad(LOAD, 'flood', seed));
  const row = loadRow('a few', results, results);
  expect(row).toMatchObject({ load: 'a few', rule: 'flood', control: 0, lost: 0, recovery: undefined });
  expect(row.least).toBe((11 * results.reduce((sum, { broadcasts }) => sum + broadcasts, 0)) / 2);
  expect([row.p50 <= row.p90, row.p90 <= row.p99, row.p99 <= row.max]).toEqual([true, true, true]);
  expect(loadTable([row]).split('\n')).toHaveLength(3);
  expect(loadTable([row])).toContain('| a few | flood | ');
});

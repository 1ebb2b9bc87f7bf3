import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Rng, seededRng } from '../src/index.js';
import { IndexSet } from '../src/structures/index-set.js';
import { testSeed } from './helper/swarm.js';

/** A generator that draws the numbers of a script, and records what it was asked. */
class Scripted implements Rng {
  readonly asked: string[] = [];
  readonly #script: number[];

  constructor(...script: number[]) {
    this.#script = script;
  }

  index(length: number): number {
    this.asked.push(`index ${length}`);
    return this.#script.shift() ?? 0;
  }

  shuffle<T>(items: T[]): void {
    this.asked.push(`shuffle ${items.length}`);
    items.reverse();
  }

  chooseWhere<T>(items: readonly T[], keep: (item: T) => boolean): T | undefined {
    this.asked.push(`choose ${items.length}`);
    return items.find(keep);
  }

  fork(): Rng {
    return this;
  }
}

const set = (...values: number[]): IndexSet<number> => {
  const result = new IndexSet<number>();
  for (const value of values) result.add(value);
  return result;
};

describe('an IndexSet', () => {
  test('appends new values and leaves present ones where they are', () => {
    const values = set(3, 1, 2);
    expect(values.add(1)).toBe(false);
    expect(values.add(4)).toBe(true);
    expect(values.values).toEqual([3, 1, 2, 4]);
  });

  test('moves the last value into the hole that delete leaves', () => {
    const values = set(1, 2, 3, 4);
    expect(values.delete(2)).toBe(true);
    expect(values.values).toEqual([1, 4, 3]);
    expect(values.delete(3)).toBe(true);
    expect(values.values).toEqual([1, 4]);
    expect(values.delete(9)).toBe(false);
  });

  test('moves everybody up when deleteRandom leaves a hole', () => {
    const values = set(1, 2, 3, 4);
    expect(values.deleteRandom(new Scripted(1))).toBe(2);
    expect(values.values).toEqual([1, 3, 4]);
  });

  test('draws for a single value too, and never for none', () => {
    const rng = new Scripted();
    expect(set(7).pick(rng)).toBe(7);
    expect(set(7).deleteRandom(rng)).toBe(7);
    expect(rng.asked).toEqual(['index 1', 'index 1']);
    expect(set().pick(rng)).toBeUndefined();
    expect(set().deleteRandom(rng)).toBeUndefined();
    expect(rng.asked).toHaveLength(2);
  });

  test('shuffles the whole copy before it cuts it', () => {
    const rng = new Scripted();
    const values = set(1, 2, 3, 4);
    expect(values.shuffled(2, rng)).toEqual([4, 3]);
    expect(values.shuffledWithout(4, 2, rng)).toEqual([3, 2]);
    expect(rng.asked).toEqual(['shuffle 4', 'shuffle 3']);
    expect(values.values).toEqual([1, 2, 3, 4]);
  });

  test('chooses among the values that pass', () => {
    expect(set(1, 2, 3).pickWhere((value) => value > 1, new Scripted())).toBe(2);
    expect(set(1).pickWhere(() => false, new Scripted())).toBeUndefined();
  });

  test('refuses an index that does not exist', () => {
    expect(() => set(1).deleteAt(1)).toThrow(RangeError);
    expect(() => set(1).deleteAt(-1)).toThrow(RangeError);
  });

  test('holds the same values as a Set after any additions and deletions', () => {
    const step = fc.record({ add: fc.boolean(), value: fc.integer({ min: 0, max: 12 }) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const ours = set();
        const model = new Set<number>();
        for (const { add, value } of steps) {
          if (add) {
            expect(ours.add(value)).toBe(!model.has(value));
            model.add(value);
          } else {
            expect(ours.delete(value)).toBe(model.delete(value));
          }
        }
        expect(ours.size).toBe(model.size);
        expect([...ours.values].sort()).toEqual([...model].sort());
      }),
    );
  });
});

describe('the default generator', () => {
  test('repeats itself from its seed and differs between seeds', () => {
    const draws = (seed: Uint8Array): number[] => {
      const rng = seededRng(seed);
      return Array.from({ length: 20 }, () => rng.index(1_000_000));
    };
    expect(draws(testSeed(1))).toEqual(draws(testSeed(1)));
    expect(draws(testSeed(1))).not.toEqual(draws(testSeed(2)));
  });

  test('draws every index about equally often', () => {
    const rng = seededRng(testSeed(1));
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) {
      const index = rng.index(7);
      counts[index] = (counts[index] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  test('puts every item first about equally often', () => {
    const rng = seededRng(testSeed(3));
    const counts = new Map<number, number>();
    for (let i = 0; i < 20_000; i++) {
      const items = [0, 1, 2, 3];
      rng.shuffle(items);
      expect([...items].sort()).toEqual([0, 1, 2, 3]);
      counts.set(items[0] as number, (counts.get(items[0] as number) ?? 0) + 1);
    }
    for (const count of counts.values()) expect(Math.abs(count - 5_000)).toBeLessThan(350);
  });

  test('forks into generators that go their own ways', () => {
    const rng = seededRng(testSeed(1));
    const [a, b] = [rng.fork(), rng.fork()];
    const draw = (from: Rng): number[] => Array.from({ length: 10 }, () => from.index(1_000));
    expect(draw(a)).not.toEqual(draw(b));
  });

  test('refuses a seed that is too short, and survives one of zeros', () => {
    expect(() => seededRng(new Uint8Array(15))).toThrow(RangeError);
    const rng = seededRng(new Uint8Array(16));
    expect(new Set(Array.from({ length: 50 }, () => rng.index(1_000))).size).toBeGreaterThan(20);
  });
});

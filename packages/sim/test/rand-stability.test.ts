import { describe, expect, test } from 'vitest';
import { choose, chooseWhere, shuffle } from '../src/sequence.js';
import { rangeDuration, rangeU32, rangeU64, UniformU32, UniformU64, uniformDuration } from '../src/uniform.js';

// rand 0.10 promises that these values stay: seq/slice.rs, seq/iterator.rs, distr/uniform.rs, distr/uniform_int.rs.

const MASK = (1n << 64n) - 1n;

/** PCG32 with the increment of rand's own tests. */
class Pcg32 {
  private readonly increment = ((11634580027462260723n << 1n) | 1n) & MASK;
  private state: bigint;

  constructor(seed: number) {
    this.state = this.step((BigInt(seed) + this.increment) & MASK);
  }

  nextU32(): number {
    const { state } = this;
    this.state = this.step(state);
    const mixed = Number((((state >> 18n) ^ state) >> 27n) & 0xffff_ffffn);
    const turn = Number(state >> 59n);
    return ((mixed >>> turn) | (mixed << ((32 - turn) & 31))) >>> 0;
  }

  nextU64(): bigint {
    const low = BigInt(this.nextU32());
    return (BigInt(this.nextU32()) << 32n) | low;
  }

  private step(state: bigint): bigint {
    return (state * 6364136223846793005n + this.increment) & MASK;
  }
}

const three = <T>(draw: () => T): T[] => [draw(), draw(), draw()];
const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

describe('with the generator of its own tests, rand and we agree on', () => {
  test('integers of 32 bits, drawn once and prepared', () => {
    const rng = new Pcg32(897);
    expect(three(() => rangeU32(rng, 11, 219))).toEqual([17, 66, 214]);
    const uniform = new UniformU32(11, 218);
    expect(three(() => uniform.sample(rng))).toEqual([181, 93, 165]);
  });

  test('integers of 64 bits, drawn once and prepared', () => {
    const rng = new Pcg32(897);
    expect(three(() => rangeU64(rng, 11n, 219n))).toEqual([66n, 181n, 165n]);
    const uniform = new UniformU64(11n, 218n);
    expect(three(() => uniform.sample(rng))).toEqual([127n, 134n, 139n]);
  });

  test('durations of more than a second', () => {
    const rng = new Pcg32(897);
    expect(three(() => rangeDuration(rng, 2e9, 4e9))).toEqual([2_532615131, 3_638826742, 3_485707508]);
    const draw = uniformDuration(2e9, 4e9);
    expect(three(() => draw(rng))).toEqual([3_117337521, 3_191764285, 3_236507617]);
  });

  test('choosing from a list of known length', () => {
    expect(choose(new Pcg32(411), range(100))).toBe(33);
    const rng = new Pcg32(413);
    expect(choose(rng, [...'abcdefghijklmn'])).toBe('l');
    expect(choose(rng, range(13))).toBe(3);
  });

  test('choosing from a list of unknown length', () => {
    expect(chooseWhere(new Pcg32(411), range(100), () => true)).toBe(27);
  });

  test('shuffling', () => {
    const items = range(13);
    shuffle(new Pcg32(414), items);
    expect(items).toEqual([5, 11, 0, 8, 7, 12, 6, 4, 9, 3, 1, 2, 10]);
  });
});

test('an empty range is refused', () => {
  const rng = new Pcg32(1);
  expect(() => rangeU32(rng, 3, 3)).toThrow(RangeError);
  expect(() => rangeU64(rng, 3n, 3n)).toThrow(RangeError);
  expect(() => rangeDuration(rng, 3, 3)).toThrow(RangeError);
  expect(() => new UniformU32(3, 2)).toThrow(RangeError);
  expect(() => new UniformU64(3n, 2n)).toThrow(RangeError);
});

import { describe, expect, test } from 'vitest';
import { ChaCha12Rng } from '../src/index.js';
import { rangeDuration } from '../src/uniform.js';

// The values of the reference: rand 0.10.1, rand_core 0.10.1, chacha20 0.10.0 and iroh-gossip's util.rs. The others come from an
// implementation that was checked against those.

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const times = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);
const ms = (value: number): number => value * 1_000_000;

const words = (rng: ChaCha12Rng, count: number): number[] => times(count, () => rng.nextU32());

describe('seeding', () => {
  test.each([
    [42, 'a48fa17b58323d0aeab8a1cc690114b82b8cc87518b4f7548d446ea1e4df20f2'],
    [0, 'ecf273f981b5cd4587f0467306ad6cadd0d0a3e33317e767f29bea72d78a7dfe'],
  ])('from the integer %i makes the seed of the reference', (seed, expected) => {
    const bytes = Uint8Array.from(expected.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    expect(words(ChaCha12Rng.seedFromU64(seed), 40)).toEqual(words(ChaCha12Rng.fromSeed(bytes), 40));
  });

  test('takes any 64-bit integer, as a number or a bigint, and nothing else', () => {
    expect(words(ChaCha12Rng.seedFromU64(7n), 4)).toEqual(words(ChaCha12Rng.seedFromU64(7), 4));
    expect(() => ChaCha12Rng.seedFromU64(2n ** 64n - 1n)).not.toThrow();
    expect(() => ChaCha12Rng.seedFromU64(-1)).toThrow(RangeError);
    expect(() => ChaCha12Rng.seedFromU64(2n ** 64n)).toThrow(RangeError);
    expect(() => ChaCha12Rng.seedFromU64(0.5)).toThrow(RangeError);
    expect(() => ChaCha12Rng.fromSeed(new Uint8Array(31))).toThrow(RangeError);
  });

  test('from another generator takes eight words of it', () => {
    const parent = ChaCha12Rng.seedFromU64(0);
    expect(words(ChaCha12Rng.fromRng(parent), 4)).toEqual([372921416, 1681864940, 1332342445, 1759467867]);
    expect(parent.nextU32()).toBe(3739319057);
  });

  test('gives the values of the construction test of rand', () => {
    const seed = new Uint8Array(32);
    seed.set([1, 0, 0, 0, 23, 0, 0, 0, 200, 1, 0, 0, 210, 30]);
    const rng = ChaCha12Rng.fromSeed(seed);
    expect(rng.nextU64()).toBe(10719222850664546238n);
    expect(ChaCha12Rng.fromRng(rng).nextU64()).toBe(14064965282130556830n);
  });
});

describe('the stream', () => {
  test.each([
    [42, [572990626, 2261546851, 1068323197, 2330987027, 3729863889, 2733596785, 4252381362, 1743334776]],
    [0, [3442241407, 3140108210, 2384947579, 3321986196]],
  ])('of seed %i begins as the reference does', (seed, expected) => {
    expect(words(ChaCha12Rng.seedFromU64(seed), expected.length)).toEqual(expected);
  });

  test('of the zero key is the published keystream of ChaCha12, also in the second block', () => {
    const bytes = new Uint8Array(128);
    ChaCha12Rng.fromSeed(new Uint8Array(32)).fillBytes(bytes);
    // draft-strombergson-chacha-test-vectors-01, TC1, 12 rounds, 256-bit key.
    expect(hex(bytes)).toBe(
      '9bf49a6a0755f953811fce125f2683d50429c3bb49e074147e0089a52eae155f' +
        '0564f879d27ae3c02ce82834acfa8c793a629f2ca0de6919610be82f411326be' +
        '0bd58841203e74fe86fc71338ce0173dc628ebb719bdcbcc151585214cc089b4' +
        '42258dcda14cf111c602b8971b8cc843e91e46ca905151c02744a6b017e69316',
    );
  });

  test('gives a 64-bit integer from two words, the first as its low half, also across two blocks', () => {
    const [low, high] = words(ChaCha12Rng.seedFromU64(42), 2) as [number, number];
    expect(ChaCha12Rng.seedFromU64(42).nextU64()).toBe((BigInt(high) << 32n) | BigInt(low));
    const across = ChaCha12Rng.seedFromU64(42);
    const reference = words(ChaCha12Rng.seedFromU64(42), 17);
    words(across, 15);
    expect(across.nextU64()).toBe((BigInt(reference[16] as number) << 32n) | BigInt(reference[15] as number));
  });

  test('throws the rest of a word away when the bytes asked for are not a multiple of four', () => {
    const rng = ChaCha12Rng.seedFromU64(42);
    const bytes = new Uint8Array(5);
    rng.fillBytes(bytes);
    expect(rng.nextU32()).toBe(1068323197);
  });
});

describe('durations', () => {
  test('between 10 and 100 ms take one word each', () => {
    const rng = ChaCha12Rng.seedFromU64(0);
    expect(times(6, () => rangeDuration(rng, ms(10), ms(100)))).toEqual([
      82131335, 75800207, 59975999, 79611416, 82840782, 12326017,
    ]);
    expect(rng.nextU32()).toBe(words(ChaCha12Rng.seedFromU64(0), 7)[6]);
  });

  test('between 10 and 50 ms are those of the reference', () => {
    const rng = ChaCha12Rng.seedFromU64(0);
    expect(times(6, () => rangeDuration(rng, ms(10), ms(50)))).toEqual([
      42058371, 39244536, 32211555, 40938407, 42373681, 11033785,
    ]);
  });
});

describe('the choices of the protocol, as util.rs of iroh-gossip tests them with seed 42', () => {
  const fresh = (): ChaCha12Rng => ChaCha12Rng.seedFromU64(42);
  const shuffled = (items: number[]): number[] => {
    fresh().shuffle(items);
    return items;
  };

  test('shuffled', () => {
    expect(shuffled([1, 2, 3, 4])).toEqual([2, 1, 4, 3]);
    expect(shuffled([1, 2, 3, 4]).slice(0, 2)).toEqual([2, 1]);
    expect(shuffled([2, 3, 4])).toEqual([3, 2, 4]);
  });

  test('picked, picked without, removed', () => {
    expect([1, 2, 3, 4][fresh().index(4)]).toBe(1);
    expect(fresh().chooseWhere([1, 2, 3, 4], (item) => item !== 3)).toBe(4);
    const items = [1, 2, 3, 4];
    items.splice(fresh().index(items.length), 1);
    expect(items).toEqual([2, 3, 4]);
  });
});

describe('shuffle and choose with seed 7', () => {
  test('shuffle 30 items with five words: four chunks, one of which took a second', () => {
    const rng = ChaCha12Rng.seedFromU64(7);
    const items = Array.from({ length: 30 }, (_, i) => i);
    rng.shuffle(items);
    expect(items.join()).toBe('18,3,21,25,15,28,16,29,13,19,17,12,26,8,6,23,2,24,1,22,11,4,9,20,10,14,27,0,7,5');
    expect(rng.nextU32()).toBe(words(ChaCha12Rng.seedFromU64(7), 6)[5]);
  });

  test('choose from a filtered 1 to 10, eight times in a row, with eight words', () => {
    const rng = ChaCha12Rng.seedFromU64(7);
    const items = Array.from({ length: 10 }, (_, i) => i + 1);
    expect(times(8, () => rng.chooseWhere(items, () => true))).toEqual([2, 10, 5, 4, 9, 8, 3, 9]);
    expect(rng.nextU32()).toBe(words(ChaCha12Rng.seedFromU64(7), 9)[8]);
  });

  test('no draw where nothing is to be chosen', () => {
    const rng = ChaCha12Rng.seedFromU64(7);
    rng.shuffle(['only']);
    expect(rng.choose([])).toBeUndefined();
    expect(rng.choose(['only'])).toBe('only');
    expect(rng.chooseWhere([1, 2, 3], (item) => item === 2)).toBe(2);
    expect(rng.nextU32()).toBe(words(ChaCha12Rng.seedFromU64(7), 1)[0]);
  });

  test('an index below one costs a word', () => {
    const rng = ChaCha12Rng.seedFromU64(7);
    expect(rng.index(1)).toBe(0);
    expect(rng.nextU32()).toBe(words(ChaCha12Rng.seedFromU64(7), 2)[1]);
    expect(() => rng.index(0)).toThrow(RangeError);
  });
});

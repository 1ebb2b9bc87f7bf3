import { describe, expect, test } from 'vitest';
import { integer, parseArguments, positional, UsageError } from '../src/index.js';

describe('positional arguments', () => {
  test.each([
    [['a'], ['A']],
    [['a'], ['A', '[B]']],
    [
      ['a', 'b'],
      ['A', '[B]'],
    ],
    [['a'], ['A', '[B…]']],
    [
      ['a', 'b', 'c'],
      ['A', '[B…]'],
    ],
    [[], []],
  ])('%j fit %j', (given, names) => {
    expect(positional(given, ...names)).toEqual(given);
  });

  test.each([
    [[], ['A'], 'A is missing'],
    [['a'], ['A', 'B', '[C]'], 'B is missing'],
    [['a', 'b', 'c'], ['A', '[B]'], 'unexpected argument "c"'],
    [['a'], [], 'unexpected argument "a"'],
  ])('%j do not fit %j', (given, names, message) => {
    expect(() => positional(given, ...names)).toThrow(UsageError);
    expect(() => positional(given, ...names)).toThrow(message);
  });
});

test.each(['', '-1', '1.5', '0x10', '11', 'ten'])('%j is no whole number from 0 to 10', (text) => {
  expect(() => integer('--n', text, 0, 10)).toThrow(
    new UsageError(`--n must be a whole number from 0 to 10, got ${JSON.stringify(text)}`),
  );
  expect(integer('--n', '10', 0, 10)).toBe(10);
});

test('an unknown flag is the mistake of the user', () => {
  const parse = (allowPositionals: boolean) => () => parseArguments({ args: ['-dash'], options: {}, allowPositionals });
  expect(parse(false)).toThrow(new UsageError("Unknown option '-d' (see --help)"));
  expect(parse(true)).toThrow(
    new UsageError("Unknown option '-d' (see --help; an argument that begins with - goes behind --)"),
  );
});

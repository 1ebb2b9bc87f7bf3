import { describe, expect, test } from 'vitest';
import { integer, parseArguments, positional, UsageError } from '../src/index.js';

describe('mistakes in arguments are one line', () => {
  test.each([
    ['an unknown option', ['--frob'], 'unknown option "--frob" (see --help)'],
    ['a misspelt option', ['--naem'], `unknown option "--naem", did you mean "--name"? (see --help)`],
    ['no value', ['--name'], '--name needs a value (see --help)'],
    [
      'an option for a value',
      ['--name', '--loud'],
      '--name needs a value (one that begins with - is written --name=VALUE)',
    ],
    ['something that belongs nowhere', ['v1.2'], 'unexpected argument "v1.2" (see --help)'],
  ])('%s', (_, args, message) => {
    const parse = () => parseArguments({ args, options: { name: { type: 'string' }, loud: { type: 'boolean' } } });
    expect(parse).toThrow(new UsageError(message));
    expect(parse).toThrow(UsageError);
  });

  test('that say how an argument is meant that begins with a dash, where one may stand', () => {
    const parse = (allowPositionals: boolean) => () =>
      parseArguments({ args: ['-dash'], options: {}, allowPositionals });
    expect(parse(false)).toThrow(new UsageError('unknown option "-d" (see --help)'));
    expect(parse(true)).toThrow(
      new UsageError('unknown option "-d" (see --help; an argument that begins with - goes behind --)'),
    );
  });

  test('a negative number is a value, and no option', () => {
    const parse = (...args: string[]) =>
      parseArguments({ args, options: { name: { type: 'string' } }, allowPositionals: true });
    expect(parse('--name', '-5').values).toEqual({ name: '-5' });
    expect(parse('--name', '5', '--', '--name', '-5').positionals).toEqual(['--name', '-5']);
  });

  test.each(['0', '11', '-1', '1.5', '1e1', '0x5', ' 5', ''])('%j is no whole number from 1 to 10', (text) => {
    expect(() => integer('--count', text, 1, 10)).toThrow(
      new UsageError(`--count must be a whole number from 1 to 10, got ${JSON.stringify(text)}`),
    );
  });

  test('whole numbers', () => {
    expect(['1', '10', '007'].map((text) => integer('--count', text, 1, 10))).toEqual([1, 10, 7]);
  });
});

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
    [[], ['A'], 'A is missing (see --help)'],
    [['a'], ['A', 'B', '[C]'], 'B is missing (see --help)'],
    [['a', 'b', 'c'], ['A', '[B]'], 'unexpected argument "c" (see --help)'],
    [['a'], [], 'unexpected argument "a" (see --help)'],
  ])('%j do not fit %j', (given, names, message) => {
    expect(() => positional(given, ...names)).toThrow(new UsageError(message));
  });
});

import { describe, expect, test } from 'vitest';
import { integer, parseArguments, positional, UsageError } from '../src/index.js';

describe('mistakes in arguments are one line', () => {
  test.each([
    ['an unknown option', ['--frob'], "Unknown option '--frob' (see --help)"],
    ['no value', ['--name'], "Option '--name <value>' argument missing (see --help)"],
    ['an option for a value', ['--name', '--loud'], "Option '--name' argument is ambiguous (see --help)"],
    ['something that belongs nowhere', ['v1.2'], "Unexpected argument 'v1.2' (see --help)"],
  ])('%s', (_, args, message) => {
    const parse = () => parseArguments({ args, options: { name: { type: 'string' }, loud: { type: 'boolean' } } });
    expect(parse).toThrow(new UsageError(message));
    expect(parse).toThrow(UsageError);
  });

  test('too few and too many', () => {
    expect(positional(['a', 'b'], 'FROM', 'TO')).toEqual(['a', 'b']);
    expect(() => positional(['a'], 'FROM', 'TO')).toThrow(new UsageError('TO is missing (see --help)'));
    expect(() => positional(['a', 'b'], 'FROM')).toThrow(new UsageError('unexpected argument "b" (see --help)'));
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

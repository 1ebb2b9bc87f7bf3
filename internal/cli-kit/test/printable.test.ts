import { describe, expect, test } from 'vitest';
import { printable, printableJson } from '../src/index.js';

/** By Unicode's own properties: controls but for the tab, marks that reorder text, separators of lines and paragraphs. */
const STEERING = /(?!\t)[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/u;

const codePoints = Array.from({ length: 0x110000 }, (_, code) => String.fromCodePoint(code));

describe('a text from the network', () => {
  test('cannot steer the terminal with any character of Unicode; all others are printed as they are', () => {
    const wrong = codePoints.filter(
      (character) => printable(`<${character}>`) !== `<${STEERING.test(character) ? '\ufffd' : character}>`,
    );
    expect(wrong.map((character) => character.codePointAt(0)?.toString(16))).toEqual([]);
  });

  test('is one line, without the line ending that it was typed with', () => {
    expect(printable('\x1b[2Jboo\x07\u202e\n')).toBe('\ufffd[2Jboo\ufffd\ufffd');
    expect(printable('two\nlines\r\n')).toBe('two\ufffdlines');
    expect(printable('\n')).toBe('');
  });

  test('keeps letters and pictures of all kinds', () => {
    expect(printable('grüße 👩‍👩‍👧 שלום')).toBe('grüße 👩‍👩‍👧 שלום');
  });
});

test('a value from the network as JSON is the same value, and cannot steer the terminal', () => {
  const value = { text: codePoints.filter((character) => STEERING.test(character)).join(''), list: ['grüße 👋\t'] };
  const json = printableJson(value, undefined, 2);
  expect(JSON.parse(json)).toEqual(value);
  expect(json).toContain('grüße 👋');
  expect(json.replaceAll('\n', '')).not.toMatch(STEERING);
});

import { expect, test } from 'vitest';
import { printable, printableJson } from '../src/index.js';

test.each([
  ['\x1b[2Jboo\x07', '\ufffd[2Jboo\ufffd'],
  ['two\nlines\r\n', 'two\ufffdlines'],
  ['\u202egnp.exe', '\ufffdgnp.exe'],
  ['a\u2028b\u2029c\u061c', 'a\ufffdb\ufffdc\ufffd'],
  ['\x85\x9b31m', '\ufffd\ufffd31m'],
])('what steers a terminal is replaced: %j', (text, shown) => {
  expect(printable(text)).toBe(shown);
});

test.each(['grüße 👋', 'a\ttab', 'שלום', ''])('other texts stay as they are: %j', (text) => {
  expect(printable(text)).toBe(text);
});

test('in JSON it is escaped, and the value is the same', () => {
  const value = { text: 'a\x1b[2J\x9b31m\u202eb\u2028\n\t', list: ['grüße 👋'] };
  const json = printableJson(value, undefined, 2);
  expect(JSON.parse(json)).toEqual(value);
  expect(json).toContain('"a\\u001b[2J\\u009b31m\\u202eb\\u2028\\n\\t"');
  expect(json).toContain('grüße 👋');
});

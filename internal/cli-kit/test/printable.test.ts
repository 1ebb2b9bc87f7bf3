import { expect, test } from 'vitest';
import { printable } from '../src/index.js';

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

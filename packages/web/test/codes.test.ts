import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHttpCode, toHttpCode } from '../src/http3/codes.js';

describe('codes of streams', () => {
  test('are carried as the draft says', () => {
    expect(toHttpCode(0)).toBe(0x52e4a40fa8db);
    expect(toHttpCode(29)).toBe(0x52e4a40fa8f8);
    expect(toHttpCode(30)).toBe(0x52e4a40fa8fa);
    expect(toHttpCode(2 ** 32 - 1)).toBe(0x52e5ac983162);
  });

  test('come back as they were, and never hit a reserved code of HTTP/3', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (code) => {
        const carried = toHttpCode(code);
        expect(fromHttpCode(carried)).toBe(code);
        expect((carried - 0x21) % 0x1f).not.toBe(0);
      }),
    );
  });

  test('that are not WebTransport’s are 0', () => {
    for (const code of [0, 0x100, 0x10c, 0x52e4a40fa8da, 0x52e5ac983163, 0x52e4a40fa8f9])
      expect(fromHttpCode(code)).toBe(0);
  });
});

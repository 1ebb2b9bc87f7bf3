import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../../test/support/runs.js';
import { BadUtf8Error, decode, encode, string, UnexpectedEndError } from '../src/index.js';
import { hex, toHex } from './helper.js';

const platform = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const prefixed = (bytes: Uint8Array): Uint8Array =>
  Uint8Array.of(...encode(string, 'a'.repeat(bytes.length)).subarray(0, bytes.length < 128 ? 1 : 2), ...bytes);

describe('text', () => {
  test.each(['', 'hello\n', 'grüße', '日本語', '🍇', '\ufeffwith a byte order mark', 'a\u0000b'])(
    '%j is UTF-8 on the wire',
    (text) => {
      const bytes = encode(string, text);
      expect(toHex(bytes.subarray(1))).toBe(Buffer.from(text, 'utf8').toString('hex'));
      expect(decode(string, bytes)).toBe(text);
    },
  );

  test('of any content comes back as it was and agrees with TextEncoder', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const bytes = encode(string, text);
        expect(toHex(bytes).endsWith(Buffer.from(text, 'utf8').toString('hex'))).toBe(true);
        expect(decode(string, bytes)).toBe(text);
      }),
    );
  });

  test('longer than an argument list comes back as it was', () => {
    const text = 'ab🍇'.repeat(50_000);
    expect(decode(string, encode(string, text))).toBe(text);
  });

  test('is refused exactly when a strict TextDecoder refuses it', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      // Mostly leads and continuations, so that malformed sequences of every kind turn up.
      fc
        .array(
          fc.constantFrom(
            0x41,
            0x80,
            0x8f,
            0x90,
            0x9f,
            0xa0,
            0xbf,
            0xc0,
            0xc1,
            0xc2,
            0xdf,
            0xe0,
            0xed,
            0xef,
            0xf0,
            0xf4,
            0xf5,
            0xff,
          ),
          { maxLength: 8 },
        )
        .map((list) => Uint8Array.from(list)),
    );
    fc.assert(
      fc.property(bytes, (input) => {
        let expected: string | undefined;
        try {
          expected = platform.decode(input);
        } catch {
          expected = undefined;
        }
        if (expected === undefined) expect(() => decode(string, prefixed(input))).toThrow(BadUtf8Error);
        else expect(decode(string, prefixed(input))).toBe(expected);
      }),
      { numRuns: runs(3_000) },
    );
  });

  test('that is malformed is reported where the bad character begins', () => {
    expect(() => decode(string, hex('04 61 62 ed a0'))).toThrow(
      expect.objectContaining({ kind: 'BadUtf8', offset: 3 }),
    );
  });

  test('that is cut short is an unexpected end', () => {
    expect(() => decode(string, hex('05 61 62'))).toThrow(UnexpectedEndError);
    expect(() => decode(string, hex('ffffffffffffffffff01 61'))).toThrow(UnexpectedEndError);
  });

  test.each(['\ud800', 'a\udc00b', '\ud800\ud800', '\udbffx'])('with a lone surrogate cannot be encoded', (text) => {
    expect(() => encode(string, text)).toThrow(RangeError);
  });
});

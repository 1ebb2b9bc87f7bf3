import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Http3Error } from '../src/http3/codes.js';
import { decodeHuffman } from '../src/http3/huffman.js';
import { decodeFields, encodeFields } from '../src/http3/qpack.js';

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

describe('Huffman strings', () => {
  // RFC 7541, appendix C.4 to C.6.
  test.each([
    ['f1e3 c2e5 f23a 6ba0 ab90 f4ff', 'www.example.com'],
    ['a8eb 1064 9cbf', 'no-cache'],
    ['25a8 49e9 5ba9 7d7f', 'custom-key'],
    ['25a8 49e9 5bb8 e8b4 bf', 'custom-value'],
    ['6402', '302'],
    ['aec3 771a 4b', 'private'],
    ['d07a be94 1054 d444 a820 0595 040b 8166 e082 a62d 1bff', 'Mon, 21 Oct 2013 20:13:21 GMT'],
    ['9d29 ad17 1863 c78f 0b97 c8e9 ae82 ae43 d3', 'https://www.example.com'],
  ])('%s is %s', (coded, plain) => {
    expect(text(decodeHuffman(hex(coded)))).toBe(plain);
  });

  test('an end of the string that is written out, padding that is none, and padding of a whole byte are refused', () => {
    expect(() => decodeHuffman(hex('ffffffff'))).toThrow('end of the string');
    expect(() => decodeHuffman(hex('00'))).toThrow('padding');
    expect(() => decodeHuffman(hex('6402 ff'))).toThrow('padding');
  });

  test('anything is decoded or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          expect(decodeHuffman(bytes).length).toBeLessThanOrEqual((bytes.length * 8) / 5);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('header fields', () => {
  test('are read as Chromium writes them: static entries, names of static entries, literals in Huffman’s code', () => {
    // :method CONNECT (static 15); :protocol (literal name) webtransport; :scheme https (static 23); :path (name 1) www.example.com
    const coded = hex(
      '0000 cf 27 02 3a70726f746f636f6c 0c 7765627472616e73706f7274 d7 51 8c f1e3 c2e5 f23a 6ba0 ab90 f4ff',
    );
    expect(decodeFields(coded)).toEqual([
      [':method', 'CONNECT'],
      [':protocol', 'webtransport'],
      [':scheme', 'https'],
      [':path', 'www.example.com'],
    ]);
  });

  test('that we write are read as they were', () => {
    const name = fc.stringMatching(/^[a-z:-]{1,20}$/);
    const value = fc.stringMatching(/^[ -~]{0,200}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 64 }), (fields) => {
        expect(decodeFields(encodeFields(fields))).toEqual(fields);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['a dynamic table', '02 00'],
    ['an indexed field of the dynamic table', '0000 80'],
    ['a name of the dynamic table', '0000 40 00'],
    ['an entry behind the static table', '0000 ff 24'],
    ['an integer that never ends', '0000 ff ffffffffffffffff'],
    ['a string that is cut off', '0000 51 05 61'],
    ['nothing at all', ''],
  ])('with %s are refused', (_, coded) => {
    expect(() => decodeFields(hex(coded))).toThrow(Http3Error);
  });

  test('more than 64 are refused', () => {
    expect(() => decodeFields(encodeFields(Array.from({ length: 65 }, () => ['a', 'b'] as const)))).toThrow(
      'more than 64',
    );
  });

  test('anything is read or refused as a violation', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeFields(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(Http3Error);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});

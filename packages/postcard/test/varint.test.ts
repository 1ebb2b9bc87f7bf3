import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BadVarintError,
  decode,
  decodeWithRest,
  encode,
  encodedLength,
  type Schema,
  UnexpectedEndError,
  u8,
  u16,
  u32,
  u64,
} from '../src/index.js';
import { hex, toHex } from './helper.js';

describe('a varint', () => {
  // Encodings that are longer than needed, as the Rust crate reads them.
  test.each([
    ['8000', u16, 0],
    ['808000', u16, 0],
    ['8100', u16, 1],
    ['ffff03', u16, 65_535],
    ['8080808000', u32, 0],
    ['ffffffff0f', u32, 4_294_967_295],
    ['80808080808080808001', u64, 2n ** 63n],
    ['ffffffffffffffffff01', u64, 2n ** 64n - 1n],
  ] as [string, Schema<unknown>, unknown][])('%s is read, over-long or not', (bytes, schema, value) => {
    expect(decode(schema, hex(bytes))).toBe(value);
  });

  test.each([
    ['80808000', u16],
    ['ffff04', u16],
    ['ffff07', u16],
    ['808080', u16],
    ['ffffffff10', u32],
    ['808080808000', u32],
    ['80808080808080808002', u64],
    ['8080808080808080808000', u64],
  ] as [string, Schema<unknown>][])('%s is refused as too long or too large', (bytes, schema) => {
    const error = catchError(() => decode(schema, hex(bytes)));
    expect(error).toBeInstanceOf(BadVarintError);
    expect(error).toMatchObject({ kind: 'BadVarint', offset: 0, name: 'BadVarintError' });
  });

  test.each([u16, u32, u64])('that ends too early is an unexpected end', (schema) => {
    expect(() => decode(schema as Schema<unknown>, hex('80'))).toThrow(UnexpectedEndError);
    expect(() => decode(schema as Schema<unknown>, hex(''))).toThrow(UnexpectedEndError);
  });

  test.each([
    [u16, 0, '00'],
    [u16, 127, '7f'],
    [u16, 128, '8001'],
    [u16, 16_383, 'ff7f'],
    [u16, 16_384, '808001'],
    [u32, 2 ** 31, '8080808008'],
    [u32, 2 ** 32 - 1, 'ffffffff0f'],
    [u64, 2n ** 63n, '80808080808080808001'],
  ] as [Schema<unknown>, unknown, string][])('is written in its shortest form', (schema, value, bytes) => {
    expect(toHex(encode(schema, value))).toBe(bytes);
  });

  test('of any width comes back as it was, in the measured length', () => {
    const widths: [Schema<unknown>, fc.Arbitrary<unknown>][] = [
      [u8, fc.integer({ min: 0, max: 0xff })],
      [u16, fc.integer({ min: 0, max: 0xffff })],
      [u32, fc.integer({ min: 0, max: 0xffff_ffff })],
      [u64, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })],
    ];
    for (const [schema, values] of widths) {
      fc.assert(
        fc.property(values, (value) => {
          const bytes = encode(schema, value);
          expect(bytes.length).toBe(encodedLength(schema, value));
          expect(decodeWithRest(schema, bytes)).toEqual({ value, rest: new Uint8Array() });
        }),
      );
    }
  });

  test.each([
    [u8, 256],
    [u8, -1],
    [u16, 65_536],
    [u16, 1.5],
    [u16, Number.NaN],
    [u32, 2 ** 32],
    [u32, -1],
    [u64, 2n ** 64n],
    [u64, -1n],
  ] as [Schema<unknown>, unknown][])('outside its range cannot be encoded', (schema, value) => {
    expect(() => encode(schema, value)).toThrow(RangeError);
  });

  test.each([u8, u16, u32, u64])('of the wrong type cannot be encoded', (schema) => {
    expect(() => encode(schema as Schema<unknown>, '1')).toThrow(TypeError);
    expect(() => encode(schema as Schema<unknown>, undefined)).toThrow(TypeError);
  });
});

function catchError(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('it did not throw');
}

import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { runs } from '../../../test/support/runs.js';
import {
  array32,
  BadBoolError,
  BadOptionError,
  BadVariantError,
  bool,
  bytes,
  DecodeError,
  decode,
  decodeWithRest,
  encode,
  encodedLength,
  encodeInto,
  enumOf,
  flatEnum,
  type Infer,
  InvalidValueError,
  mapped,
  option,
  type Schema,
  seq,
  string,
  struct,
  UnexpectedEndError,
  u8,
  u16,
  u32,
  u64,
  unitEnum,
} from '../src/index.js';
import { hex, toHex } from './helper.js';

const everything = struct({
  flag: bool,
  small: u8,
  count: u32,
  big: u64,
  name: option(string),
  id: array32,
  data: bytes,
  shapes: seq(enumOf({ point: {}, circle: { radius: u16 }, label: { text: string, inner: option(u8) } })),
  color: unitEnum(['red', 'green']),
});
type Everything = Infer<typeof everything>;

const arbitrary: fc.Arbitrary<Everything> = fc.record({
  flag: fc.boolean(),
  small: fc.integer({ min: 0, max: 255 }),
  count: fc.integer({ min: 0, max: 0xffff_ffff }),
  big: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  name: fc.option(fc.string(), { nil: undefined }),
  id: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  data: fc.uint8Array({ maxLength: 300 }),
  shapes: fc.array(
    fc.oneof(
      fc.constant({ type: 'point' as const }),
      fc.record({ type: fc.constant('circle' as const), radius: fc.integer({ min: 0, max: 0xffff }) }),
      fc.record({
        type: fc.constant('label' as const),
        text: fc.string(),
        inner: fc.option(fc.integer({ min: 0, max: 255 }), { nil: undefined }),
      }),
    ),
  ),
  color: fc.constantFrom('red' as const, 'green' as const),
});

describe('a schema', () => {
  test('gives the type of its values', () => {
    const schema = struct({ x: u16, shape: enumOf({ point: {}, circle: { radius: u16 } }), tags: seq(string) });
    expectTypeOf<Infer<typeof schema>>().toEqualTypeOf<{
      readonly x: number;
      readonly shape: { readonly type: 'point' } | { readonly type: 'circle'; readonly radius: number };
      readonly tags: readonly string[];
    }>();
  });

  test('brings every value back, in exactly the measured length', () => {
    fc.assert(
      fc.property(arbitrary, (value) => {
        const encoded = encode(everything, value);
        expect(encoded.length).toBe(encodedLength(everything, value));
        expect(encoded.length).toBeGreaterThanOrEqual(everything.minLength);
        expect(decodeWithRest(everything, encoded)).toEqual({ value, rest: new Uint8Array() });
      }),
    );
  });

  test('turns garbage into a value or a DecodeError and into nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (input) => {
        try {
          decode(everything, input);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
          expect((error as DecodeError).offset).toBeGreaterThanOrEqual(0);
          expect((error as DecodeError).offset).toBeLessThanOrEqual(input.length);
        }
      }),
      { numRuns: runs(2_000) },
    );
  });

  test('calls every strict prefix of an encoding an unexpected end', () => {
    fc.assert(
      fc.property(arbitrary, (value) => {
        const encoded = encode(everything, value);
        for (let length = 0; length < encoded.length; length++) {
          expect(() => decode(everything, encoded.subarray(0, length))).toThrow(UnexpectedEndError);
        }
      }),
      { numRuns: runs(20) },
    );
  });
});

describe('struct', () => {
  test('writes its fields in the order given, without names', () => {
    expect(toHex(encode(struct({ b: u16, a: bool }), { a: true, b: 300 }))).toBe('ac0201');
  });

  test('refuses field names whose order an object would not keep', () => {
    expect(() => struct({ b: u8, 1: u8 })).toThrow(RangeError);
  });

  test('refuses a value that is no object, or lacks a field', () => {
    const schema = struct({ a: u8 }) as Schema<unknown>;
    expect(() => encode(schema, null)).toThrow(TypeError);
    expect(() => encode(schema, 1)).toThrow(TypeError);
    expect(() => encode(schema, {})).toThrow(TypeError);
  });
});

describe('enumOf', () => {
  const schema = enumOf({ off: {}, on: { level: u8 } });

  test('accepts an over-long discriminant', () => {
    expect(decode(schema, hex('81 00 05'))).toEqual({ type: 'on', level: 5 });
  });

  test('refuses a discriminant without a variant, where it stands', () => {
    expect(() => decode(struct({ before: u8, value: schema }), hex('00 02'))).toThrow(BadVariantError);
    expect(() => decode(struct({ before: u8, value: schema }), hex('00 02'))).toThrow(
      expect.objectContaining({ offset: 1 }),
    );
  });

  test('refuses to encode a variant that it does not have', () => {
    expect(() => encode(schema as Schema<unknown>, { type: 'dim' })).toThrow(TypeError);
    expect(() => encode(schema as Schema<unknown>, undefined)).toThrow(TypeError);
  });

  test('cannot have a field named type', () => {
    expect(() => enumOf({ a: { type: u8 } })).toThrow(RangeError);
  });
});

describe('flatEnum', () => {
  const schema = flatEnum([enumOf({ open: {}, close: {} }), enumOf({ data: { content: bytes } })]);

  test('writes the member, then the variant', () => {
    expect(toHex(encode(schema, { type: 'close' }))).toBe('0001');
    expect(toHex(encode(schema, { type: 'data', content: hex('ff') }))).toBe('010001ff');
    expect(decode(schema, hex('01 00 01 ff'))).toEqual({ type: 'data', content: hex('ff') });
  });

  test('refuses an unknown member, an unknown variant, and members that share a variant', () => {
    expect(() => decode(schema, hex('02'))).toThrow(BadVariantError);
    expect(() => decode(schema, hex('0002'))).toThrow(expect.objectContaining({ kind: 'BadVariant', offset: 1 }));
    expect(() => encode(schema as Schema<unknown>, { type: 'other' })).toThrow(TypeError);
    expect(() => flatEnum([enumOf({ a: {} }), enumOf({ a: {} })])).toThrow(RangeError);
  });
});

describe('unitEnum', () => {
  const schema = unitEnum(['high', 'low']);

  test('is a string here and a discriminant on the wire', () => {
    expect(toHex(encode(schema, 'low'))).toBe('01');
    expect(decode(schema, hex('8000'))).toBe('high');
    expect(() => decode(schema, hex('02'))).toThrow(BadVariantError);
    expect(() => encode(schema as Schema<string>, 'middle')).toThrow(TypeError);
    expect(() => unitEnum(['a', 'a'])).toThrow(RangeError);
  });
});

describe('bool and option', () => {
  test('take one raw byte, not a varint', () => {
    expect(() => decode(bool, hex('02'))).toThrow(BadBoolError);
    expect(() => decode(bool, hex('8000'))).toThrow(BadBoolError);
    expect(() => decode(option(u8), hex('02'))).toThrow(BadOptionError);
    expect(() => decode(option(u8), hex('8000'))).toThrow(BadOptionError);
    expect(() => encode(bool as Schema<unknown>, 1)).toThrow(TypeError);
  });
});

describe('bytes and array32', () => {
  test('decode to views into the input', () => {
    const input = hex('02 aa bb cc');
    const view = decode(bytes, input);
    expect(view.buffer).toBe(input.buffer);
    input[1] = 0;
    expect(toHex(view)).toBe('00bb');
  });

  test('refuse what they cannot hold', () => {
    expect(() => encode(array32, new Uint8Array(31))).toThrow(RangeError);
    expect(() => encode(bytes as Schema<unknown>, [1, 2])).toThrow(TypeError);
    expect(() => decode(array32, new Uint8Array(31))).toThrow(UnexpectedEndError);
    expect(() => decode(bytes, hex('03 01 02'))).toThrow(UnexpectedEndError);
  });

  test('of a length beyond 2^53 are an unexpected end like any other', () => {
    expect(() => decode(bytes, hex('ffffffffffffffffff01'))).toThrow(UnexpectedEndError);
  });
});

describe('seq', () => {
  test('allocates nothing from a count that the input cannot keep', () => {
    const started = process.memoryUsage().heapUsed;
    expect(() => decode(seq(u8), hex('ffffffff0f 01 02'))).toThrow(UnexpectedEndError);
    expect(process.memoryUsage().heapUsed - started).toBeLessThan(50_000_000);
  });

  test('refuses elements that could be empty', () => {
    expect(() => seq(struct({}))).toThrow(RangeError);
  });

  test('refuses to encode what is no array', () => {
    expect(() => encode(seq(u8) as Schema<unknown>, new Set([1]))).toThrow(TypeError);
  });
});

describe('mapped', () => {
  const even = mapped(u16, {
    decode(wire) {
      if (wire % 2 !== 0) throw new RangeError(`${wire} is odd`);
      return wire / 2;
    },
    encode: (value: number) => value * 2,
  });

  test('converts both ways', () => {
    expect(toHex(encode(even, 5))).toBe('0a');
    expect(decode(even, hex('0a'))).toBe(5);
  });

  test('turns a refusal into an InvalidValueError with its cause', () => {
    const error = (() => {
      try {
        return decode(struct({ a: u8, b: even }), hex('00 03'));
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(InvalidValueError);
    expect(error).toMatchObject({ kind: 'InvalidValue', offset: 1, cause: expect.any(RangeError) });
  });
});

describe('decode', () => {
  test('ignores what follows the value; decodeWithRest returns it', () => {
    expect(decode(u8, hex('05 ff'))).toBe(5);
    expect(decodeWithRest(u8, hex('05 ff ee'))).toEqual({ value: 5, rest: hex('ff ee') });
  });
});

describe('encodeInto', () => {
  test('puts the value behind what is already there', () => {
    const frame = new Uint8Array(6);
    expect(encodeInto(u16, 300, frame, 4)).toBe(6);
    expect(toHex(frame)).toBe('00000000ac02');
  });

  test('refuses a buffer that is too short and leaves it alone', () => {
    const frame = new Uint8Array(5);
    expect(() => encodeInto(u16, 300, frame, 4)).toThrow(RangeError);
    expect(toHex(frame)).toBe('0000000000');
  });
});

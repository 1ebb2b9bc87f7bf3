import { blake3 as noble } from '@noble/hashes/blake3.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blake3 } from '../src/structures/blake3.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('BLAKE3', () => {
  test('of nothing, of "abc", as the authors publish it', () => {
    expect(hex(blake3(new Uint8Array()))).toBe('af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262');
    expect(hex(blake3(Buffer.from('abc')))).toBe('6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85');
  });

  // The lengths of the authors' test vectors, whose input counts from 0 to 250, over and over.
  test.each([
    1, 2, 3, 4, 5, 6, 7, 8, 63, 64, 65, 127, 128, 129, 1023, 1024, 1025, 2048, 2049, 3072, 3073, 4096, 4097, 5120, 5121,
    6144, 6145, 7168, 7169, 8192, 8193, 16384, 31744, 102400,
  ])('of %i bytes, as another implementation has it', (length) => {
    const input = Uint8Array.from({ length }, (_, i) => i % 251);
    expect(hex(blake3(input))).toBe(hex(noble(input)));
  });

  test('of any bytes, wherever they lie in their buffer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5_000 }), fc.nat({ max: 9 }), (content, offset) => {
        const buffer = new Uint8Array(offset + content.length + 3).fill(0xff);
        buffer.set(content, offset);
        expect(hex(blake3(buffer.subarray(offset, offset + content.length)))).toBe(hex(noble(content)));
      }),
    );
  });
});

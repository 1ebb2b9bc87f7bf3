import { inspect } from 'node:util';
import { Point } from '@noble/ed25519';
import { describe, expect, test } from 'vitest';
import { ParseError } from '../../src/errors.js';
import { endpointIdFromBytes, parseEndpointId, shortId } from '../../src/identity/endpoint-id.js';
import { SecretKey } from '../../src/identity/secret-key.js';
import { verifySignature } from '../../src/identity/verify.js';
import { decodeBase32, encodeBase32 } from '../../src/util/base32.js';

const key = SecretKey.fromBytes(new Uint8Array(32).fill(1));
const A = '8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c';
const message = Buffer.from('message');

test('the id of a key is its public key', () => {
  expect(key.id).toBe(A);
  expect(shortId(key.id)).toBe('8a88e3dd74');
  expect(SecretKey.generate().id).not.toBe(SecretKey.generate().id);
});

test('a secret key does not show itself', () => {
  const secret = key.toHex();
  for (const shown of [String(key), JSON.stringify({ key }), inspect(key), inspect({ deep: [key] })]) {
    expect(shown).not.toContain(secret);
    expect(shown).toContain(A);
  }
});

test('keys and ids parse from hex and base32', () => {
  expect(SecretKey.parse(key.toHex()).id).toBe(A);
  expect(SecretKey.parse(encodeBase32(key.toBytes()).toUpperCase()).id).toBe(A);
  expect(parseEndpointId(A)).toBe(A);
  expect(parseEndpointId(encodeBase32(Buffer.from(A, 'hex')))).toBe(A);
});

test.each(['', 'xyz', A.toUpperCase(), A.slice(2), `${A}00`, '1'.repeat(52)])('the id %j is refused', (text) => {
  expect(() => parseEndpointId(text)).toThrow(ParseError);
});

test('an error about a secret key does not repeat it', () => {
  const typo = `${key.toHex().slice(0, 62)}zz`;
  for (const bad of [typo, key.toHex().slice(4)]) {
    try {
      SecretKey.parse(bad);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ParseError);
      expect(inspect(error)).not.toContain(bad.slice(0, 20));
    }
  }
});

test('ids are curve points under ZIP-215 rules', () => {
  for (const good of [0x00, 0x01, 0x11, 0x17, 0x22, 0xaa])
    expect(endpointIdFromBytes(new Uint8Array(32).fill(good))).toHaveLength(64);
  expect(() => endpointIdFromBytes(new Uint8Array(32).fill(2))).toThrow(ParseError);
  expect(() => endpointIdFromBytes(new Uint8Array(31))).toThrow('31 bytes');
});

describe('verifySignature takes what dalek strict takes', () => {
  const signature = key.sign(message);
  const changed = (at: number) => Uint8Array.from(signature, (byte, i) => (i === at ? byte ^ 1 : byte));

  test('an honest signature', () => expect(verifySignature(key.id, message, signature)).toBe(true));

  test('not a changed one, nor one of another length, key or message', () => {
    for (const at of [0, 31, 32, 63]) expect(verifySignature(key.id, message, changed(at))).toBe(false);
    expect(verifySignature(key.id, message, signature.subarray(1))).toBe(false);
    expect(verifySignature(SecretKey.generate().id, message, signature)).toBe(false);
    expect(verifySignature(key.id, Buffer.from('other'), signature)).toBe(false);
  });

  test('not with s at or above the group order', () => {
    const L = 2n ** 252n + 27742317777372353535851937790883648493n;
    let s = 0n;
    for (let i = 63; i >= 32; i--) s = (s << 8n) | BigInt(signature[i] ?? 0);
    const malleable = Uint8Array.from(signature);
    let rest = s + L;
    for (let i = 32; i < 64; i++, rest >>= 8n) malleable[i] = Number(rest & 0xffn);
    expect(verifySignature(key.id, message, malleable)).toBe(false);
  });

  test('no point of small order, as key or as R', () => {
    const torsion = smallOrderEncodings();
    expect(torsion.length).toBe(14);
    for (const point of torsion) {
      expect(verifySignature(endpointIdFromBytes(point), message, Buffer.concat([point, new Uint8Array(32)]))).toBe(
        false,
      );
      expect(verifySignature(key.id, message, Buffer.concat([point, signature.subarray(32)]))).toBe(false);
    }
  });
});

/** Every 32-byte string that decompresses to a point whose order divides 8, found by trying, not taken from the code under test. */
function smallOrderEncodings(): Uint8Array[] {
  const P = 2n ** 255n - 19n;
  const ys = new Set([0n, 1n, P - 1n, P, P + 1n]);
  for (let y = 2n; ys.size < 7; y++) {
    // A point of prime order times L is the identity; of any point, L times it lies in the small subgroup.
    const bytes = littleEndian(y);
    try {
      const point = Point.fromBytes(bytes, true);
      const torsion = point.multiply(Point.CURVE().n - 1n).add(point); // L · point
      if (!torsion.is0()) ys.add(torsion.toAffine().y);
    } catch {
      // not a curve point
    }
  }
  const encodings = [...ys].flatMap((y) => [littleEndian(y), littleEndian(y | (1n << 255n))]);
  return encodings.filter((bytes) => Point.fromBytes(bytes, true).isSmallOrder());
}

function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}

describe('base32', () => {
  test.each([
    ['', ''],
    ['f', 'my'],
    ['fo', 'mzxq'],
    ['foo', 'mzxw6'],
    ['foob', 'mzxw6yq'],
    ['fooba', 'mzxw6ytb'],
    ['foobar', 'mzxw6ytboi'],
  ])('RFC 4648: %j is %j', (text, base32) => {
    expect(encodeBase32(Buffer.from(text))).toBe(base32);
    expect(Buffer.from(decodeBase32(base32.toUpperCase(), 'text')).toString()).toBe(text);
  });

  test.each(['m', 'mzx', 'mzxw6y', 'mz', 'my======', 'm1', 'mü'])('%j is refused', (text) => {
    expect(() => decodeBase32(text, 'text')).toThrow(ParseError);
  });
});

import { Point } from '@noble/ed25519';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isCurvePoint } from '../../src/identity/curve-point.js';

const P = 2n ** 255n - 19n;

/** What another implementation says. */
function decompresses(bytes: Uint8Array): boolean {
  try {
    Point.fromBytes(bytes, true);
    return true;
  } catch {
    return false;
  }
}

const littleEndian = (value: bigint) =>
  Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));

test('any 32 bytes: a point where another implementation finds one', () => {
  const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(fc.property(bytes, (candidate) => isCurvePoint(candidate) === decompresses(candidate)));
});

test('the same around 0, P and 2²⁵⁵, with either sign: y above P stands for what is left of it', () => {
  let points = 0;
  for (const around of [0n, P, 2n ** 255n]) {
    for (let y = around - 20n; y <= around + 20n; y++) {
      if (y < 0n || y >= 2n ** 255n) continue;
      for (const sign of [0n, 1n]) {
        const candidate = littleEndian(y | (sign << 255n));
        expect([y, sign, isCurvePoint(candidate)]).toEqual([y, sign, decompresses(candidate)]);
        if (isCurvePoint(candidate)) points++;
      }
    }
  }
  expect(points).toBeGreaterThan(40);
});

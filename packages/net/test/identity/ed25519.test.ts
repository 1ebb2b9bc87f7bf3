import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as node from '../../src/identity/ed25519/node.js';
import * as portable from '../../src/identity/ed25519/portable.js';

const seed = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('Ed25519 with and without node:crypto', () => {
  test('gives the same keys and signatures, and either verifies the other', () => {
    fc.assert(
      fc.property(seed, fc.uint8Array({ maxLength: 200 }), (bytes, message) => {
        const a = node.signingKey(bytes);
        const b = portable.signingKey(bytes);
        expect(b.publicKey).toEqual(a.publicKey);
        const signature = a.sign(message);
        expect(b.sign(message)).toEqual(signature);
        expect(portable.verify(a.publicKey, message, signature)).toBe(true);
        signature[3] = (signature[3] as number) ^ 1;
        expect(portable.verify(a.publicKey, message, signature)).toBe(false);
        expect(node.verify(a.publicKey, message, signature)).toBe(false);
      }),
      { numRuns: 20 },
    );
  });
});

import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import * as node from '../../src/identity/ed25519/node.js';
import * as portable from '../../src/identity/ed25519/portable.js';
import * as web from '../../src/identity/ed25519/web-crypto.js';
import { loadSigningKey } from '../../src/identity/load-signing-key.js';

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

describe('Ed25519 by WebCrypto', () => {
  afterEach(() => void vi.unstubAllGlobals());

  const message = Buffer.from('message');
  const key = node.signingKey(new Uint8Array(32).fill(1));
  const signature = key.sign(message);

  const judges = async () => {
    expect(await web.verifyAsync(key.publicKey, message, signature)).toBe(true);
    for (const at of [0, 31, 32, 63]) {
      const changed = Uint8Array.from(signature, (byte, i) => (i === at ? byte ^ 1 : byte));
      expect(await web.verifyAsync(key.publicKey, message, changed)).toBe(false);
    }
    expect(await web.verifyAsync(key.publicKey, Buffer.from('other'), signature)).toBe(false);
    expect(await web.verifyAsync(key.publicKey.subarray(1), message, signature)).toBe(false);
  };

  test('takes what is signed and nothing else', judges);

  test('where a browser keeps no key, the portable one signs alike', async () => {
    const seed = new Uint8Array(32).fill(1);
    for (const load of [web.signingKeyAsync, node.signingKeyAsync, loadSigningKey]) {
      const loaded = await load(seed);
      expect(loaded.publicKey).toEqual(key.publicKey);
      expect(loaded.sign(message)).toEqual(signature);
    }
  });

  test('a browser without Ed25519 loads the portable one', async () => {
    const asked: string[] = [];
    const importKey = async (_format: string, _key: Uint8Array, name: string) => {
      asked.push(name);
      throw new DOMException('Unrecognized name.', 'NotSupportedError'); // as Chromium before 137
    };
    vi.stubGlobal('crypto', { subtle: { importKey } });
    await judges();
    expect(asked).toContain('Ed25519');
  });

  test('so does a page that has no WebCrypto', async () => {
    vi.stubGlobal('crypto', {});
    await judges();
  });
});

import { createPrivateKey, createPublicKey, verify as nativeVerify, sign } from 'node:crypto';
import { fromHex } from '../../util/hex.js';
import type { SigningKey } from './signing-key.js';

/**
 * Ed25519 by OpenSSL, for Node and runtimes that are like it. `portable.ts` and `web-crypto.ts` have the same functions for all others; the
 * imports `#ed25519` and `#ed25519-async` of this package find the right ones.
 *
 * @module
 */

/** RFC 8410: what stands before the 32-byte seed in the PKCS #8 form of a key. */
const PKCS8_PREFIX = fromHex('302e020100300506032b657004220420');

/** The key with this 32-byte seed. */
export function signingKey(seed: Uint8Array): SigningKey {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return {
    publicKey: new Uint8Array(spki.subarray(-32)),
    sign: (message) => new Uint8Array(sign(null, message, key)),
  };
}

/** Whether a signature fits, by the cofactorless equation on the key bytes as given. Says nothing of small-order points. */
export function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    // RFC 8037. OpenSSL takes 7 µs for a key in this form and 86 µs for one in DER, as long as for the signature itself.
    const x = Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.length).toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return nativeVerify(null, message, key, signature);
  } catch {
    return false;
  }
}

/** As {@link verify}: OpenSSL answers at once. */
export async function verifyAsync(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  return verify(publicKey, message, signature);
}

/** As {@link signingKey}. */
export async function signingKeyAsync(seed: Uint8Array): Promise<SigningKey> {
  return signingKey(seed);
}

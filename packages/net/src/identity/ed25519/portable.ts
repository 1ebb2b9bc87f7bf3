import { getPublicKey, hashes, verify as nobleVerify, sign } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import type { SigningKey } from './signing-key.js';

/**
 * Ed25519 in JavaScript, for runtimes without `node:crypto`: browsers, workers.
 *
 * @module
 */

hashes.sha512 = sha512;

/** The key with this 32-byte seed. */
export function signingKey(seed: Uint8Array): SigningKey {
  return { publicKey: getPublicKey(seed), sign: (message) => sign(message, seed) };
}

/** Whether a signature fits. Says nothing of small-order points. */
export function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return nobleVerify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
}

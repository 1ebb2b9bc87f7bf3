import { someBytes } from '@grapevine/proto/check';
import { signingKeyAsync } from '#ed25519-async';
import type { SigningKey } from './ed25519/signing-key.js';

const BYTES = 32;

/**
 * The Ed25519 key with this seed, asynchronously: a page whose browser keeps the key never loads the library of 8 kB that a `SecretKey` brings.
 *
 * @param seed - 32 bytes. Keep them secret.
 * @throws TypeError or RangeError for another seed.
 */
export async function loadSigningKey(seed: Uint8Array): Promise<SigningKey> {
  someBytes('seed', seed);
  if (seed.length !== BYTES) throw new RangeError(`seed must have ${BYTES} bytes, got ${seed.length}`);
  return await signingKeyAsync(seed);
}

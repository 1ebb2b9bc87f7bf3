import { createECDH, createHash } from 'node:crypto';
import { der, derInteger, TAG } from './der.js';

// ECDSA on P-256 with numbers that the caller derives. OpenSSL's draws random ones.

/** The order of the curve's group (SEC 2, section 2.4.2). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** Whether bytes are a secret number: below the order, and not 0. Of random ones all but one in 2^32 are. */
export function isScalar(bytes: Uint8Array): boolean {
  const value = toNumber(bytes);
  return value > 0n && value < ORDER;
}

/** A multiple of the generator, uncompressed. */
export function pointOf(scalar: Uint8Array): Uint8Array {
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(scalar);
  return ecdh.getPublicKey();
}

/**
 * ECDSA (FIPS 186-5, section 6.4.1) with a nonce that is derived instead of drawn, and used for this one message alone.
 *
 * @returns the signature in DER
 */
export function sign(scalar: Uint8Array, nonce: Uint8Array, message: Uint8Array): Uint8Array {
  const k = toNumber(nonce);
  const r = toNumber(pointOf(nonce).subarray(1, 33)) % ORDER;
  const digest = toNumber(createHash('sha256').update(message).digest());
  const s = (inverse(k) * (digest + r * toNumber(scalar))) % ORDER;
  return der(TAG.sequence, derInteger(r), derInteger(s));
}

/** By Fermat: the order is a prime. */
function inverse(value: bigint): bigint {
  let result = 1n;
  let base = value;
  for (let exponent = ORDER - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % ORDER;
    base = (base * base) % ORDER;
  }
  return result;
}

export function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

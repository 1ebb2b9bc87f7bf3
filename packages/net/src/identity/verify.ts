import { someBytes } from '@grapevine/proto/check';
import { verify } from '#ed25519';
import { anEndpointId } from '../util/checks.js';
import { fromHex } from '../util/hex.js';
import { type EndpointId, endpointIdToBytes } from './endpoint-id.js';

/** The y coordinates of the points of order 1, 2, 4 and 8, with their non-canonical spellings, little endian, sign bit clear. */
const SMALL_ORDER_Y = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
].map(fromHex);

/**
 * Verifies an Ed25519 signature exactly as iroh does (dalek's strict, cofactorless rule).
 *
 * OpenSSL already computes the cofactorless equation on the key bytes as given and compares R by its bytes; what it lacks
 * is the refusal of small-order points.
 *
 * @returns false for whatever is not a valid signature, also for one of a wrong length; never throws
 */
export function verifySignature(signer: EndpointId, message: Uint8Array, signature: Uint8Array): boolean {
  anEndpointId('signer', signer);
  someBytes('message', message);
  someBytes('signature', signature);
  if (signature.length !== 64) return false;
  const publicKey = endpointIdToBytes(signer);
  if (isSmallOrder(publicKey) || isSmallOrder(signature.subarray(0, 32))) return false;
  return verify(publicKey, message, signature);
}

/** Whether 32 bytes are an encoding of a point whose order divides 8. */
function isSmallOrder(point: Uint8Array): boolean {
  return SMALL_ORDER_Y.some((y) => y.every((byte, i) => byte === (i === 31 ? (point[i] ?? 0) & 0x7f : point[i])));
}

import { verify } from '#ed25519';
import { type EndpointId, endpointIdToBytes } from './endpoint-id.js';
import { checkSignatureArguments, isStrict } from './strict-signature.js';

/**
 * Verifies an Ed25519 signature exactly as iroh does (dalek's strict, cofactorless rule).
 *
 * OpenSSL already computes the cofactorless equation on the key bytes as given and compares R by its bytes; what it lacks
 * is the refusal of small-order points.
 *
 * @returns false for whatever is not a valid signature, also for one of a wrong length; never throws
 */
export function verifySignature(signer: EndpointId, message: Uint8Array, signature: Uint8Array): boolean {
  checkSignatureArguments(signer, message, signature);
  const publicKey = endpointIdToBytes(signer);
  return isStrict(publicKey, signature) && verify(publicKey, message, signature);
}

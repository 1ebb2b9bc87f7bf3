import { someBytes } from '@grapevine/proto/check';
import { anEndpointId } from '../util/checks.js';
import { fromHex } from '../util/hex.js';
import type { EndpointId } from './endpoint-id.js';

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

/** @throws TypeError, RangeError that name what is wrong */
export function checkSignatureArguments(signer: EndpointId, message: Uint8Array, signature: Uint8Array): void {
  anEndpointId('signer', signer);
  someBytes('message', message);
  someBytes('signature', signature);
}

/** What dalek's strict rule demands and no library does by itself: no point of small order, as the key or in the signature. */
export function isStrict(publicKey: Uint8Array, signature: Uint8Array): boolean {
  return signature.length === 64 && !isSmallOrder(publicKey) && !isSmallOrder(signature.subarray(0, 32));
}

/** Whether 32 bytes are an encoding of a point whose order divides 8. */
function isSmallOrder(point: Uint8Array): boolean {
  return SMALL_ORDER_Y.some((y) => y.every((byte, i) => byte === (i === 31 ? (point[i] ?? 0) & 0x7f : point[i])));
}

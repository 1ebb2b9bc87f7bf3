import { aString } from '@grapevine/proto/check';
import { ParseError } from '../errors.js';
import { decodeBase32 } from '../util/base32.js';
import { fromHex, toHex } from '../util/hex.js';
import { isCurvePoint } from './curve-point.js';

declare const brand: unique symbol;

/**
 * Who an endpoint is: its Ed25519 public key as 64 lower-case hex digits.
 *
 * Comparable with `===`, usable as a `Map` key, and it sorts as its bytes do.
 */
export type EndpointId = string & { readonly [brand]: 'EndpointId' };

const WHAT = 'endpoint id';
const BYTES = 32;

/**
 * Ids that were found to be curve points. Whether there is a point costs 16 µs, and the same few ids come in
 * message after message; the bound keeps an attacker from filling memory with valid ones.
 */
const known = new Set<string>();
const KNOWN_MAX = 4096;

/**
 * Reads an id from its 32 bytes.
 *
 * The bytes must decompress to a point of the curve under ZIP-215 rules, as in iroh; about half of all 32-byte strings do not.
 *
 * @throws ParseError
 */
export function endpointIdFromBytes(bytes: Uint8Array): EndpointId {
  if (bytes.length !== BYTES) throw new ParseError(WHAT, `it has ${bytes.length} bytes instead of ${BYTES}`);
  const hex = toHex(bytes);
  if (!isEndpointId(hex, bytes)) throw new ParseError(WHAT, `${hex} is not a point of the curve`);
  return hex;
}

/**
 * Whether 64 lower-case hex digits name an endpoint: about half of all do not. Costs 20 µs where they were not seen lately.
 *
 * @param bytes what the digits stand for, where that is known
 */
export function isEndpointId(hex: string, bytes?: Uint8Array): hex is EndpointId {
  if (known.has(hex)) return true;
  if (!isCurvePoint(bytes ?? fromHex(hex))) return false;
  if (known.size >= KNOWN_MAX) known.clear();
  known.add(hex);
  return true;
}

/** The 32 bytes of an id. */
export function endpointIdToBytes(id: EndpointId): Uint8Array {
  return fromHex(id);
}

/**
 * Parses the text form: 64 lower-case hex digits, or 52 letters of base32 in either case.
 *
 * @throws ParseError
 */
export function parseEndpointId(text: string): EndpointId {
  aString('endpoint id', text);
  if (text.length === 2 * BYTES) {
    if (!/^[0-9a-f]+$/.test(text)) throw new ParseError(WHAT, 'it has digits other than 0-9 and lower-case a-f');
    return endpointIdFromBytes(fromHex(text));
  }
  return endpointIdFromBytes(decodeBase32(text, WHAT));
}

/** The first ten digits: enough for a person to tell peers apart. */
export function shortId(id: EndpointId): string {
  CHECK: aString('id', id);
  return id.slice(0, 10);
}

import { randomBytes } from 'node:crypto';
import { VERSION_1 } from './packet-header.js';
import { fewRandomBytes } from './random-bytes.js';

/**
 * Probes of the path MTU, and their answers.
 *
 * quiche 0.18 can neither pad a packet to a size nor tell that one packet was acknowledged, and would take a lost probe for congestion. So probes are
 * made here, in the form that RFC 9000, section 14.4.1 suggests: a long header of type Handshake, which every QUIC stack ignores after the handshake;
 * ours answers. A probe proves that it comes from the peer by the connection id, an answer by the nonce, which nobody off the path knows. An attacker
 * on the path can lie about a size; then datagrams are lost, which is noticed.
 *
 * After the header: tag, kind, nonce; in a probe padding, in an answer the length that arrived.
 *
 * @module
 */

/** Long header, fixed bit, type Handshake, a packet number of four bytes (RFC 9000, section 17.2.4). */
const FIRST_BYTE = 0xe3;
/** Tells these from real Handshake packets, whose bytes here are ciphertext. */
const TAG = Buffer.from('e4a95b1c7d2f8360', 'hex');
const PROBE = 0;
const ANSWER = 1;
const NONCE_LENGTH = 8;
/** Padding that looks like any ciphertext. */
const padding = randomBytes(16_384);

/** A probe or an answer. */
export interface MtuPacket {
  readonly kind: 'probe' | 'answer';
  readonly nonce: Uint8Array;
  /** The length of the probe. */
  readonly size: number;
}

/** A fresh nonce for a search. */
export function newNonce(): Uint8Array {
  return fewRandomBytes(NONCE_LENGTH);
}

/** A datagram of exactly this size that asks to be answered. */
export function probePacket(dcid: Uint8Array, nonce: Uint8Array, size: number): Uint8Array {
  const head = header(dcid, PROBE, nonce, size);
  return Buffer.concat([head, padding.subarray(0, size - head.length)]);
}

/** The answer to a probe that arrived with this size. */
export function answerPacket(dcid: Uint8Array, nonce: Uint8Array, size: number): Uint8Array {
  const rest = Buffer.alloc(2);
  rest.writeUInt16BE(size);
  return Buffer.concat([header(dcid, ANSWER, nonce, headerLength(dcid) + rest.length), rest]);
}

/** Reads a datagram for an open connection; undefined if it is neither probe nor answer. */
export function parseMtuPacket(datagram: Uint8Array): MtuPacket | undefined {
  if (datagram[0] !== FIRST_BYTE) return undefined;
  const at = 6 + (datagram[5] ?? 255) + 3;
  if (datagram.length < at + TAG.length + 1 + NONCE_LENGTH) return undefined;
  if (!TAG.equals(datagram.subarray(at, at + TAG.length))) return undefined;
  const kind = datagram[at + TAG.length];
  const end = at + TAG.length + 1 + NONCE_LENGTH;
  const nonce = datagram.slice(end - NONCE_LENGTH, end);
  if (kind === PROBE) return { kind: 'probe', nonce, size: datagram.length };
  if (kind !== ANSWER || datagram.length !== end + 2) return undefined;
  return { kind: 'answer', nonce, size: ((datagram[end] ?? 0) << 8) | (datagram[end + 1] ?? 0) };
}

function headerLength(dcid: Uint8Array): number {
  return 6 + dcid.length + 3 + TAG.length + 1 + NONCE_LENGTH;
}

function header(dcid: Uint8Array, kind: number, nonce: Uint8Array, size: number): Buffer {
  const rest = size - 6 - dcid.length - 3; // what the length field counts
  return Buffer.concat([
    Uint8Array.of(FIRST_BYTE, 0, 0, 0, VERSION_1, dcid.length),
    dcid,
    Uint8Array.of(0, 0x40 | (rest >> 8), rest & 0xff), // no source id; length as a variable-length integer
    TAG,
    Uint8Array.of(kind),
    nonce,
  ]);
}

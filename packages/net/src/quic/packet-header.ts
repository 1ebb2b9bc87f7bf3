import { randomBytes } from 'node:crypto';
import { readVarint } from './varint.js';

/**
 * What must be known of a packet before its connection is: the version-independent header (RFC 8999) and the fields of a
 * version 1 Initial (RFC 9000, section 17.2).
 *
 * @module
 */

/** Length of the connection ids that we choose, in bytes. */
export const CID_LENGTH = 16;
/** QUIC version 1, the only one spoken. */
export const VERSION_1 = 1;
/** A client pads its first datagrams to this (RFC 9000, section 14.1), so answers can't be used to amplify. */
export const MIN_INITIAL_DATAGRAM = 1200;

const MAX_CID_LENGTH = 20;
const LONG_FORM = 0x80;
const TYPE_INITIAL = 0;

/** The header of a packet in long form. */
export interface LongHeader {
  readonly version: number;
  /** Whether it is an Initial of version 1; only then there is a token. */
  readonly initial: boolean;
  readonly dcid: Uint8Array;
  readonly scid: Uint8Array;
  readonly token: Uint8Array;
}

/** Whether the first packet of a datagram has the long form: handshakes, retries, version negotiation. */
export function isLongForm(datagram: Uint8Array): boolean {
  return ((datagram[0] ?? 0) & LONG_FORM) !== 0;
}

/** A connection id as a key of the routing table: compact, hashed fast, never printed. */
export function cidKey(bytes: Uint8Array, start = 0, end = bytes.length): string {
  const buffer = bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return buffer.toString('latin1', start, end);
}

/** The key of the connection that a datagram is for, or undefined if it can't be a QUIC packet. It reads nothing else. */
export function destinationKey(datagram: Uint8Array): string | undefined {
  if (!isLongForm(datagram)) return datagram.length > CID_LENGTH ? cidKey(datagram, 1, 1 + CID_LENGTH) : undefined;
  const length = datagram[5] ?? 255;
  if (datagram.length < 6 + length) return undefined;
  return cidKey(datagram, 6, 6 + length);
}

/** Reads a long header; undefined if it is malformed. */
export function parseLongHeader(datagram: Uint8Array): LongHeader | undefined {
  if (!isLongForm(datagram) || datagram.length < 7) return undefined;
  const version = new DataView(datagram.buffer, datagram.byteOffset).getUint32(1);
  let at = 5;
  const field = (length: number): Uint8Array | undefined => {
    if (at + length > datagram.length) return undefined;
    at += length;
    return datagram.subarray(at - length, at);
  };
  const dcid = field(datagram[at++] ?? 255);
  if (!dcid) return undefined;
  const scid = field(datagram[at++] ?? 255);
  if (!scid) return undefined;
  const initial = version === VERSION_1 && (((datagram[0] ?? 0) >> 4) & 3) === TYPE_INITIAL;
  if (version === VERSION_1 && (dcid.length > MAX_CID_LENGTH || scid.length > MAX_CID_LENGTH)) return undefined;
  if (!initial) return { version, initial, dcid, scid, token: new Uint8Array() };
  const tokenLength = readVarint(datagram, at);
  if (!tokenLength) return undefined;
  at = tokenLength.next;
  const token = field(tokenLength.value);
  return token && { version, initial, dcid, scid, token };
}

/** Types of packets with a long header, in the order of their codes (RFC 9000, section 17.2). */
const LONG_TYPES = ['initial', 'zero-rtt', 'handshake', 'retry'] as const;

/** Where a packet with a long header lies in its datagram. */
export interface LongPacket {
  readonly type: (typeof LONG_TYPES)[number];
  /** Where its packet number starts. */
  readonly numberAt: number;
  /** Where the next packet starts. */
  readonly end: number;
}

/** The packet of version 1 that starts here; undefined if there is none that can be read. */
export function longPacketAt(datagram: Uint8Array, start: number): LongPacket | undefined {
  const rest = datagram.subarray(start);
  const header = parseLongHeader(rest);
  const type = LONG_TYPES[((rest[0] ?? 0) >> 4) & 3];
  if (header?.version !== VERSION_1 || type === undefined) return undefined;
  if (type === 'retry') return { type, numberAt: datagram.length, end: datagram.length };
  // The view of a token starts where the token does, even if the token is empty.
  const at = header.initial
    ? header.token.byteOffset - rest.byteOffset + header.token.length
    : 7 + header.dcid.length + header.scid.length;
  const length = readVarint(rest, at);
  if (!length || length.next + length.value > rest.length) return undefined;
  return { type, numberAt: start + length.next, end: start + length.next + length.value };
}

/** The answer to a version we do not speak (RFC 9000, section 17.2.1). */
export function versionNegotiationPacket(header: LongHeader): Uint8Array {
  const random = randomBytes(5);
  const versions = Buffer.alloc(8);
  versions.writeUInt32BE(VERSION_1, 0);
  versions.writeUInt32BE(((random.readUInt32BE(1) & 0xf0f0f0f0) | 0x0a0a0a0a) >>> 0, 4); // reserved: keeps peers honest
  return Buffer.concat([
    Uint8Array.of(LONG_FORM | (random[0] ?? 0), 0, 0, 0, 0, header.scid.length),
    header.scid,
    Uint8Array.of(header.dcid.length),
    header.dcid,
    versions,
  ]);
}

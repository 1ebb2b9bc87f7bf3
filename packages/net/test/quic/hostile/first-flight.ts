import { randomBytes } from 'node:crypto';
import { initialKeys, openInitial } from '../../../src/quic/initial-keys.js';
import { longPacketAt, parseLongHeader } from '../../../src/quic/packet-header.js';
import { crypto, padding, varint } from './frames.js';
import { clientInitialKeys, seal } from './protection.js';

/** Genuine Initials of clients that never complete a handshake. */

/** The header of an Initial. */
export interface InitialHeader {
  readonly dcid?: Uint8Array;
  readonly scid?: Uint8Array;
  readonly token?: Uint8Array;
  readonly number?: number;
}

/** A genuine client Initial with these frames, in a datagram of 1,200 bytes at least. */
export function initialWith(frames: Uint8Array, header: InitialHeader = {}): Buffer {
  const { dcid = randomBytes(16), scid = randomBytes(8), token = new Uint8Array(), number = 0 } = header;
  const head = Buffer.concat([
    Buffer.from([0xc3, 0, 0, 0, 1, dcid.length]),
    dcid,
    Buffer.of(scid.length),
    scid,
    varint(token.length),
    token,
  ]);
  const payload = Buffer.concat([frames, padding(Math.max(0, 1200 - head.length - 2 - 4 - frames.length - 16))]);
  const length = 4 + payload.length + 16;
  const lengthField = Buffer.of(0x40 | (length >> 8), length & 0xff);
  return seal(clientInitialKeys(dcid), Buffer.concat([head, lengthField]), number, payload);
}

/** The ClientHello of a real client. It contains the client's connection id, and is valid with that id only. */
export interface Hello {
  readonly bytes: Buffer;
  readonly scid: Uint8Array;
}

/** The ClientHello in an Initial of a real client. */
export function helloIn(datagram: Uint8Array): Hello {
  const header = parseLongHeader(datagram);
  const packet = longPacketAt(datagram, 0);
  if (!header || !packet) throw new Error('no Initial');
  const frames = openInitial(initialKeys(header.dcid, 'client'), datagram.subarray(0, packet.end), packet.numberAt);
  if (frames?.[0] !== 6 || frames[1] !== 0) throw new Error('no ClientHello in one piece');
  const size = 1 << ((frames[2] ?? 0) >> 6);
  const length = frames.readUIntBE(2, size) & (2 ** (8 * size - 2) - 1);
  return { bytes: frames.subarray(2 + size, 2 + size + length), scid: header.scid };
}

/** An Initial with a whole ClientHello. */
export const helloDatagram = ({ bytes, scid }: Hello, header: Omit<InitialHeader, 'scid'> = {}) =>
  initialWith(crypto(0, bytes), { ...header, scid });

/** The values that a Retry gives a client. */
export function readRetry(datagram: Buffer): { readonly cid: Buffer; readonly token: Buffer } | undefined {
  const header = parseLongHeader(datagram);
  if (!header || ((datagram[0] ?? 0) & 0x30) !== 0x30) return undefined;
  const at = 7 + header.dcid.length + header.scid.length;
  return { cid: Buffer.from(header.scid), token: datagram.subarray(at, datagram.length - 16) };
}

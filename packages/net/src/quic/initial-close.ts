import { initialKeys, sealInitial } from './initial-keys.js';
import type { LongHeader } from './packet-header.js';

const CONNECTION_CLOSE = 0x1c;
const PACKET_NUMBER_LENGTH = 4;
const TAG_LENGTH = 16;

/**
 * A server's Initial packet that closes the connection a client is asking for.
 *
 * It refuses somebody without any state: no TLS, no native object, no timer. All it takes is in the packet that asked.
 *
 * @param header of the client's Initial
 * @param scid what we call ourselves
 * @param code transport error, below 2^14 (RFC 9000, section 20.1)
 * @param reason for the peer's log, short
 */
export function initialClosePacket(header: LongHeader, scid: Uint8Array, code: number, reason: string): Uint8Array {
  const text = Buffer.from(reason);
  const frame = Buffer.concat([Uint8Array.of(CONNECTION_CLOSE, 0x40 | (code >> 8), code & 0xff, 0, text.length), text]);
  const length = PACKET_NUMBER_LENGTH + frame.length + TAG_LENGTH;
  const head = Buffer.concat([
    Uint8Array.of(0xc0 | (PACKET_NUMBER_LENGTH - 1), 0, 0, 0, 1, header.scid.length),
    header.scid,
    Uint8Array.of(scid.length),
    scid,
    Uint8Array.of(0, 0x40 | (length >> 8), length & 0xff), // no token; length
    new Uint8Array(PACKET_NUMBER_LENGTH),
  ]);
  return sealInitial(initialKeys(header.dcid, 'server'), head, frame);
}

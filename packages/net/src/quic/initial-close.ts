import { createCipheriv, createHmac } from 'node:crypto';
import { fromHex } from '../util/hex.js';
import type { LongHeader } from './packet-header.js';

/** RFC 9001, section 5.2: the salt from which Initial keys of version 1 are derived. */
const INITIAL_SALT = fromHex('38762cf7f55934b34d179ae6a4c80cadccbb7f0a');
const CONNECTION_CLOSE = 0x1c;
const PACKET_NUMBER_LENGTH = 4;
const TAG_LENGTH = 16;

const hmac = (key: Uint8Array, ...data: readonly Uint8Array[]): Buffer => {
  const mac = createHmac('sha256', key);
  for (const part of data) mac.update(part);
  return mac.digest();
};

/** HKDF-Expand-Label (RFC 8446, section 7.1) for outputs of at most one hash block and without context. */
function expandLabel(secret: Uint8Array, label: string, length: number): Buffer {
  const text = Buffer.from(`tls13 ${label}`);
  return hmac(secret, Uint8Array.of(length >> 8, length & 0xff, text.length), text, Uint8Array.of(0, 1)).subarray(
    0,
    length,
  );
}

/**
 * A server's Initial packet that closes the connection a client is asking for.
 *
 * It turns somebody away without any state: no TLS, no native object, no timer. Initial packets are protected with keys that
 * follow from the client's first destination id (RFC 9001, section 5.2), so all it takes is in the packet that asked.
 *
 * @param header of the client's Initial
 * @param scid what we call ourselves
 * @param code transport error, below 2^14 (RFC 9000, section 20.1)
 * @param reason for the peer's log, short
 */
export function initialClosePacket(header: LongHeader, scid: Uint8Array, code: number, reason: string): Uint8Array {
  const secret = expandLabel(hmac(INITIAL_SALT, header.dcid), 'server in', 32);
  const key = expandLabel(secret, 'quic key', 16);
  const iv = expandLabel(secret, 'quic iv', 12); // the nonce is iv xor packet number, which is 0
  const headerKey = expandLabel(secret, 'quic hp', 16);

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
  const cipher = createCipheriv('aes-128-gcm', key, iv).setAAD(head);
  const packet = Buffer.concat([head, cipher.update(frame), cipher.final(), cipher.getAuthTag()]);

  // Header protection (RFC 9001, section 5.4): the mask comes from the ciphertext four bytes behind the packet number's start.
  const sample = head.length;
  const mask = createCipheriv('aes-128-ecb', headerKey, null).update(packet.subarray(sample, sample + 16));
  packet[0] = (packet[0] as number) ^ ((mask[0] as number) & 0x0f);
  for (let i = 0; i < PACKET_NUMBER_LENGTH; i++) {
    const at = head.length - PACKET_NUMBER_LENGTH + i;
    packet[at] = (packet[at] as number) ^ (mask[1 + i] as number);
  }
  return packet;
}

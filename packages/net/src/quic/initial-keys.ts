import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { fromHex } from '../util/hex.js';

/**
 * The protection of Initial packets of version 1 (RFC 9001, sections 5.2 and 5.4).
 *
 * Its keys follow from the client's first destination id, which is in the packet. So it keeps nothing secret, but an Initial packet has to be made
 * properly to count as one.
 *
 * @module
 */

/** RFC 9001, section 5.2: the salt from which Initial keys are derived. */
const INITIAL_SALT = fromHex('38762cf7f55934b34d179ae6a4c80cadccbb7f0a');
const TAG_LENGTH = 16;
const SAMPLE_LENGTH = 16;
const MAX_NUMBER_LENGTH = 4;

/** What protects the Initial packets of one side. */
export interface InitialKeys {
  readonly key: Buffer;
  /** The nonce is this xor the packet number. */
  readonly iv: Buffer;
  readonly headerKey: Buffer;
}

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

/** @param dcid the client's first destination id @param sender whose packets */
export function initialKeys(dcid: Uint8Array, sender: 'client' | 'server'): InitialKeys {
  const secret = expandLabel(hmac(INITIAL_SALT, dcid), `${sender} in`, 32);
  return {
    key: expandLabel(secret, 'quic key', 16),
    iv: expandLabel(secret, 'quic iv', 12),
    headerKey: expandLabel(secret, 'quic hp', 16),
  };
}

/** The mask over first byte and packet number (RFC 9001, section 5.4.1). */
function maskFor(headerKey: Uint8Array, sample: Uint8Array): Buffer {
  return createCipheriv('aes-128-ecb', headerKey, null).update(sample);
}

/**
 * Seals a packet with number 0, which must be written in four bytes at the end of the header.
 *
 * @param header everything before the payload, unprotected
 */
export function sealInitial({ key, iv, headerKey }: InitialKeys, header: Uint8Array, payload: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-128-gcm', key, iv).setAAD(header);
  const packet = Buffer.concat([header, cipher.update(payload), cipher.final(), cipher.getAuthTag()]);
  const numberAt = header.length - MAX_NUMBER_LENGTH;
  const mask = maskFor(headerKey, packet.subarray(header.length, header.length + SAMPLE_LENGTH));
  packet[0] = (packet[0] as number) ^ ((mask[0] as number) & 0x0f);
  for (let i = 0; i < MAX_NUMBER_LENGTH; i++) {
    packet[numberAt + i] = (packet[numberAt + i] as number) ^ (mask[1 + i] as number);
  }
  return packet;
}

/**
 * Opens a packet without changing it.
 *
 * Packet numbers are taken as they are written, which is right for the few that a client uses before it is answered.
 *
 * @param numberAt where its packet number starts
 * @returns the frames in it; undefined if it was not made with these keys
 */
export function openInitial(
  { key, iv, headerKey }: InitialKeys,
  packet: Uint8Array,
  numberAt: number,
): Buffer | undefined {
  const sampleAt = numberAt + MAX_NUMBER_LENGTH;
  if (packet.length < sampleAt + SAMPLE_LENGTH) return undefined;
  const mask = maskFor(headerKey, packet.subarray(sampleAt, sampleAt + SAMPLE_LENGTH));
  const first = (packet[0] as number) ^ ((mask[0] as number) & 0x0f);
  const numberLength = (first & 3) + 1;
  const header = Buffer.from(packet.subarray(0, numberAt + numberLength));
  header[0] = first;
  const nonce = Buffer.from(iv);
  for (let i = 0; i < numberLength; i++) {
    const byte = (header[numberAt + i] as number) ^ (mask[1 + i] as number);
    header[numberAt + i] = byte;
    const at = nonce.length - numberLength + i;
    nonce[at] = (nonce[at] as number) ^ byte;
  }
  const end = packet.length - TAG_LENGTH;
  try {
    const decipher = createDecipheriv('aes-128-gcm', key, nonce).setAAD(header).setAuthTag(packet.subarray(end));
    return Buffer.concat([decipher.update(packet.subarray(header.length, end)), decipher.final()]);
  } catch {
    return undefined; // not authentic
  }
}

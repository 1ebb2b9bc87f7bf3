import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';

/** Packet protection for any secret (RFC 9001, section 5), so that packets that tests make are taken for quiche's. */

const TAG = 16;
const NUMBER_LENGTH = 4;

/** The cipher suites that BoringSSL may choose. */
export type Suite = 'aes-128-gcm' | 'aes-256-gcm' | 'chacha20-poly1305';

export interface Keys {
  readonly suite: Suite;
  readonly key: Buffer;
  readonly iv: Buffer;
  readonly headerKey: Buffer;
}

function expandLabel(hash: string, secret: Uint8Array, label: string, length: number): Buffer {
  const text = Buffer.from(`tls13 ${label}`);
  const info = Buffer.concat([Uint8Array.of(length >> 8, length & 255, text.length), text, Uint8Array.of(0, 1)]);
  return createHmac(hash, secret).update(info).digest().subarray(0, length);
}

export function keysOf(secret: Uint8Array, suite: Suite): Keys {
  const hash = suite === 'aes-256-gcm' ? 'sha384' : 'sha256';
  const length = suite === 'aes-128-gcm' ? 16 : 32;
  return {
    suite,
    key: expandLabel(hash, secret, 'quic key', length),
    iv: expandLabel(hash, secret, 'quic iv', 12),
    headerKey: expandLabel(hash, secret, 'quic hp', length),
  };
}

/** The keys of a client's Initial packets (RFC 9001, section 5.2). */
export function clientInitialKeys(dcid: Uint8Array): Keys {
  const salt = Buffer.from('38762cf7f55934b34d179ae6a4c80cadccbb7f0a', 'hex');
  const secret = createHmac('sha256', salt).update(dcid).digest();
  return keysOf(expandLabel('sha256', secret, 'client in', 32), 'aes-128-gcm');
}

function maskOf({ suite, headerKey }: Keys, sample: Uint8Array): Buffer {
  if (suite === 'chacha20-poly1305') return createCipheriv('chacha20', headerKey, sample).update(Buffer.alloc(5));
  return createCipheriv(suite === 'aes-128-gcm' ? 'aes-128-ecb' : 'aes-256-ecb', headerKey, null).update(sample);
}

function nonceOf(iv: Buffer, number: number): Buffer {
  const nonce = Buffer.from(iv);
  nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ number) >>> 0, 8);
  return nonce;
}

/** @param header - up to the packet number, which is written in four bytes */
export function seal(keys: Keys, header: Uint8Array, number: number, payload: Uint8Array): Buffer {
  const head = Buffer.concat([header, Buffer.alloc(NUMBER_LENGTH)]);
  head.writeUInt32BE(number, header.length);
  const cipher = createCipheriv(keys.suite as 'aes-128-gcm', keys.key, nonceOf(keys.iv, number), {
    authTagLength: TAG,
  });
  cipher.setAAD(head);
  const packet = Buffer.concat([head, cipher.update(payload), cipher.final(), cipher.getAuthTag()]);
  const mask = maskOf(keys, packet.subarray(head.length, head.length + 16));
  packet[0] = (packet[0] as number) ^ ((mask[0] as number) & ((packet[0] as number) & 0x80 ? 0x0f : 0x1f));
  for (let i = 0; i < NUMBER_LENGTH; i++) {
    packet[header.length + i] = (packet[header.length + i] as number) ^ (mask[i + 1] as number);
  }
  return packet;
}

/** A 1-RTT packet's payload; undefined if these are not its keys. Numbers must be below 2^16. */
export function open(keys: Keys, packet: Buffer, cidLength: number): { number: number; payload: Buffer } | undefined {
  const at = 1 + cidLength;
  if (packet.length < at + 20) return undefined;
  const mask = maskOf(keys, packet.subarray(at + 4, at + 20));
  const first = (packet[0] as number) ^ ((mask[0] as number) & 0x1f);
  const length = (first & 3) + 1;
  const head = Buffer.from(packet.subarray(0, at + length));
  head[0] = first;
  for (let i = 0; i < length; i++) head[at + i] = (head[at + i] as number) ^ (mask[i + 1] as number);
  const truncated = head.readUIntBE(at, length);
  const end = packet.length - TAG;
  const highs = length === 1 ? Array.from({ length: 256 }, (_, i) => i * 256) : [0];
  for (const high of highs) {
    try {
      const number = high + truncated;
      const nonce = nonceOf(keys.iv, number);
      const decipher = createDecipheriv(keys.suite as 'aes-128-gcm', keys.key, nonce, { authTagLength: TAG });
      decipher.setAAD(head).setAuthTag(packet.subarray(end));
      return { number, payload: Buffer.concat([decipher.update(packet.subarray(at + length, end)), decipher.final()]) };
    } catch {
      // another number, or other keys
    }
  }
  return undefined;
}

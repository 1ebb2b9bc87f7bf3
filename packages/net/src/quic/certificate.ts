import { type EndpointId, endpointIdFromBytes, endpointIdToBytes } from '../identity/endpoint-id.js';
import type { SecretKey } from '../identity/secret-key.js';
import { fromHex } from '../util/hex.js';

/**
 * The X.509 certificate that carries an endpoint's key through TLS, and the key that we read from a peer's.
 *
 * Nothing else in it is proven: TLS 1.3's CertificateVerify message (RFC 8446, section 4.4.3) proves that the peer holds the secret half, whoever
 * signed the certificate. So it is self-signed, with a fixed name and a wide validity.
 *
 * @module
 */

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const SEQUENCE = 0x30;
const SET = 0x31;
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
/** A DNS name among the alternative names (RFC 5280, section 4.2.1.6). */
const DNS_NAME = 0x82;

/** AlgorithmIdentifier of Ed25519: OID 1.3.101.112, no parameters (RFC 8410, section 3). */
const ED25519 = fromHex('300506032b6570');
/** A SubjectPublicKeyInfo up to the 32 key bytes. */
const SPKI_PREFIX = fromHex('302a300506032b6570032100');
const OID_COMMON_NAME = fromHex('0603550403');
const OID_SUBJECT_ALT_NAME = fromHex('0603551d11');
/** The largest certificate that is read, in bytes: ours have a few hundred. */
const MAX_CERTIFICATE_BYTES = 16_384;

const ascii = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/** One DER element (X.690, section 8.1): tag, shortest length, content. */
export function der(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(content);
  const { length } = body;
  const head =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Uint8Array.from(head), body]);
}

/** What a certificate says besides its key. */
export interface CertificateOptions {
  /** The one name that it is valid for, for clients that check names. Default: none. */
  readonly dnsName?: string;
}

/**
 * A self-signed certificate for a key, in DER: always the same bytes for the same key. It is not a CA's: clients that check chains would not take
 * that from a server.
 */
export function certificateDer(key: SecretKey, options: CertificateOptions = {}): Uint8Array {
  const { dnsName } = options;
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, OID_COMMON_NAME, der(UTF8_STRING, ascii('grapevine')))));
  const validity = der(
    SEQUENCE,
    der(UTC_TIME, ascii('750101000000Z')),
    der(GENERALIZED_TIME, ascii('40960101000000Z')),
  );
  const toBeSigned = der(
    SEQUENCE,
    der(VERSION, der(INTEGER, Uint8Array.of(2))), // v3
    der(INTEGER, Uint8Array.of(1)), // serial number
    ED25519,
    name, // issuer
    validity,
    name, // subject
    Buffer.concat([SPKI_PREFIX, endpointIdToBytes(key.id)]),
    dnsName === undefined ? new Uint8Array() : der(EXTENSIONS, der(SEQUENCE, alternativeName(dnsName))),
  );
  const signature = der(BIT_STRING, Uint8Array.of(0), key.sign(toBeSigned));
  return new Uint8Array(der(SEQUENCE, toBeSigned, ED25519, signature));
}

/** {@link certificateDer} in PEM. */
export function certificatePem(key: SecretKey, options: CertificateOptions = {}): string {
  return toPem(certificateDer(key, options));
}

function alternativeName(dnsName: string): Uint8Array {
  const names = der(SEQUENCE, der(DNS_NAME, ascii(dnsName)));
  return der(SEQUENCE, OID_SUBJECT_ALT_NAME, der(OCTET_STRING, names));
}

/** A certificate in PEM, as the native module takes it. */
export function toPem(bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** Walks DER strictly: definite, shortest lengths and nothing beyond the end. */
class DerReader {
  #at = 0;
  constructor(readonly bytes: Uint8Array) {}

  get done(): boolean {
    return this.#at === this.bytes.length;
  }

  /** The next element, which must have this tag: its content and its whole encoding. */
  next(tag: number): { readonly content: Uint8Array; readonly whole: Uint8Array } {
    const start = this.#at;
    if (this.#byte() !== tag) throw new Error(`expected DER tag ${tag} at offset ${start}`);
    const first = this.#byte();
    let length = first;
    if (first >= 0x80) {
      const count = first & 0x7f;
      if (count === 0 || count > 2) throw new Error(`bad DER length at offset ${start}`);
      length = 0;
      for (let i = 0; i < count; i++) length = length * 256 + this.#byte();
      if (length < (count === 1 ? 0x80 : 0x100)) throw new Error(`DER length not minimal at offset ${start}`);
    }
    const body = this.#at;
    if (body + length > this.bytes.length) throw new Error(`DER element at offset ${start} is cut off`);
    this.#at = body + length;
    return { content: this.bytes.subarray(body, this.#at), whole: this.bytes.subarray(start, this.#at) };
  }

  #byte(): number {
    const byte = this.bytes[this.#at++];
    if (byte === undefined) throw new Error('DER is cut off');
    return byte;
  }
}

/**
 * The identity in a peer's certificate (RFC 5280, section 4.1): its subject key, which must be Ed25519.
 *
 * @throws Error that says what is wrong: not a certificate, another kind of key, not a point of the curve
 */
export function endpointIdFromCertificate(certificate: Uint8Array): EndpointId {
  if (certificate.length > MAX_CERTIFICATE_BYTES) throw new Error(`the certificate has ${certificate.length} bytes`);
  const outer = new DerReader(certificate);
  const fields = new DerReader(outer.next(SEQUENCE).content);
  if (!outer.done) throw new Error('there are bytes after the certificate');
  const toBeSigned = new DerReader(fields.next(SEQUENCE).content);
  toBeSigned.next(VERSION);
  toBeSigned.next(INTEGER); // serial number
  toBeSigned.next(SEQUENCE); // signature algorithm
  toBeSigned.next(SEQUENCE); // issuer
  toBeSigned.next(SEQUENCE); // validity
  toBeSigned.next(SEQUENCE); // subject
  const key = toBeSigned.next(SEQUENCE).whole;
  const prefix = SPKI_PREFIX.length;
  if (key.length !== prefix + 32 || !SPKI_PREFIX.every((byte, i) => key[i] === byte)) {
    throw new Error('the certificate is not for an Ed25519 key');
  }
  return endpointIdFromBytes(key.slice(prefix));
}

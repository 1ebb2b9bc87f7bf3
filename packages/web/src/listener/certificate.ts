import { createECDH, createHash, createPrivateKey, hkdfSync } from 'node:crypto';
import type { SecretKey } from '@grapevine/net';
import type { ServerCertificate } from '@grapevine/net/quic';

/**
 * The certificates that browsers are shown. A browser accepts a certificate that no authority has signed only if it knows its SHA-256 hash, its key
 * is an ECDSA one, and it is valid for no more than 14 days (W3C WebTransport, section "Custom certificate requirements").
 *
 * Each is derived from the endpoint's key and the number of its period, bit for bit: a listener that restarts, and two that share a key,
 * show the same one, and the next one's hash is known beforehand. So its signature must not draw random numbers, as OpenSSL's does.
 *
 * @module
 */

const DAY = 86_400_000;
/** How long one certificate is shown, in milliseconds. */
export const PERIOD = 11 * DAY;
/** How much earlier and later it is valid, in milliseconds: clocks differ, and connections begin while it changes. */
const MARGIN = DAY;

/** A certificate with its hash. */
export interface PeriodCertificate extends ServerCertificate {
  /** SHA-256 of the certificate. */
  readonly hash: Uint8Array;
  /** When it expires, in milliseconds since 1970. */
  readonly notAfter: number;
}

/** The period that a time belongs to. */
export function periodOf(now: number): number {
  return Math.floor(now / PERIOD);
}

/** The certificate of a period. */
export function certificateOf(key: SecretKey, period: number): PeriodCertificate {
  const notBefore = period * PERIOD - MARGIN;
  const notAfter = (period + 1) * PERIOD + MARGIN;
  const scalar = scalarOf(key, `key ${period}`);
  const publicPoint = pointOf(scalar);
  const toBeSigned = toBeSignedDer(publicPoint, notBefore, notAfter);
  const signature = sign(scalar, scalarOf(key, `nonce ${period}`), toBeSigned);
  const certificate = new Uint8Array(
    der(SEQUENCE, toBeSigned, ECDSA_SHA256, der(BIT_STRING, Uint8Array.of(0), signature)),
  );
  const keyPem = privateKeyPem(scalar, publicPoint);
  const hash = new Uint8Array(createHash('sha256').update(certificate).digest());
  return { keyPem, certificate, hash, notAfter, signature: 'ecdsa_secp256r1_sha256' };
}

/** The order of the curve's group (SEC 2, section 2.4.2). */
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** A secret number below the order, and not 0, from the endpoint's secret. */
function scalarOf(key: SecretKey, purpose: string): Uint8Array {
  for (let attempt = 0; ; attempt++) {
    const info = `grapevine-web/1 certificate ${purpose} ${attempt}`;
    const scalar = new Uint8Array(hkdfSync('sha256', key.toBytes(), new Uint8Array(), info, 32));
    const value = toNumber(scalar);
    if (value > 0n && value < P256_ORDER) return scalar; // once in 2^32 it is not
  }
}

/** A multiple of the generator, uncompressed. */
function pointOf(scalar: Uint8Array): Uint8Array {
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(scalar);
  return ecdh.getPublicKey();
}

/**
 * ECDSA (FIPS 186-5, section 6.4.1) with a nonce that is derived instead of drawn, and used for this one message alone.
 *
 * @returns the signature in DER
 */
function sign(scalar: Uint8Array, nonce: Uint8Array, message: Uint8Array): Uint8Array {
  const k = toNumber(nonce);
  const r = toNumber(pointOf(nonce).subarray(1, 33)) % P256_ORDER;
  const digest = toNumber(createHash('sha256').update(message).digest());
  const s = (inverse(k) * (digest + r * toNumber(scalar))) % P256_ORDER;
  return der(SEQUENCE, derInteger(r), derInteger(s));
}

/** By Fermat: the order is a prime. */
function inverse(value: bigint): bigint {
  let result = 1n;
  let base = value;
  for (let exponent = P256_ORDER - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % P256_ORDER;
    base = (base * base) % P256_ORDER;
  }
  return result;
}

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const UTF8_STRING = 0x0c;
const GENERALIZED_TIME = 0x18;
const SEQUENCE = 0x30;
const SET = 0x31;
const EXPLICIT_0 = 0xa0;
const EXPLICIT_1 = 0xa1;
const EXPLICIT_3 = 0xa3;
/** Object identifiers, each with its tag and length: id-ecPublicKey with prime256v1, ecdsa-with-SHA256, commonName. */
const EC_P256 = Buffer.from('301306072a8648ce3d020106082a8648ce3d030107', 'hex');
const ECDSA_SHA256 = Buffer.from('300a06082a8648ce3d040302', 'hex');
const COMMON_NAME = Buffer.from('0603550403', 'hex');

/** Empty BasicConstraints: not a CA (RFC 5280, section 4.2.1.9). Chromium takes no certificate without extensions. */
const BASIC_CONSTRAINTS = Buffer.from('30090603551d1304023000', 'hex');

/** One DER element (X.690, section 8.1). */
function der(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(content);
  const { length } = body;
  const head =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Uint8Array.from(head), body]);
}

/** A positive number, whose highest bit must be clear. */
function derInteger(value: bigint): Uint8Array {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
  return der(INTEGER, (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Uint8Array.of(0), bytes]) : bytes);
}

/** RFC 5915 within PKCS #8. */
function privateKeyPem(scalar: Uint8Array, publicPoint: Uint8Array): string {
  const publicBits = der(EXPLICIT_1, der(BIT_STRING, Uint8Array.of(0), publicPoint));
  const inner = der(SEQUENCE, der(INTEGER, Uint8Array.of(1)), der(OCTET_STRING, scalar), publicBits);
  const outer = Buffer.from(der(SEQUENCE, der(INTEGER, Uint8Array.of(0)), EC_P256, der(OCTET_STRING, inner)));
  const key = createPrivateKey({ key: outer, format: 'der', type: 'pkcs8' });
  return key.export({ format: 'pem', type: 'pkcs8' }) as string;
}

/** What is signed of an X.509 v3 certificate (RFC 5280, section 4.1). */
function toBeSignedDer(publicPoint: Uint8Array, notBefore: number, notAfter: number): Uint8Array {
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8_STRING, Buffer.from('grapevine')))));
  return der(
    SEQUENCE,
    der(EXPLICIT_0, der(INTEGER, Uint8Array.of(2))),
    derInteger(serialOf(publicPoint)),
    ECDSA_SHA256,
    name,
    der(SEQUENCE, time(notBefore), time(notAfter)),
    name,
    der(SEQUENCE, EC_P256, der(BIT_STRING, Uint8Array.of(0), publicPoint)),
    der(EXPLICIT_3, der(SEQUENCE, BASIC_CONSTRAINTS)),
  );
}

/**
 * A serial number that differs from key to key (RFC 5280, section 4.1.2.2: at most 20 bytes). Firefox takes no certificate that has the issuer and
 * number of another one that it knows, so with equal numbers a tab could be connected to one hub only.
 */
function serialOf(publicPoint: Uint8Array): bigint {
  return toNumber(createHash('sha256').update(publicPoint).digest().subarray(0, 16));
}

/** GeneralizedTime is for years from 2050 on; before, UTCTime has to be used (RFC 5280, section 4.1.2.5). */
function time(milliseconds: number): Uint8Array {
  const text = `${new Date(milliseconds).toISOString().replace(/[-:T]|\..*$/g, '')}Z`;
  const UTC_TIME = 0x17;
  return text < '2050' ? der(UTC_TIME, Buffer.from(text.slice(2))) : der(GENERALIZED_TIME, Buffer.from(text));
}

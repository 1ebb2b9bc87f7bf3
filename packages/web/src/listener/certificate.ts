import { createHash, createPrivateKey, hkdfSync } from 'node:crypto';
import type { SecretKey } from '@grapevine/net';
import type { ServerCertificate } from '@grapevine/net/quic';
import { der, derInteger, TAG } from './der.js';
import { isScalar, pointOf, sign, toNumber } from './ecdsa.js';

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
    der(TAG.sequence, toBeSigned, ECDSA_SHA256, der(TAG.bitString, Uint8Array.of(0), signature)),
  );
  const keyPem = privateKeyPem(scalar, publicPoint);
  const hash = new Uint8Array(createHash('sha256').update(certificate).digest());
  return { keyPem, certificate, hash, notAfter, signature: 'ecdsa_secp256r1_sha256' };
}

/** A secret number for {@link sign}, derived from the endpoint's secret. */
function scalarOf(key: SecretKey, purpose: string): Uint8Array {
  for (let attempt = 0; ; attempt++) {
    const info = `grapevine-web/1 certificate ${purpose} ${attempt}`;
    const scalar = new Uint8Array(hkdfSync('sha256', key.toBytes(), new Uint8Array(), info, 32));
    if (isScalar(scalar)) return scalar;
  }
}

/** Object identifiers, each with its tag and length: id-ecPublicKey with prime256v1, ecdsa-with-SHA256, commonName. */
const EC_P256 = Buffer.from('301306072a8648ce3d020106082a8648ce3d030107', 'hex');
const ECDSA_SHA256 = Buffer.from('300a06082a8648ce3d040302', 'hex');
const COMMON_NAME = Buffer.from('0603550403', 'hex');

/** Empty BasicConstraints: not a CA (RFC 5280, section 4.2.1.9). Chromium takes no certificate without extensions. */
const BASIC_CONSTRAINTS = Buffer.from('30090603551d1304023000', 'hex');

/** RFC 5915 within PKCS #8. */
function privateKeyPem(scalar: Uint8Array, publicPoint: Uint8Array): string {
  const publicBits = der(TAG.explicit1, der(TAG.bitString, Uint8Array.of(0), publicPoint));
  const inner = der(TAG.sequence, der(TAG.integer, Uint8Array.of(1)), der(TAG.octetString, scalar), publicBits);
  const outer = Buffer.from(
    der(TAG.sequence, der(TAG.integer, Uint8Array.of(0)), EC_P256, der(TAG.octetString, inner)),
  );
  const key = createPrivateKey({ key: outer, format: 'der', type: 'pkcs8' });
  return key.export({ format: 'pem', type: 'pkcs8' }) as string;
}

/** What is signed of an X.509 v3 certificate (RFC 5280, section 4.1). */
function toBeSignedDer(publicPoint: Uint8Array, notBefore: number, notAfter: number): Uint8Array {
  const name = der(
    TAG.sequence,
    der(TAG.set, der(TAG.sequence, COMMON_NAME, der(TAG.utf8String, Buffer.from('grapevine')))),
  );
  return der(
    TAG.sequence,
    der(TAG.explicit0, der(TAG.integer, Uint8Array.of(2))),
    derInteger(serialOf(publicPoint)),
    ECDSA_SHA256,
    name,
    der(TAG.sequence, time(notBefore), time(notAfter)),
    name,
    der(TAG.sequence, EC_P256, der(TAG.bitString, Uint8Array.of(0), publicPoint)),
    der(TAG.explicit3, der(TAG.sequence, BASIC_CONSTRAINTS)),
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
  return text < '2050' ? der(TAG.utcTime, Buffer.from(text.slice(2))) : der(TAG.generalizedTime, Buffer.from(text));
}

import { X509Certificate } from 'node:crypto';
import { SecretKey } from '@grapevine/net';
import { describe, expect, test } from 'vitest';
import { certificateOf, PERIOD, periodOf } from '../src/listener/certificate.js';

const key = SecretKey.fromBytes(new Uint8Array(32).fill(3));
const DAY = 86_400_000;

describe('the certificate of a period', () => {
  test('is the same whenever it is made, and another one in the next period and for another key', () => {
    const { hash, keyPem } = certificateOf(key, 1_800);
    expect(certificateOf(key, 1_800)).toMatchObject({ hash, keyPem });
    expect(certificateOf(key, 1_801).hash).not.toEqual(hash);
    expect(certificateOf(SecretKey.generate(), 1_800).hash).not.toEqual(hash);
  });

  test('has a serial number that no other has: Firefox refuses the second of two certificates with one issuer and number', () => {
    const serials = [1_800, 1_801].flatMap((period) =>
      [key, SecretKey.generate()].map(
        (owner) => new X509Certificate(certificateOf(owner, period).certificate).serialNumber,
      ),
    );
    expect(new Set(serials).size).toBe(4);
    for (const serial of serials) expect(serial.length).toBeLessThanOrEqual(2 * 20);
  });

  test('is what browsers take: an ECDSA key, its own valid signature, at most 14 days', () => {
    for (let period = 1_800; period < 1_840; period++) {
      const parsed = new X509Certificate(certificateOf(key, period).certificate);
      expect(parsed.publicKey.asymmetricKeyDetails).toMatchObject({ namedCurve: 'prime256v1' });
      expect(parsed.verify(parsed.publicKey)).toBe(true);
      const from = Date.parse(parsed.validFrom);
      const to = Date.parse(parsed.validTo);
      expect(to - from).toBeLessThanOrEqual(14 * DAY);
      expect(from).toBe(period * PERIOD - DAY);
      expect(to).toBe((period + 1) * PERIOD + DAY);
    }
  });

  test('holds for the whole of the period and a day on either side', () => {
    const now = Date.UTC(2026, 10, 26);
    expect(periodOf(now) * PERIOD).toBeLessThanOrEqual(now);
    expect((periodOf(now) + 1) * PERIOD).toBeGreaterThan(now);
  });

  test('after 2049 has its times in the other form', () => {
    const parsed = new X509Certificate(certificateOf(key, periodOf(Date.UTC(2051, 0, 1))).certificate);
    expect(parsed.validTo).toContain('2051');
  });
});

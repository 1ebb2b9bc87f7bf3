import { generateKeyPairSync, verify, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SecretKey } from '../../src/identity/secret-key.js';
import { certificatePem, endpointIdFromCertificate } from '../../src/quic/certificate.js';
import { ecdsaCredentials, rsaCredentials } from './raw-peer.js';

const key = SecretKey.fromBytes(new Uint8Array(32).fill(7));
const certificate = () => new Uint8Array(new X509Certificate(certificatePem(key)).raw);

describe('the certificate of an endpoint', () => {
  it('is X.509 v3, signed by the key it carries, and valid for two thousand years', () => {
    const parsed = new X509Certificate(certificatePem(key));
    expect(parsed.publicKey.asymmetricKeyType).toBe('ed25519');
    expect(parsed.verify(parsed.publicKey)).toBe(true);
    expect(parsed.subject).toBe('CN=grapevine');
    expect(new Date(parsed.validFrom).getUTCFullYear()).toBe(1975);
    expect(new Date(parsed.validTo).getUTCFullYear()).toBe(4096);
  });

  it('is the same every time', () => {
    expect(certificatePem(key)).toBe(certificatePem(key));
  });

  it('gives back the id', () => {
    expect(endpointIdFromCertificate(certificate())).toBe(key.id);
  });

  it.each([
    ['RSA', rsaCredentials],
    ['ECDSA', ecdsaCredentials],
  ])('of %s is refused', (_, make) => {
    const raw = new Uint8Array(new X509Certificate(make().certificate).raw);
    expect(() => endpointIdFromCertificate(raw)).toThrow('not for an Ed25519 key');
  });

  it('of X25519 is refused, though its key has 32 bytes, too', () => {
    const raw = certificate();
    const at = Buffer.from(raw).lastIndexOf(Buffer.from('06032b65700321', 'hex'));
    raw[at + 4] = 0x6e; // OID 1.3.101.110
    expect(() => endpointIdFromCertificate(raw)).toThrow('not for an Ed25519 key');
  });

  it('cut off anywhere, or with a byte too many, is refused', () => {
    const raw = certificate();
    for (let length = 0; length < raw.length; length++) {
      expect(() => endpointIdFromCertificate(raw.slice(0, length))).toThrow();
    }
    expect(() => endpointIdFromCertificate(Uint8Array.of(...raw, 0))).toThrow('bytes after the certificate');
  });

  it('with any byte changed raises an Error or carries some id: it never crashes', () => {
    const raw = certificate();
    for (let i = 0; i < raw.length; i++) {
      const changed = raw.slice();
      changed[i] = (changed[i] as number) ^ 0xff;
      try {
        expect(endpointIdFromCertificate(changed)).toMatch(/^[0-9a-f]{64}$/);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }
  });

  it('with a length that is not the shortest is refused', () => {
    const raw = certificate();
    expect(raw[1]).toBe(0x81); // one length byte; the same length in two is not DER
    const longer = Uint8Array.of(0x30, 0x82, 0, ...raw.slice(2));
    expect(() => endpointIdFromCertificate(longer)).toThrow('not minimal');
  });

  it('is signed over what it says (checked with plain crypto)', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    expect(publicKey.asymmetricKeyType).toBe(privateKey.asymmetricKeyType);
    const parsed = new X509Certificate(certificatePem(key));
    const signature = parsed.raw.subarray(-64);
    const toBeSigned = parsed.raw.subarray(3, parsed.raw.length - 64 - 3 - 7);
    expect(verify(null, toBeSigned, parsed.publicKey, signature)).toBe(true);
    expect(verify(null, toBeSigned, publicKey, signature)).toBe(false);
  });
});

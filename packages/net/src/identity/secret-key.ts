import { someBytes } from '@grapevine/proto/check';
import { signingKey } from '#ed25519';
import { ParseError } from '../errors.js';
import { decodeBase32 } from '../util/base32.js';
import { fromHex, toHex } from '../util/hex.js';
import type { SigningKey } from './ed25519/signing-key.js';
import { type EndpointId, endpointIdFromBytes } from './endpoint-id.js';

const WHAT = 'secret key';
const BYTES = 32;

/** RFC 8410: what stands before the 32-byte seed in the PKCS #8 form of an Ed25519 key. */
const PKCS8_PREFIX = '302e020100300506032b657004220420';

/**
 * An Ed25519 secret key: the identity of an endpoint.
 *
 * The key never shows itself: `toString`, `JSON.stringify` and `console.log` print the public id. Only
 * {@link SecretKey.toBytes} hands it out.
 *
 * @example
 * ```ts
 * const key = SecretKey.generate();
 * console.log(key.id, key.sign(new Uint8Array([1, 2, 3])).length); // … 64
 * ```
 */
export class SecretKey {
  /** The public half. */
  readonly id: EndpointId;
  readonly #seed: Uint8Array;
  readonly #key: SigningKey;

  private constructor(seed: Uint8Array) {
    this.#seed = seed;
    this.#key = signingKey(seed);
    this.id = endpointIdFromBytes(this.#key.publicKey);
  }

  /** A fresh key from the operating system's random numbers. */
  static generate(): SecretKey {
    return new SecretKey(crypto.getRandomValues(new Uint8Array(BYTES)));
  }

  /**
   * The key with this 32-byte seed.
   *
   * @throws ParseError if there are not 32 bytes
   */
  static fromBytes(seed: Uint8Array): SecretKey {
    someBytes('seed', seed);
    if (seed.length !== BYTES) throw new ParseError(WHAT, `it has ${seed.length} bytes instead of ${BYTES}`);
    return new SecretKey(new Uint8Array(seed));
  }

  /**
   * Parses 64 lower-case hex digits or 52 letters of base32.
   *
   * @throws ParseError; its message never repeats the text
   */
  static parse(text: string): SecretKey {
    if (typeof text !== 'string') throw new TypeError(`a secret key must be a string, got ${typeof text}`); // never its value
    if (text.length === 2 * BYTES) {
      if (!/^[0-9a-f]+$/.test(text)) throw new ParseError(WHAT, 'it has digits other than 0-9 and lower-case a-f');
      return new SecretKey(fromHex(text));
    }
    let bytes: Uint8Array;
    try {
      bytes = decodeBase32(text, WHAT);
    } catch {
      throw new ParseError(WHAT, 'expected 64 lower-case hex digits or 52 letters of base32');
    }
    return SecretKey.fromBytes(bytes);
  }

  /** The 32-byte seed. Keep it secret: whoever has it *is* this endpoint. */
  toBytes(): Uint8Array {
    return new Uint8Array(this.#seed);
  }

  /** The seed as 64 hex digits. Keep it secret. */
  toHex(): string {
    return toHex(this.#seed);
  }

  /** The key in PKCS #8 PEM, as TLS libraries take it. Keep it secret. */
  toPem(): string {
    const pkcs8 = fromHex(PKCS8_PREFIX + this.toHex());
    return `-----BEGIN PRIVATE KEY-----\n${btoa(String.fromCharCode(...pkcs8))}\n-----END PRIVATE KEY-----\n`;
  }

  /** Signs a message (RFC 8032, deterministic). @returns 64 bytes */
  sign(message: Uint8Array): Uint8Array {
    someBytes('message', message);
    return this.#key.sign(message);
  }

  toString(): string {
    return `SecretKey(of ${this.id})`;
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const MAC_LENGTH = 32;
const EXPIRY_LENGTH = 6;

/**
 * Tokens that prove that a client receives at the address it sends from (RFC 9000, section 8.1.2), without us keeping anything.
 *
 * A token is `expiry (6 bytes, ms) ‖ the client's first destination id ‖ HMAC-SHA256 over both and the source address`. The key
 * lives as long as the endpoint.
 */
export class RetryTokens {
  readonly #key = randomBytes(32);

  /**
   * @param lifetimeMs how long a token is good for; a client answers a retry within a round trip
   * @param now wall clock in milliseconds
   */
  constructor(
    readonly lifetimeMs = 10_000,
    readonly now: () => number = Date.now,
  ) {}

  /** A token for a client at `source` (`host:port`). */
  issue(source: string, originalDcid: Uint8Array): Uint8Array {
    const head = Buffer.alloc(EXPIRY_LENGTH);
    head.writeUIntBE(this.now() + this.lifetimeMs, 0, EXPIRY_LENGTH);
    const body = Buffer.concat([head, originalDcid]);
    return Buffer.concat([body, this.#mac(body, source)]);
  }

  /** The client's first destination id if this token is ours, fresh, and for that source; else undefined. */
  check(source: string, token: Uint8Array): Uint8Array | undefined {
    if (token.length <= EXPIRY_LENGTH + MAC_LENGTH) return undefined;
    const body = Buffer.from(token.subarray(0, -MAC_LENGTH));
    if (!timingSafeEqual(this.#mac(body, source), token.subarray(-MAC_LENGTH))) return undefined;
    if (body.readUIntBE(0, EXPIRY_LENGTH) < this.now()) return undefined;
    return new Uint8Array(body.subarray(EXPIRY_LENGTH));
  }

  #mac(body: Uint8Array, source: string): Buffer {
    return createHmac('sha256', this.#key).update(body).update(source).digest();
  }
}

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { cidKey } from './packet-header.js';

const MAC_LENGTH = 32;
const EXPIRY_LENGTH = 6;
/**
 * How many used tokens are remembered; while there are more, no token is valid. Each stands for a round trip with a real address. At 100 bytes each
 * they take 6 MB.
 */
const MAX_USED = 65_536;

/**
 * Tokens that prove that a client receives at the address it sends from (RFC 9000, section 8.1.2). Nothing is kept for a token that is issued. Used
 * ones are remembered until they expire, because each is good for one handshake.
 *
 * A token is `expiry (6 bytes, ms) ‖ the client's first destination id ‖ HMAC-SHA256 over both, the source address and the id that
 * the client is to use`. The key lives as long as the endpoint.
 */
export class RetryTokens {
  readonly #key = randomBytes(32);
  /** The ids that came with used tokens, and when these expire; in that order. */
  readonly #used = new Map<string, number>();

  /**
   * @param lifetimeMs how long a token is good for; a client answers a retry within a round trip
   * @param now wall clock in milliseconds
   */
  constructor(
    readonly lifetimeMs = 10_000,
    readonly now: () => number = Date.now,
  ) {}

  /** A token for a client at `source` (`host:port`) that is told to call us `cid`. */
  issue(source: string, originalDcid: Uint8Array, cid: Uint8Array): Uint8Array {
    const head = Buffer.alloc(EXPIRY_LENGTH);
    head.writeUIntBE(this.now() + this.lifetimeMs, 0, EXPIRY_LENGTH);
    const body = Buffer.concat([head, originalDcid]);
    return Buffer.concat([body, this.#mac(body, source, cid)]);
  }

  /** The client's first destination id if this token is ours, fresh, unused, and for that source and id; else undefined. */
  check(source: string, token: Uint8Array, cid: Uint8Array): Uint8Array | undefined {
    if (token.length <= EXPIRY_LENGTH + MAC_LENGTH) return undefined;
    const body = Buffer.from(token.subarray(0, -MAC_LENGTH));
    if (!timingSafeEqual(this.#mac(body, source, cid), token.subarray(-MAC_LENGTH))) return undefined;
    if (body.readUIntBE(0, EXPIRY_LENGTH) < this.now() || this.#used.has(cidKey(cid))) return undefined;
    this.#expire();
    return this.#used.size < MAX_USED ? new Uint8Array(body.subarray(EXPIRY_LENGTH)) : undefined;
  }

  /** The token that came with this id has been used. */
  use(cid: Uint8Array): void {
    this.#used.set(cidKey(cid), this.now() + this.lifetimeMs);
  }

  #expire(): void {
    const now = this.now();
    for (const [key, until] of this.#used) {
      if (until >= now) return;
      this.#used.delete(key);
    }
  }

  #mac(body: Buffer, source: string, cid: Uint8Array): Buffer {
    return createHmac('sha256', this.#key).update(body).update(cid).update(source).digest();
  }
}

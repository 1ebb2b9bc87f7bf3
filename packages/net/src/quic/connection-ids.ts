import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { SecretKey } from '../identity/secret-key.js';
import { CID_LENGTH, cidKey } from './packet-header.js';
import { fewRandomBytes } from './random-bytes.js';

/** RFC 9000, section 10.3: a reset ends with the token. */
const TOKEN_LENGTH = 16;
const SEED_LENGTH = 6;
/** Fewest bytes of a reset: peers ignore shorter ones. */
const MIN_RESET = 21;
/** Most bytes of a reset: as many as small packets have. */
const MAX_RESET = 40;
/** First bits of a packet with a short header. */
const SHORT_FORM = 0x40;

/**
 * The connection ids of one endpoint, and the tokens with which it tells, after a restart, that it does not know a
 * connection any more (stateless reset, RFC 9000, section 10.3).
 *
 * An id is `seed (6 bytes) ‖ SHA-256(token) (10 bytes)`, its token HMAC-SHA256 of the seed with a key that follows from the secret key. So an
 * endpoint recognizes its own ids without keeping any, and a peer that knows an id can check a reset for it but cannot make one. (The standard
 * announces tokens in frames and a transport parameter. quiche 0.18 looks only at the parameter, which only servers send: a server could never be
 * told.) 80 bits of the hash stand between an attacker on the path and a forged token.
 */
export class ConnectionIds {
  readonly #key: Buffer;

  constructor(secretKey: SecretKey) {
    this.#key = createHmac('sha256', secretKey.toBytes()).update('grapevine quic stateless reset 1').digest();
  }

  /** A fresh id that nobody can guess. */
  next(): Uint8Array {
    return this.issue().cid;
  }

  /** A fresh id with its token. */
  issue(): { readonly cid: Uint8Array; readonly token: Uint8Array } {
    const seed = fewRandomBytes(SEED_LENGTH);
    const token = this.#token(seed);
    return { cid: Buffer.concat([seed, checkOf(token)]), token };
  }

  /** The token of an id, or undefined if this endpoint never made it. */
  tokenOf(cid: Uint8Array): Uint8Array | undefined {
    const token = this.#token(cid.subarray(0, SEED_LENGTH));
    return cid.length === CID_LENGTH && checkOf(token).equals(cid.subarray(SEED_LENGTH)) ? token : undefined;
  }

  /** The reset that answers a packet for an unknown connection; undefined if its id was never ours, or the packet is too short. */
  resetFor(datagram: Uint8Array): Uint8Array | undefined {
    const length = Math.min(datagram.length - 1, MAX_RESET); // shorter than what it answers, so that no loop can last
    if (length < MIN_RESET) return undefined;
    const token = this.tokenOf(datagram.subarray(1, 1 + CID_LENGTH));
    if (!token) return undefined;
    const reset = randomBytes(length);
    reset[0] = SHORT_FORM | ((reset[0] as number) & 0x3f);
    reset.set(token, length - TOKEN_LENGTH);
    return reset;
  }

  #token(seed: Uint8Array): Buffer {
    return createHmac('sha256', this.#key).update(seed).digest().subarray(0, TOKEN_LENGTH);
  }
}

/** The part of an id that its token determines. */
function checkOf(token: Uint8Array): Buffer {
  return createHash('sha256')
    .update(token)
    .digest()
    .subarray(0, CID_LENGTH - SEED_LENGTH);
}

/** The key of a connection whose peer has this id: see {@link resetKeyIn}. */
export function resetKeyOf(cid: Uint8Array): string | undefined {
  return cid.length === CID_LENGTH ? cidKey(cid, SEED_LENGTH) : undefined;
}

/** The key of the connection that this datagram resets, if it is a reset. */
export function resetKeyIn(datagram: Uint8Array): string | undefined {
  return datagram.length < MIN_RESET ? undefined : cidKey(checkOf(datagram.subarray(-TOKEN_LENGTH)));
}

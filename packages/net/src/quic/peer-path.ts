import type { HostPort } from './binding.js';
import { newNonce } from './mtu-probe.js';

/** RFC 9000, section 8.1: an address that has not proven to receive may be sent this many times what authentic packets brought from it. */
const AMPLIFICATION_LIMIT = 3;
/** A challenge is repeated after this long, in milliseconds, then after twice as long, and so on ... */
const FIRST_CHALLENGE_MS = 100;
/** ... up to this. */
const LAST_CHALLENGE_MS = 1_600;

/**
 * Where the peer of one connection is, and how much may be sent there.
 *
 * quiche 0.18 can follow a peer to another address by itself, but strands what was in flight on the old path: a lost
 * MAX_STREAM_DATA is never repeated and the transfer stops for good; and its server can challenge only a path to which it has
 * moved already. So quiche sees one path for ever, and the address is looked after here.
 *
 * - An address is *proven* when somebody there has answered what could not be guessed: the handshake, the token of a retry, or a
 *   challenge. Until then at most three times as many bytes go there as authentic packets (decrypted, and not seen before) brought.
 * - The peer *moves* only with an authentic packet. Then nothing but challenges goes to the new address, until one is answered.
 *   The way back to the address that was proven last needs no proof (RFC 9000, section 9.3.3).
 */
export class PeerPath implements HostPort {
  #host: string;
  #port: number;
  /** Bytes that may be sent before the address is proven; infinite once it is. */
  #allowance: number;
  #lastProven: HostPort | undefined;
  /** What an answer to a challenge must repeat; undefined when there is nothing to prove by a challenge. */
  #nonce: Uint8Array | undefined;
  #challengeAt = Number.POSITIVE_INFINITY;
  #waitMs = FIRST_CHALLENGE_MS;

  constructor({ host, port }: HostPort, { isProven }: { readonly isProven: boolean }) {
    this.#host = host;
    this.#port = port;
    this.#allowance = isProven ? Number.POSITIVE_INFINITY : 0;
    if (isProven) this.#lastProven = { host, port };
  }

  get host(): string {
    return this.#host;
  }

  get port(): number {
    return this.#port;
  }

  /** How many bytes may be sent at all, challenges and the last words of a connection included. */
  get allowance(): number {
    return this.#allowance;
  }

  /** How many bytes quiche may send now: none while a challenge is unanswered. */
  get credit(): number {
    return this.#nonce ? 0 : this.#allowance;
  }

  /** Whether the peer is known to receive there. */
  get isProven(): boolean {
    return this.#allowance === Number.POSITIVE_INFINITY;
  }

  /** When {@link PeerPath.challenge} has something to send, infinite while it has not. */
  get challengeAt(): number {
    return this.#challengeAt;
  }

  sent(bytes: number): void {
    this.#allowance -= bytes;
  }

  is(host: string, port: number): boolean {
    return port === this.#port && host === this.#host;
  }

  /** An authentic datagram came from where the peer is. */
  received(bytes: number): void {
    this.#allowance += AMPLIFICATION_LIMIT * bytes;
  }

  /** The peer has shown that it receives there. */
  prove(): void {
    this.#allowance = Number.POSITIVE_INFINITY;
    this.#lastProven = { host: this.#host, port: this.#port };
    this.#nonce = undefined;
    this.#challengeAt = Number.POSITIVE_INFINITY;
  }

  /** An authentic datagram came from somewhere else: the peer is there now. */
  moveTo(host: string, port: number, bytes: number, now: number): void {
    const { host: provenHost, port: provenPort } = this.#lastProven ?? {};
    this.#host = host;
    this.#port = port;
    if (port === provenPort && host === provenHost) return this.prove();
    this.#allowance = AMPLIFICATION_LIMIT * bytes;
    this.#nonce = newNonce();
    this.#waitMs = FIRST_CHALLENGE_MS;
    this.#challengeAt = now;
  }

  /** The nonce to challenge the address with now; undefined if none is due. @param bytes what the challenge costs */
  challenge(now: number, bytes: number): Uint8Array | undefined {
    if (now < this.#challengeAt) return undefined;
    this.#challengeAt = now + this.#waitMs;
    this.#waitMs = Math.min(2 * this.#waitMs, LAST_CHALLENGE_MS);
    return this.#allowance >= bytes ? this.#nonce : undefined;
  }

  /** An answer came from where the peer is. @returns whether it proves the address */
  answered(nonce: Uint8Array): boolean {
    if (!this.#nonce || Buffer.compare(nonce, this.#nonce) !== 0) return false;
    this.prove();
    return true;
  }
}

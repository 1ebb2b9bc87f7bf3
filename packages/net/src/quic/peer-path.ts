import type { HostPort } from './binding.js';
import { newNonce } from './mtu-probe.js';

/** RFC 9000, section 8.1: an address that has not proven to receive may be sent this many times what authentic packets brought from it. */
const AMPLIFICATION_LIMIT = 3;
/** After how long a challenge is repeated, in milliseconds; then after twice as long, and so on, up to the last. */
const FIRST_CHALLENGE_MS = 100;
/** The longest wait between two challenges, in milliseconds. */
const LAST_CHALLENGE_MS = 1_600;
/** A peer that has not answered after this long, in milliseconds, will not: other QUIC stacks do not know these challenges. */
const PATIENCE_MS = 2_000;
/**
 * After how many bytes a peer has to show again that it receives. Acknowledgements do not show it, because quiche 0.18 takes invented ones
 * (CVE-2025-4820).
 */
const CHECK_BYTES = 4 << 20;
/** How many more bytes are sent while that is unanswered: at 25 MB/s, all that Node can do, a round trip may take 160 ms without a pause. */
const CHECK_WINDOW = 4 << 20;

/**
 * Where the peer of one connection is, and how much may be sent there.
 *
 * quiche 0.18 can follow a peer to another address by itself, but strands what was in flight on the old path: a lost MAX_STREAM_DATA is never
 * repeated and the transfer stops for good; and its server can challenge only a path to which it has moved already. So quiche always sees one path,
 * and this class follows the address.
 *
 * - An address is *proven* when somebody there has answered what could not be guessed: the handshake, the token of a retry, or a
 *   challenge. Until then at most three times as many bytes go there as authentic packets (decrypted, and not seen before) brought.
 * - The peer *moves* only with an authentic packet. Then nothing but challenges goes to the new address, until one is answered.
 *   The way back to the address that was proven last needs no proof (RFC 9000, section 9.3.3). A peer that never answers is told
 *   that the connection is gone, by a stateless reset, and connects anew.
 */
export class PeerPath implements HostPort {
  #host: string;
  #port: number;
  /** Bytes that may be sent before the address is proven; infinite once it is. */
  #allowance: number;
  #lastProven: HostPort | undefined;
  /** What a challenge has to show: that the peer is at a new address, or that it still receives. */
  #question: 'moved' | 'receives' | undefined;
  /** What an answer must repeat. */
  #nonce: Uint8Array | undefined;
  readonly #isChecked: boolean;
  /** Bytes that were sent since the peer has shown that it receives. */
  #sinceProof = 0;
  #challengeAt = Number.POSITIVE_INFINITY;
  #movedAt = Number.NEGATIVE_INFINITY;
  #waitMs = FIRST_CHALLENGE_MS;

  /** @param options whether the address is proven, and whether the peer answers challenges later on */
  constructor({ host, port }: HostPort, options: { readonly isProven: boolean; readonly isChecked: boolean }) {
    const { isProven, isChecked } = options;
    this.#isChecked = isChecked;
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

  /** Where the peer has shown to be last: somebody else's address takes no more than a forged datagram. */
  get proven(): HostPort {
    return this.#lastProven ?? this;
  }

  /** How many bytes may be sent in all, challenges and close packets included. */
  get allowance(): number {
    return this.#allowance;
  }

  /** How many bytes quiche may send now: none while the peer has to answer a challenge first. */
  get credit(): number {
    if (this.#question === 'moved') return 0;
    return this.#question === 'receives' && this.#sinceProof > CHECK_BYTES + CHECK_WINDOW ? 0 : this.#allowance;
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
    this.#sinceProof += bytes;
    if (this.#sinceProof > CHECK_BYTES && this.#isChecked && !this.#question && this.isProven) this.#ask('receives', 0);
  }

  #ask(question: 'moved' | 'receives', at: number): void {
    this.#question = question;
    this.#nonce = newNonce();
    this.#waitMs = FIRST_CHALLENGE_MS;
    this.#challengeAt = at;
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
    this.#sinceProof = 0;
    this.#question = undefined;
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
    this.#movedAt = now;
    this.#ask('moved', now);
  }

  /** Whether the peer should have answered a challenge by now. */
  isOverdue(now: number): boolean {
    return this.#question === 'moved' && now >= this.#movedAt + PATIENCE_MS;
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

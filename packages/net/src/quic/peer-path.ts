import type { HostPort } from './binding.js';

/** RFC 9000, section 8.1: what an address has not proven to receive may be sent this many times what came from it. */
const AMPLIFICATION_LIMIT = 3;

/**
 * Where the peer of one connection is.
 *
 * quiche 0.18 can follow a peer to another address by itself, but strands what was in flight on the old path: a lost
 * MAX_STREAM_DATA is never repeated and the transfer stops for good; and it keeps each path until it holds no more. So quiche
 * sees one path for ever, and the address is looked after here. It moves only with a packet that decrypts and was not seen
 * before, so nobody but the peer, or somebody who sits on the wire, can move it; and until the peer has been heard from the new
 * address again, after something was sent there, little is sent (RFC 9000, section 9.3).
 */
export class PeerPath implements HostPort {
  #host: string;
  #port: number;
  /** Bytes that may be sent before the address is believed; infinite once it is. */
  #credit = Number.POSITIVE_INFINITY;
  #hasSent = false;

  constructor({ host, port }: HostPort) {
    this.#host = host;
    this.#port = port;
  }

  get host(): string {
    return this.#host;
  }

  get port(): number {
    return this.#port;
  }

  /** How many bytes may be sent now. */
  get credit(): number {
    return this.#credit;
  }

  /** Whether the peer is known to receive there. */
  get isProven(): boolean {
    return this.#credit === Number.POSITIVE_INFINITY;
  }

  sent(bytes: number): void {
    this.#credit -= bytes;
    this.#hasSent = true;
  }

  is(host: string, port: number): boolean {
    return port === this.#port && host === this.#host;
  }

  /** A datagram came from where the peer is. */
  received(bytes: number): void {
    if (this.#credit === Number.POSITIVE_INFINITY) return;
    this.#credit = this.#hasSent ? Number.POSITIVE_INFINITY : this.#credit + AMPLIFICATION_LIMIT * bytes;
  }

  /** A genuine datagram came from somewhere else: the peer is there now. */
  moveTo(host: string, port: number, bytes: number): void {
    this.#host = host;
    this.#port = port;
    this.#credit = AMPLIFICATION_LIMIT * bytes;
    this.#hasSent = false;
  }
}

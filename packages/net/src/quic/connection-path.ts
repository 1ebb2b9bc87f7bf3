import type { HostPort } from './binding.js';
import { parseMtuPacket, probePacket } from './mtu-probe.js';
import type { NativeConnection } from './native-connection.js';
import type { PathMtu } from './path-mtu.js';
import { PathProber } from './path-prober.js';
import type { PeerPath } from './peer-path.js';

/** The size of a challenge in bytes: large enough to hold its nonce, and less than three times the smallest packet. */
const CHALLENGE_SIZE = 64;

/**
 * The path to one peer: where it leads, whether that is proven, and how large datagrams may be.
 *
 * Its own packets go past quiche, in the form of MTU probes (`mtu-probe.ts`): a challenge is a small probe, and the answer repeats its nonce, which
 * only somebody who receives there knows.
 */
export class ConnectionPath {
  readonly #remote: PeerPath;
  readonly #prober: PathProber;
  readonly #transmit: (datagram: Uint8Array, to: HostPort) => void;

  /** @param maxSize of datagrams, in bytes @param transmit puts a datagram on the socket */
  constructor(
    native: NativeConnection,
    remote: PeerPath,
    maxSize: number,
    transmit: (datagram: Uint8Array, to: HostPort) => void,
  ) {
    this.#remote = remote;
    this.#prober = new PathProber(native, maxSize, (datagram) => this.send(datagram));
    this.#transmit = transmit;
  }

  get mtu(): PathMtu {
    return this.#prober.mtu;
  }

  /** What the peer calls itself; undefined until the handshake is done. */
  get peerCid(): Uint8Array | undefined {
    return this.#prober.peerCid;
  }

  /** When {@link ConnectionPath.work} has something to do, infinite while it has not. */
  get dueAt(): number {
    return Math.min(this.mtu.dueAt, this.#remote.challengeAt);
  }

  /** The handshake is done. */
  open(): void {
    this.#prober.open();
  }

  /** A datagram with a long header came for the open connection. @returns whether it was a probe or an answer: then it is not for quiche */
  receive(datagram: Uint8Array): boolean {
    const packet = parseMtuPacket(datagram);
    if (!packet) return false;
    if (packet.kind === 'probe' || !this.#remote.answered(packet.nonce)) this.#prober.receive(packet);
    return true;
  }

  /** Sends a datagram besides quiche's, if it may go where the peer is. */
  send(datagram: Uint8Array): void {
    if (this.#remote.credit < datagram.length) return;
    this.#remote.sent(datagram.length);
    this.#transmit(datagram, this.#remote);
  }

  /** An authentic datagram came from elsewhere: the peer is there, and has to prove it. */
  moveTo(host: string, port: number, bytes: number, now: number): void {
    this.#remote.moveTo(host, port, bytes, now);
    this.#prober.moved();
    this.#challenge(now);
  }

  /** A datagram of the largest allowed size was sent. */
  filled(now: number): void {
    this.#prober.filled(now);
  }

  /** Sends the challenge and the probes that are due. */
  work(now: number): void {
    this.#challenge(now);
    this.#prober.probe(now);
  }

  #challenge(now: number): void {
    const { peerCid } = this;
    const nonce = peerCid && this.#remote.challenge(now, CHALLENGE_SIZE);
    if (!nonce) return;
    this.#remote.sent(CHALLENGE_SIZE);
    this.#transmit(probePacket(peerCid, nonce, CHALLENGE_SIZE), this.#remote);
  }
}

import { answerPacket, type MtuPacket, newNonce, probePacket } from './mtu-probe.js';
import type { NativeConnection } from './native-connection.js';
import { PathMtu } from './path-mtu.js';

/** How often losses are checked while large datagrams are sent, in milliseconds: quiche's statistics cost 13 µs. */
const LOSS_CHECK_MS = 250;

/** Finds out how large the datagrams of one connection may be: {@link PathMtu} with its packets. */
export class PathProber {
  readonly mtu: PathMtu;
  readonly #native: NativeConnection;
  readonly #send: (datagram: Uint8Array) => void;
  /** What the peer calls itself; undefined until the handshake is done. */
  peerCid: Uint8Array | undefined;
  /** Made with the first probe: connections that carry little send none. */
  #nonce: Uint8Array | undefined;
  #lostBefore = 0;
  #checkedAt = 0;

  /**
   * @param max the largest size that is ever used, in bytes
   * @param send sends a datagram to where the peer is
   */
  constructor(native: NativeConnection, max: number, send: (datagram: Uint8Array) => void) {
    this.#native = native;
    this.#send = send;
    this.mtu = new PathMtu(max);
  }

  /** The handshake is done. */
  open(): void {
    this.peerCid = this.#native.destinationId();
  }

  /** A probe or an answer came from the peer. */
  receive(packet: MtuPacket): void {
    switch (packet.kind) {
      case 'probe':
        if (this.peerCid) this.#send(answerPacket(this.peerCid, packet.nonce, packet.size));
        break;
      case 'answer':
        if (this.#nonce && Buffer.compare(packet.nonce, this.#nonce) === 0) this.mtu.answered(packet.size);
    }
  }

  /** A datagram of the largest allowed size was sent. */
  filled(now: number): void {
    this.mtu.filled(now);
    if (now < this.#checkedAt + LOSS_CHECK_MS) return;
    this.#checkedAt = now;
    const lost = this.#native.lostPackets();
    if (lost > this.#lostBefore) this.mtu.doubt(now);
    this.#lostBefore = lost;
  }

  /** The peer is somewhere else: nothing is known of that path. */
  moved(): void {
    this.mtu.moved();
    this.#nonce = undefined;
  }

  /** Sends the probes that are due. */
  probe(now: number): void {
    if (now < this.mtu.dueAt) return;
    const { peerCid } = this;
    if (!peerCid) return;
    for (const size of this.mtu.due(now, this.#rttMs)) {
      this.#nonce ??= newNonce();
      this.#send(probePacket(peerCid, this.#nonce, size));
    }
  }

  readonly #rttMs = (): number => this.#native.stats().rttMs;
}

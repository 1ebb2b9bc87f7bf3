import type { ConnectionPath } from './connection-path.js';
import type { DriverHost } from './driver-host.js';
import { AckDebt, type AckOwner, type HeldAck } from './held-acks.js';
import type { NativeConnection } from './native-connection.js';
import type { PeerPath } from './peer-path.js';

/** What {@link Outbound} needs of its connection. */
export interface OutboundParts {
  readonly host: Pick<DriverHost, 'heldAcks' | 'transmit'>;
  readonly native: NativeConnection;
  readonly remote: PeerPath;
  readonly path: ConnectionPath;
  /** Whether nothing of ours is in flight. It is asked only when it matters, because it costs a call into quiche. */
  readonly isQuiet: () => boolean;
  /** Runs the connection's tick now. */
  readonly tick: () => void;
}

/** The datagrams that one connection sends, and when: in the tick that finds them due. Only an acknowledgement that is alone waits a little. */
export class Outbound implements AckOwner {
  heldAck: HeldAck | undefined;
  readonly #parts: OutboundParts;
  readonly #acks = new AckDebt();
  #isOpen = false;
  /** Whether something besides acknowledgements is due, of which neither streams nor datagrams tell. */
  #isDue = false;

  constructor(parts: OutboundParts) {
    this.#parts = parts;
  }

  /** The handshake is done. */
  open(): void {
    this.#isOpen = true;
  }

  /** A datagram came, which has to be acknowledged. */
  received(): void {
    this.#acks.received();
  }

  /** The next tick sends, whatever waits. */
  markDue(): void {
    this.#isDue = true;
  }

  /** The next packet is one that the peer must answer. */
  ask(): void {
    this.#parts.native.keepAlive();
    this.#isDue = true;
  }

  /** In a tick of an open connection: sends what is due, unless that is one acknowledgement. @returns whether there may be more to send */
  sendDue(): boolean {
    const { host, native, isQuiet } = this.#parts;
    const mayWait = !this.#isDue && this.#acks.canWait(native.streamBytes) && isQuiet();
    if (!mayWait) return this.send();
    host.heldAcks.hold(this, performance.now());
    return false;
  }

  /** Sends all that quiche has. @returns whether there may be more to send */
  send(): boolean {
    const { host, native, remote, path } = this.#parts;
    this.#isDue = false;
    this.#acks.paid(native.streamBytes);
    host.heldAcks.release(this);
    const { hasMore, hasFilled } = host.transmit(native, remote, path.mtu.size);
    if (hasFilled && this.#isOpen) path.filled(performance.now());
    return hasMore;
  }

  /** In a tick of a handshake: sends all that quiche has, and keeps it, because it may have to be repeated. */
  sendFlight(): { readonly datagrams: readonly Uint8Array[]; readonly hasMore: boolean } {
    const { host, native, remote, path } = this.#parts;
    const datagrams: Uint8Array[] = [];
    const { hasMore } = host.transmit(native, remote, path.mtu.size, datagrams);
    return { datagrams, hasMore };
  }

  sendHeld(): void {
    this.#isDue = true;
    this.#parts.tick();
  }

  /** The connection is over. */
  end(): void {
    this.#parts.host.heldAcks.release(this);
  }
}

import { formatSocketAddr } from '../address/socket-addr.js';
import type { RecvInfo } from './binding.js';
import type { ConnectionPath } from './connection-path.js';
import type { InitialFilter } from './initial-filter.js';
import type { NativeConnection } from './native-connection.js';
import { isLongForm } from './packet-header.js';
import type { PeerPath } from './peer-path.js';
import { UnearnedBytes } from './unearned-bytes.js';

/** After how many unearned bytes we look at what they have done: they can be 500 frames that open a stream and bring nothing. */
const LOOK_BYTES = 2_048;

/** What {@link Inbound} needs of its connection. */
export interface InboundParts {
  readonly native: NativeConnection;
  readonly side: 'dialed' | 'accepted';
  /** The one path that quiche knows. */
  readonly info: RecvInfo;
  readonly remote: PeerPath;
  readonly path: ConnectionPath;
  /** Looks into what an accepted peer sends, until its handshake is done. */
  readonly filter: InitialFilter | undefined;
  /** The largest datagram on the path, in bytes. */
  readonly maxDatagram: number;
}

/** The datagrams that come for one connection: which are quiche's, and what they say about where the peer is. */
export class Inbound {
  readonly #parts: InboundParts;
  readonly #unearned: UnearnedBytes;
  /** The address of an answer to our handshake that did not come from where we dialed. */
  elsewhere: string | undefined;
  #isOpen = false;
  #hasNews = false;
  #hasFailed = false;
  #isPeerBehind = false;
  /** How many unread bytes the peer may have us keep, while that is less than flow control allows. */
  #pendingLimit: number | undefined;
  /** The unearned bytes of the handshake: quiche has freed what they took. */
  #ofHandshake = 0;
  /** The unearned bytes at the last look. */
  #lookedAt = 0;

  constructor(parts: InboundParts, now: number) {
    this.#parts = parts;
    this.#unearned = new UnearnedBytes(parts.maxDatagram, now);
  }

  /** The handshake is done. */
  open(): void {
    this.#isOpen = true;
    this.#ofHandshake = this.unearned;
  }

  /** Bounds the bytes that nobody has read, in whatever frames they came; undefined: by flow control. */
  limitPending(bytes: number | undefined): void {
    this.#pendingLimit = bytes;
    this.#unearned.beStrict(bytes !== undefined);
  }

  /** See {@link UnearnedBytes}. */
  get unearned(): number {
    return this.#unearned.most;
  }

  /** How many unearned bytes quiche may still keep something for. */
  get pinned(): number {
    return Math.max(0, this.unearned - this.#ofHandshake);
  }

  /** A datagram came. @returns whether it was for this connection */
  receive(datagram: Uint8Array, host: string, port: number): boolean {
    const { side, remote, filter } = this.#parts;
    // Only a client may move, and not in its handshake (RFC 9000, section 9).
    if ((!this.#isOpen || side === 'dialed') && !remote.is(host, port)) {
      if (!this.#isOpen) this.elsewhere ??= formatSocketAddr({ host, port });
      return false;
    }
    const verdict = this.#isOpen ? undefined : filter?.check(datagram);
    if (verdict === 'drop') return false;
    this.#take(datagram, host, port, verdict === 'authentic');
    return true;
  }

  /** A datagram came that the filter has found authentic. */
  takeAuthentic(datagram: Uint8Array, host: string, port: number): void {
    this.#take(datagram, host, port, true);
  }

  #take(datagram: Uint8Array, host: string, port: number, isKnown: boolean): void {
    const { native, info, remote, path } = this.#parts;
    const hasMoved = !remote.is(host, port);
    if (isLongForm(datagram) && this.#isOpen && !hasMoved) {
      if (path.receive(datagram)) return;
      this.#isPeerBehind = true;
    }
    this.#hasNews = true;
    const { length } = datagram;
    this.#unearned.received(length);
    // A repeated first flight counts, too: most likely ours was lost. Only quiche knows whether anything else is authentic, and asking costs 13 µs.
    if (isKnown && !remote.isProven) remote.received(length);
    const isInQuestion = hasMoved || (!isKnown && !remote.isProven);
    const before = isInQuestion ? native.packetsReceived() : 0;
    const hasFailed = native.recv(datagram, info) !== undefined;
    if (hasFailed) this.#hasFailed = true;
    if (!isInQuestion) return;
    const isNew = native.packetsReceived() > before;
    if (hasMoved && isNew) path.moveTo(host, port, length, performance.now());
    else if (!hasMoved && (isNew || hasFailed)) remote.received(length); // what is not authentic is ignored without an error
  }

  /** Whether something came for quiche that no tick has dealt with. */
  get hasNews(): boolean {
    return this.#hasNews;
  }

  /** Whether something came for quiche since the last call. */
  takeNews(): boolean {
    const hasNews = this.#hasNews;
    this.#hasNews = false;
    return hasNews;
  }

  /** Whether quiche has reported an error for a datagram since the last call: the connection may have failed. */
  takeFailure(): boolean {
    const hasFailed = this.#hasFailed;
    this.#hasFailed = false;
    return hasFailed;
  }

  /** Whether a handshake packet has come since the last call although the handshake is done here: the peer does not know that. */
  takeDelay(): boolean {
    const isPeerBehind = this.#isPeerBehind;
    this.#isPeerBehind = false;
    return isPeerBehind;
  }

  /** Once in each tick: whether to look at what the peer's unearned bytes have done, because it may have few of them. */
  takeDoubt(): boolean {
    if (this.#pendingLimit === undefined || this.unearned < this.#lookedAt + LOOK_BYTES) return false;
    this.#lookedAt = this.unearned;
    return true;
  }

  /** Once in each tick: whether the peer has brought too many unearned bytes. @param window of the connection, in bytes */
  isFlood(window: number, now: number): boolean {
    const { native } = this.#parts;
    this.#unearned.settle(native.streamBytes, now);
    const limit = this.#pendingLimit;
    if (limit !== undefined) return this.#exceeds(limit);
    if (!this.#unearned.isOver(0)) return false;
    this.#unearned.correct(native.stats().receivedBytes);
    if (!this.#unearned.isOver(0)) return false;
    // What our own application has not read yet is bounded by the connection's window.
    return !native.isReadable() || this.#unearned.isOver(window);
  }

  #exceeds(limit: number): boolean {
    if (!this.#unearned.exceed(limit)) return false;
    this.#unearned.correct(this.#parts.native.stats().receivedBytes);
    return this.#unearned.exceed(limit);
  }
}

import { type ConnectionClosedError, StreamResetError, StreamStateError } from '../errors.js';
import type { RecvStream } from '../transport/seam.js';
import { checkCode } from '../util/close-code.js';
import { type Deferred, deferred } from '../util/deferred.js';
import { type NativeConnection, NOTHING, RESET } from './native-connection.js';

/** What a receiving half needs of its connection. */
export interface RecvStreamHost {
  /** The largest application error code. */
  readonly maxCode: number;
  /** quiche's side; undefined when the connection is over. */
  readonly native: NativeConnection | undefined;
  /** Something was read: there may be credit to announce. */
  wasRead(): void;
  /** A stream was stopped: the peer must be told. */
  wasStopped(): void;
  /** Sends what is due now: acknowledgements. */
  flushNow(): void;
  /** A reader waits for bytes. */
  awaited(stream: QuicRecvStream): void;
  /** No reader waits any more. */
  served(stream: QuicRecvStream): void;
  /** The half is over: forget it. */
  recvOver(stream: QuicRecvStream): void;
}

/** Shared by all streams; used only inside a call. One read returns at most this much. */
const readBuffer = new Uint8Array(65_536);

/**
 * The receiving half of a QUIC stream (RFC 9000, section 3.2).
 *
 * It keeps nothing itself: bytes stay in quiche, within the stream's window, until somebody reads. So a reader that stops
 * stops its sender.
 */
export class QuicRecvStream implements RecvStream {
  readonly #host: RecvStreamHost;
  /** Its place in the list of streams whose reader waits; only that list uses it. */
  place = 0;
  #reader: Deferred<Uint8Array | undefined> | undefined;
  #over: 'end' | StreamResetError | StreamStateError | ConnectionClosedError | undefined;
  /** What had come and was not read yet when the connection ended: within the stream's window. */
  #unread: Uint8Array[] | undefined;

  constructor(
    readonly id: number,
    host: RecvStreamHost,
  ) {
    this.#host = host;
  }

  read(): Promise<Uint8Array | undefined> {
    if (this.#reader) return Promise.reject(new StreamStateError('another read is waiting'));
    const { native } = this.#host;
    const bytes = this.#unread?.shift() ?? (native && this.#over === undefined ? this.#take(native) : undefined);
    if (bytes) return Promise.resolve(bytes);
    if (this.#over === 'end') return Promise.resolve(undefined);
    if (this.#over) return Promise.reject(this.#over);
    this.#reader = deferred();
    this.#host.awaited(this);
    return this.#reader.promise;
  }

  stop(code: number): void {
    checkCode(code, this.#host.maxCode);
    const { native } = this.#host;
    this.#unread = undefined;
    if (this.#over !== undefined || !native) return;
    // Unread bytes count against the connection's window until they are read; quiche does not give that credit back by itself.
    while (this.#over === undefined && this.#take(native));
    if (this.#over === undefined) {
      // The stop goes in a packet of its own: a peer on quiche 0.18 that gets it together with the acknowledgement of all it sent forgets the stream
      // at once, and the code with it.
      this.#host.flushNow();
      native.stopReading(this.id, code);
    }
    this.#host.wasStopped();
    this.#end(new StreamStateError('read after stop'));
  }

  /** quiche has something for this stream. */
  onReadable(native: NativeConnection): void {
    const reader = this.#reader;
    if (!reader) return;
    const bytes = this.#take(native);
    if (bytes === undefined && this.#over === undefined) return;
    this.#reader = undefined;
    this.#host.served(this);
    if (bytes || this.#over === 'end') reader.resolve(bytes);
    else reader.reject(this.#over);
  }

  /** The peer closes the connection. These bytes were acknowledged, so they are read before the end. */
  keepUnread(native: NativeConnection): void {
    this.onReadable(native);
    for (;;) {
      const bytes = this.#over === undefined ? this.#take(native) : undefined;
      if (bytes === undefined) return;
      this.#unread ??= [];
      this.#unread.push(bytes);
    }
  }

  /** The connection is over. */
  fail(error: ConnectionClosedError): void {
    if (this.#over === undefined) this.#end(error);
  }

  /** Reads what is there; undefined when that is nothing. Sets `#over` at the end or at a reset. */
  #take(native: NativeConnection): Uint8Array | undefined {
    const got = native.streamRecv(this.id, readBuffer);
    if (got === NOTHING) return undefined;
    if (got === RESET) {
      this.#over = new StreamResetError(native.resetCode);
      this.#host.recvOver(this);
      return undefined;
    }
    if (native.finished) {
      this.#over = 'end';
      this.#host.recvOver(this);
    }
    this.#host.wasRead();
    return got > 0 ? readBuffer.slice(0, got) : undefined;
  }

  #end(error: StreamStateError | ConnectionClosedError): void {
    const before = this.#over;
    this.#over = error;
    if (before === undefined) this.#host.recvOver(this);
    if (!this.#reader) return;
    this.#host.served(this);
    this.#reader.reject(error);
    this.#reader = undefined;
  }
}

import { type ConnectionClosedError, type RecvStream, StreamResetError, StreamStateError } from '@grapevine/net';
import { checkCode, type Deferred, deferred } from '@grapevine/net/transport';
import type { NativeRecvStream } from './binding.js';
import { BATCH_BYTES, toBytes } from './bytes.js';
import { streamFailure } from './native-error.js';

/** What a receiving half needs of its connection. */
export interface RecvStreamHost {
  /** Settles when the connection is over, with what its streams fail with. Never rejects. */
  readonly over: Promise<ConnectionClosedError>;
  /** The half is over: forget it. */
  recvOver(stream: IrohRecvStream): void;
}

/**
 * The receiving half of an iroh stream.
 *
 * It reads nothing ahead: bytes stay in iroh, within the stream's window, until somebody asks. What came before the peer closed the
 * connection can still be read.
 */
export class IrohRecvStream implements RecvStream {
  readonly #native: NativeRecvStream;
  readonly #host: RecvStreamHost;
  #reader: Deferred<Uint8Array | undefined> | undefined;
  #over: 'end' | StreamResetError | StreamStateError | ConnectionClosedError | undefined;

  constructor(native: NativeRecvStream, host: RecvStreamHost) {
    this.#native = native;
    this.#host = host;
  }

  read(): Promise<Uint8Array | undefined> {
    if (this.#reader) return Promise.reject(new StreamStateError('another read is waiting'));
    if (this.#over === 'end') return Promise.resolve(undefined);
    if (this.#over) return Promise.reject(this.#over);
    this.#reader = deferred();
    void this.#read(this.#reader);
    return this.#reader.promise;
  }

  stop(code: number): void {
    checkCode(code);
    if (this.#over !== undefined) return;
    this.fail(new StreamStateError('read after stop'));
    this.#native.stop(BigInt(code)).catch(() => {}); // the peer has ended it already
  }

  /** No more can be read. */
  fail(error: StreamStateError | ConnectionClosedError): void {
    this.#end(error);
  }

  async #read(reader: Deferred<Uint8Array | undefined>): Promise<void> {
    try {
      const numbers = await this.#native.read(BATCH_BYTES);
      if (this.#reader !== reader) return; // stopped meanwhile, or the connection was closed here
      if (numbers.length === 0) return this.#end('end');
      this.#reader = undefined;
      reader.resolve(toBytes(numbers));
    } catch (error) {
      const failure = streamFailure(error);
      this.#end(failure.type === 'reset' ? new StreamResetError(failure.code) : await this.#host.over);
    }
  }

  #end(how: 'end' | StreamResetError | StreamStateError | ConnectionClosedError): void {
    if (this.#over !== undefined) return;
    this.#over = how;
    this.#host.recvOver(this);
    const reader = this.#reader;
    this.#reader = undefined;
    if (how === 'end') reader?.resolve(undefined);
    else reader?.reject(how);
  }
}

import {
  ConnectionClosedError,
  type RecvStream,
  type SendStream,
  StreamResetError,
  StreamStateError,
} from '@grapevine/net';
import { checkCode, deferred, isBytes } from '@grapevine/net/transport';
import { streamError, streamErrorCode } from './web-transport.js';

/** Bytes that a stream queues before `write` returns false, as in the QUIC transport. */
const HIGH_WATER_MARK = 256 << 10;

/** The sending half of one of the browser's streams. */
export class BrowserSendStream implements SendStream {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #stopped = deferred<number | undefined>();
  #drained = deferred();
  #queued = 0;
  #endedBy: 'finish' | 'reset' | undefined;
  #isOver = false;

  constructor(stream: WritableStream<Uint8Array>) {
    this.#writer = stream.getWriter();
    this.#writer.closed.then(
      () => this.#end(undefined),
      (error: unknown) => this.#end(streamErrorCode(error)),
    );
  }

  get stopped(): Promise<number | undefined> {
    return this.#stopped.promise;
  }

  get drained(): Promise<void> {
    return this.#queued <= HIGH_WATER_MARK || this.#isOver ? Promise.resolve() : this.#drained.promise;
  }

  /** Bytes that the browser has not taken yet. */
  get queuedBytes(): number {
    return this.#isOver ? 0 : this.#queued;
  }

  write(bytes: Uint8Array): boolean {
    CHECK: if (!isBytes(bytes)) throw new TypeError('a stream takes a Uint8Array');
    if (this.#endedBy) throw new StreamStateError(`write after ${this.#endedBy}`);
    if (this.#isOver || bytes.length === 0) return true;
    this.#queued += bytes.length;
    const taken = () => this.#taken(bytes.length);
    this.#writer.write(bytes).then(taken, taken);
    return this.#queued <= HIGH_WATER_MARK;
  }

  finish(): void {
    if (this.#endedBy) return;
    this.#endedBy = 'finish';
    this.#writer.close().catch(() => {}); // told by `closed`
  }

  reset(code: number): void {
    checkCode(code);
    if (this.#isOver || this.#endedBy === 'reset') return;
    this.#endedBy = 'reset';
    this.#writer.abort(streamError(code)).catch(() => {}); // over already
    this.#end(undefined);
  }

  #taken(length: number): void {
    this.#queued -= length;
    if (this.#queued > HIGH_WATER_MARK) return;
    this.#drained.resolve();
    this.#drained = deferred();
  }

  #end(code: number | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#drained.resolve();
    this.#stopped.resolve(code);
  }
}

/** The receiving half of one of the browser's streams. */
export class BrowserRecvStream implements RecvStream {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #why: () => string;
  #isStopped = false;
  #isReading = false;

  /** @param why tells why the session is over */
  constructor(stream: ReadableStream<Uint8Array>, why: () => string) {
    this.#reader = stream.getReader();
    this.#why = why;
    this.#reader.closed.catch(() => {}); // told by the next read
  }

  async read(): Promise<Uint8Array | undefined> {
    if (this.#isStopped) throw new StreamStateError('read after stop');
    if (this.#isReading) throw new StreamStateError('another read is waiting');
    this.#isReading = true;
    try {
      const { done, value } = await this.#reader.read();
      if (this.#isStopped) throw new StreamStateError('read after stop');
      return done ? undefined : value;
    } catch (error) {
      if (error instanceof StreamStateError) throw error;
      const code = streamErrorCode(error);
      throw code === undefined ? new ConnectionClosedError(this.#why()) : new StreamResetError(code);
    } finally {
      this.#isReading = false;
    }
  }

  stop(code: number): void {
    checkCode(code);
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#reader.cancel(streamError(code)).catch(() => {}); // over already
  }
}

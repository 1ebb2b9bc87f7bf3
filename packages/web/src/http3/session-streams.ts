import { type BiStream, type RecvStream, type SendStream, StreamResetError } from '@grapevine/net';
import { checkCode } from '@grapevine/net/transport';
import { fromHttpCode, toHttpCode } from './codes.js';

/** The sending half of a session's stream: its header goes ahead of the first bytes, and its codes are HTTP/3's on the wire. */
class SessionSendStream implements SendStream {
  readonly #stream: SendStream;
  #header: Uint8Array | undefined;
  readonly stopped: Promise<number | undefined>;

  constructor(stream: SendStream, header?: Uint8Array) {
    this.#stream = stream;
    this.#header = header;
    this.stopped = stream.stopped.then((code) => (code === undefined ? undefined : fromHttpCode(code)));
  }

  get drained(): Promise<void> {
    return this.#stream.drained;
  }

  write(bytes: Uint8Array): boolean {
    if (bytes.length > 0) this.#writeHeader();
    return this.#stream.write(bytes);
  }

  finish(): void {
    this.#writeHeader();
    this.#stream.finish();
  }

  reset(code: number): void {
    checkCode(code);
    this.#stream.reset(toHttpCode(code));
  }

  #writeHeader(): void {
    if (!this.#header) return;
    const header = this.#header;
    this.#header = undefined;
    this.#stream.write(header);
  }
}

/** The receiving half of a session's stream, behind its header. */
class SessionRecvStream implements RecvStream {
  readonly #stream: RecvStream;

  constructor(stream: RecvStream) {
    this.#stream = stream;
  }

  async read(): Promise<Uint8Array | undefined> {
    try {
      return await this.#stream.read();
    } catch (error) {
      throw error instanceof StreamResetError ? new StreamResetError(fromHttpCode(error.errorCode)) : error;
    }
  }

  stop(code: number): void {
    checkCode(code);
    this.#stream.stop(toHttpCode(code));
  }
}

/** A stream of ours. */
export function openedUni(stream: SendStream, header: Uint8Array): SendStream {
  return new SessionSendStream(stream, header);
}

/** A stream of ours in both directions. */
export function openedBi({ send, recv }: BiStream, header: Uint8Array): BiStream {
  return { send: new SessionSendStream(send, header), recv: new SessionRecvStream(recv) };
}

/** The peer's stream, behind its header. */
export function acceptedUni(stream: RecvStream): RecvStream {
  return new SessionRecvStream(stream);
}

/** The peer's stream in both directions, behind its header. */
export function acceptedBi({ send, recv }: BiStream): BiStream {
  return { send: new SessionSendStream(send), recv: new SessionRecvStream(recv) };
}

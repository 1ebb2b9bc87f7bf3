import {
  type BiStream,
  ConnectionClosedError,
  type RecvStream,
  type SendStream,
  StreamResetError,
} from '@grapevine/net';
import { checkCode } from '@grapevine/net/transport';
import { fromHttpCode, H3, isStreamCode, toHttpCode } from './codes.js';

/** What streams know of their session. When it ends, the peer stops and resets all of them with any code. */
export interface SessionState {
  readonly isOver: boolean;
}

/** The sending half of a session's stream: writes the header before the first bytes, and translates codes to HTTP/3's. */
class SessionSendStream implements SendStream {
  readonly #stream: SendStream;
  #header: Uint8Array | undefined;
  readonly stopped: Promise<number | undefined>;

  constructor(stream: SendStream, session: SessionState, header?: Uint8Array) {
    this.#stream = stream;
    this.#header = header;
    this.stopped = stream.stopped.then((code) => {
      const isByPeer = code !== undefined && code !== H3.sessionGone && !session.isOver;
      return isByPeer ? fromHttpCode(code) : undefined;
    });
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

/** The receiving half of a session's stream, after its header. */
class SessionRecvStream implements RecvStream {
  readonly #stream: RecvStream;

  constructor(stream: RecvStream) {
    this.#stream = stream;
  }

  async read(): Promise<Uint8Array | undefined> {
    try {
      return await this.#stream.read();
    } catch (error) {
      if (!(error instanceof StreamResetError)) throw error;
      // When the session ends, browsers first reset all streams with HTTP/3's own codes, and then close the session.
      if (!isStreamCode(error.errorCode)) throw new ConnectionClosedError('the session is over');
      throw new StreamResetError(fromHttpCode(error.errorCode));
    }
  }

  stop(code: number): void {
    checkCode(code);
    this.#stream.stop(toHttpCode(code));
  }
}

/** A one-way stream that we open. */
export function openedUni(stream: SendStream, session: SessionState, header: Uint8Array): SendStream {
  return new SessionSendStream(stream, session, header);
}

/** A two-way stream that we open. */
export function openedBi({ send, recv }: BiStream, session: SessionState, header: Uint8Array): BiStream {
  return { send: new SessionSendStream(send, session, header), recv: new SessionRecvStream(recv) };
}

/** A one-way stream that the peer has opened, after its header. */
export function acceptedUni(stream: RecvStream): RecvStream {
  return new SessionRecvStream(stream);
}

/** A two-way stream that the peer has opened, after its header. */
export function acceptedBi({ send, recv }: BiStream, session: SessionState): BiStream {
  return { send: new SessionSendStream(send, session), recv: new SessionRecvStream(recv) };
}

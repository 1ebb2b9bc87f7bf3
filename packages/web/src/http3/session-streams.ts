import {
  type BiStream,
  ConnectionClosedError,
  type RecvStream,
  type SendStream,
  StreamResetError,
} from '@grapevine/net';
import { checkCode } from '@grapevine/net/transport';
import { fromHttpCode, H3, isStreamCode, toHttpCode } from './codes.js';

/** What streams know of their session: when it ends the peer stops and resets all of them, with whatever code. */
export interface SessionState {
  readonly isOver: boolean;
}

/** The sending half of a session's stream: its header goes ahead of the first bytes, and its codes are HTTP/3's on the wire. */
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
      if (!(error instanceof StreamResetError)) throw error;
      // Browsers reset all streams when the session ends, with codes of HTTP/3's own, and before they say so.
      if (!isStreamCode(error.errorCode)) throw new ConnectionClosedError('the session is over');
      throw new StreamResetError(fromHttpCode(error.errorCode));
    }
  }

  stop(code: number): void {
    checkCode(code);
    this.#stream.stop(toHttpCode(code));
  }
}

/** A stream of ours. */
export function openedUni(stream: SendStream, session: SessionState, header: Uint8Array): SendStream {
  return new SessionSendStream(stream, session, header);
}

/** A stream of ours in both directions. */
export function openedBi({ send, recv }: BiStream, session: SessionState, header: Uint8Array): BiStream {
  return { send: new SessionSendStream(send, session, header), recv: new SessionRecvStream(recv) };
}

/** The peer's stream, behind its header. */
export function acceptedUni(stream: RecvStream): RecvStream {
  return new SessionRecvStream(stream);
}

/** The peer's stream in both directions, behind its header. */
export function acceptedBi({ send, recv }: BiStream, session: SessionState): BiStream {
  return { send: new SessionSendStream(send, session), recv: new SessionRecvStream(recv) };
}

import {
  type BiStream,
  type CloseReason,
  ConnectionClosedError,
  type ConnectionStats,
  describeClose,
  type PendingLimits,
  type RecvStream,
  type SendStream,
  type TransportAddr,
} from '@grapevine/net';
import { checkCode, cutReason, deferred } from '@grapevine/net/transport';
import type { WebSession } from '../session/web-session.js';
import { encodeClose, readUntilClose } from './capsule.js';
import { fromHttpCode, H3 } from './codes.js';
import { encodeFrame, FRAME, STREAM } from './frame.js';
import type { Http3Connection, RequestStream } from './http3-connection.js';
import { acceptedBi, acceptedUni, openedBi, openedUni, type SessionState } from './session-streams.js';

/** How long the peer has to acknowledge that the session is closed before its connection is closed as well, in milliseconds. */
const CLOSE_TIMEOUT_MS = 250;

/** A WebTransport session on an HTTP/3 connection of its own (draft-ietf-webtrans-http3). */
export class Http3Session implements WebSession, SessionState {
  readonly #http: Http3Connection;
  readonly #request: RequestStream;
  readonly #closed = deferred<CloseReason>();
  #reason: CloseReason | undefined;

  /** @param request the stream on which the session was asked for and granted */
  constructor(http: Http3Connection, request: RequestStream) {
    this.#http = http;
    this.#request = request;
    http.sessionId = request.id;
    void this.#watch();
  }

  get closed(): Promise<CloseReason> {
    return this.#closed.promise;
  }

  get isOver(): boolean {
    return this.#reason !== undefined;
  }

  /** Settles when the connection underneath is over, too. */
  get ended(): Promise<unknown> {
    return this.#http.quic.closed;
  }

  remoteAddr(): TransportAddr | undefined {
    return this.#http.quic.remoteAddr();
  }

  async openUni(): Promise<SendStream> {
    this.#failIfClosed();
    return openedUni(await this.#http.quic.openUni(), this, this.#http.header(STREAM.webTransport));
  }

  uniStreamAvailable(): Promise<void> {
    return this.#reason ? Promise.resolve() : this.#http.quic.uniStreamAvailable();
  }

  async openBi(): Promise<BiStream> {
    this.#failIfClosed();
    return openedBi(await this.#http.quic.openBi(), this, this.#http.header(FRAME.webTransportStream));
  }

  acceptUni(): AsyncIterable<RecvStream> {
    return mapped(this.#http.uni, acceptedUni);
  }

  acceptBi(): AsyncIterable<BiStream> {
    return mapped(this.#http.bi, (stream) => acceptedBi(stream, this));
  }

  close(code: number, reason = ''): void {
    checkCode(code);
    if (typeof reason !== 'string') throw new TypeError('a close reason must be a string');
    if (this.#reason) return;
    const text = cutReason(reason);
    this.#end({ type: 'local', code, reason: text });
    const { send } = this.#request;
    send.write(encodeFrame(FRAME.data, encodeClose({ code, reason: text })));
    send.finish();
    const timer = setTimeout(() => this.#hangUp(), CLOSE_TIMEOUT_MS);
    void send.stopped.then(() => {
      clearTimeout(timer);
      this.#hangUp();
    });
  }

  probe(timeoutMs: number): Promise<boolean> {
    if (this.#reason) return Promise.resolve(false);
    const answered = this.#http.quic.probe?.(timeoutMs) ?? Promise.resolve(false);
    // An acknowledgement of the session's end does not show that the session is alive.
    return Promise.race([answered, this.#closed.promise.then(() => false)]);
  }

  onUnresponsive(callback: () => void): void {
    this.#http.quic.onUnresponsive?.(callback);
  }

  limitPending(limits: PendingLimits): void {
    this.#http.quic.limitPending?.(limits);
  }

  refuseHost(forMs: number): void {
    this.#http.quic.refuseHost?.(forMs);
  }

  stats(): ConnectionStats {
    return this.#http.quic.stats();
  }

  async #watch(): Promise<void> {
    const reading = this.#readClose();
    const reason = await this.#http.quic.closed;
    // Firefox closes the connection right after the session's close capsule, which tells more and may not be read yet.
    if (reason.type === 'peer') await reading;
    this.#end(sessionReason(reason));
  }

  async #readClose(): Promise<void> {
    try {
      const { code, reason } = await readUntilClose(this.#request.reader);
      this.#end({ type: 'peer', code, reason });
      this.#hangUp();
    } catch (error) {
      this.#http.fail(error);
    }
  }

  #hangUp(): void {
    this.#http.quic.close(H3.noError);
  }

  #end(reason: CloseReason): void {
    if (this.#reason) return;
    this.#reason = reason;
    this.#http.uni.end();
    this.#http.bi.end();
    this.#closed.resolve(reason);
  }

  #failIfClosed(): void {
    if (this.#reason) throw new ConnectionClosedError(describeClose(this.#reason));
  }
}

/** What the end of the connection means for its session. */
function sessionReason(reason: CloseReason): CloseReason {
  switch (reason.type) {
    case 'peer':
      return { type: 'peer', code: fromHttpCode(reason.code), reason: reason.reason };
    case 'local': // because the peer broke the rules, or the endpoint closes
      return reason.code === H3.noError || reason.code === 0
        ? { type: 'local', code: 0, reason: '' }
        : { type: 'error', message: `protocol violation by the peer: ${reason.reason}` };
    case 'timeout':
    case 'reset':
    case 'error':
      return reason;
  }
}

/** The items of a queue, each changed. It has one consumer, as the queue itself. */
function mapped<T>(queue: AsyncIterableIterator<T>, change: (item: T) => T): AsyncIterable<T> {
  const iterator: AsyncIterator<T> = {
    async next() {
      const { done, value } = await queue.next();
      return done ? { done: true, value: undefined } : { done: false, value: change(value) };
    },
    async return() {
      await queue.return?.();
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

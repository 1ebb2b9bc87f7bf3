import {
  type BiStream,
  type CloseReason,
  ConnectionClosedError,
  type ConnectionStats,
  describeClose,
  type RecvStream,
  type SendStream,
  StreamLimitError,
  type TransportAddr,
} from '@grapevine/net';
import { checkCode, cutReason, deferred } from '@grapevine/net/transport';
import type { WebSession } from '../session/web-session.js';
import { BrowserRecvStream, BrowserSendStream } from './browser-streams.js';
import { StreamOpener } from './stream-opener.js';
import type { WebTransport, WebTransportBidirectionalStream } from './web-transport.js';

/** A WebTransport session of the browser's. */
export class BrowserSession implements WebSession {
  readonly #transport: WebTransport;
  readonly #remote: TransportAddr;
  readonly #closed = deferred<CloseReason>();
  readonly #unis: AsyncIterable<RecvStream>;
  readonly #bis: AsyncIterable<BiStream>;
  readonly #sending = new Set<BrowserSendStream>();
  readonly #opener: StreamOpener;
  #reason: CloseReason | undefined;

  constructor(transport: WebTransport, remote: TransportAddr) {
    this.#transport = transport;
    this.#remote = remote;
    this.#opener = new StreamOpener(
      async () => this.#send(await transport.createUnidirectionalStream()),
      this.#closed.promise,
    );
    this.#unis = streams(transport.incomingUnidirectionalStreams, (stream) => this.#recv(stream));
    this.#bis = streams(transport.incomingBidirectionalStreams, (stream) => this.#pair(stream));
    transport.closed.then(
      ({ closeCode = 0, reason = '' }) => this.#end({ type: 'peer', code: closeCode, reason }),
      (error: unknown) => this.#end({ type: 'error', message: error instanceof Error ? error.message : String(error) }),
    );
  }

  get closed(): Promise<CloseReason> {
    return this.#closed.promise;
  }

  remoteAddr(): TransportAddr {
    return this.#remote;
  }

  openUni(): Promise<SendStream> {
    return this.#whileOpen(() => this.#opener.open());
  }

  uniStreamAvailable(): Promise<void> {
    return this.#opener.available();
  }

  /** Firefox waits while the peer allows no further stream. @throws StreamLimitError where the browser says that the stream cannot be opened */
  openBi(): Promise<BiStream> {
    return this.#whileOpen(async () => {
      try {
        return this.#pair(await this.#transport.createBidirectionalStream());
      } catch (cause) {
        throw new StreamLimitError(`the browser opens no stream: ${(cause as Error).message}`);
      }
    });
  }

  acceptUni(): AsyncIterable<RecvStream> {
    return this.#unis;
  }

  acceptBi(): AsyncIterable<BiStream> {
    return this.#bis;
  }

  close(code: number, reason = ''): void {
    checkCode(code);
    if (typeof reason !== 'string') throw new TypeError('a close reason must be a string');
    if (this.#reason) return;
    const text = cutReason(reason);
    this.#end({ type: 'local', code, reason: text });
    try {
      this.#transport.close({ closeCode: code, reason: text });
    } catch {
      // It has failed already.
    }
  }

  /** Browsers tell almost nothing of this: all but `queuedBytes` is 0. */
  stats(): ConnectionStats {
    let queuedBytes = 0;
    for (const stream of this.#sending) queuedBytes += stream.queuedBytes;
    return { rttMs: 0, sentBytes: 0, receivedBytes: 0, lostPackets: 0, datagramSize: 0, blackHoles: 0, queuedBytes };
  }

  #send(stream: WritableStream<Uint8Array>): SendStream {
    const sending = new BrowserSendStream(stream);
    this.#sending.add(sending);
    void sending.stopped.then(() => this.#sending.delete(sending));
    return sending;
  }

  #recv(stream: ReadableStream<Uint8Array>): RecvStream {
    return new BrowserRecvStream(stream, () => (this.#reason ? describeClose(this.#reason) : 'the session is over'));
  }

  #pair({ readable, writable }: WebTransportBidirectionalStream): BiStream {
    return { send: this.#send(writable), recv: this.#recv(readable) };
  }

  #end(reason: CloseReason): void {
    if (this.#reason) return;
    this.#reason = reason;
    this.#closed.resolve(reason);
  }

  /** @throws ConnectionClosedError instead of any other error when the session is over */
  async #whileOpen<T>(open: () => Promise<T>): Promise<T> {
    this.#failIfClosed();
    try {
      return await open();
    } catch (error) {
      this.#failIfClosed();
      throw error;
    }
  }

  #failIfClosed(): void {
    if (this.#reason) throw new ConnectionClosedError(describeClose(this.#reason));
  }
}

const ignore = () => {};

/** The streams that the peer opens; ends (never throws) with the session. */
function streams<Native, Ours>(source: ReadableStream<Native>, wrap: (stream: Native) => Ours): AsyncIterable<Ours> {
  const reader = source.getReader();
  reader.closed.catch(ignore); // told by the next read
  const iterator: AsyncIterator<Ours> = {
    async next() {
      try {
        const { done, value } = await reader.read();
        return done ? { done: true, value: undefined } : { done: false, value: wrap(value) };
      } catch {
        return { done: true, value: undefined };
      }
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

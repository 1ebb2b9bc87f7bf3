import { type BiStream, describeClose, type RecvStream, type SendStream } from '@grapevine/net';
import type { CertificateConnection } from '@grapevine/net/quic';
import { AsyncQueue, deferred } from '@grapevine/net/transport';
import { concat } from '../bytes.js';
import { H3, Http3Error } from './codes.js';
import { ControlStreams } from './control-streams.js';
import { encodeFrame, FRAME, STREAM } from './frame.js';
import { encodeSettings, type PeerSettings } from './settings.js';
import { CutOffError, StreamReader } from './stream-reader.js';
import { encodeVarint } from './varint.js';

/** The most streams of a session that is not accepted yet. */
const MAX_EARLY_STREAMS = 64;

/**
 * The most streams whose header is not here yet, together with streams of the session that nobody has taken. Further ones stay with QUIC, where the
 * peer's limits bound them, and are looked for again after `CHECK_MS` milliseconds.
 */
const MAX_WAITING = 64;
const CHECK_MS = 20;

/** A request. Its reader has read the type of the frame with the header fields, and nothing else. */
export interface RequestStream {
  readonly id: number;
  readonly send: SendStream;
  readonly reader: StreamReader;
}

/**
 * An HTTP/3 connection (RFC 9114) as far as one WebTransport session needs it: settings both ways, the request that opens the session,
 * and streams that belong to it. Whatever else a client asks for is rejected.
 */
export class Http3Connection {
  readonly quic: CertificateConnection;
  /** One-way streams of the session, after their header. */
  readonly uni = new AsyncQueue<RecvStream>();
  /** Two-way streams of the session that the peer opened, after their header. */
  readonly bi = new AsyncQueue<BiStream>();
  readonly #peerSettings = deferred<PeerSettings>();
  readonly #request = deferred<RequestStream>();
  readonly #control: ControlStreams;
  #hasRequest = false;
  #unknown = 0;
  #sessionId: number | undefined;

  constructor(quic: CertificateConnection) {
    this.quic = quic;
    this.#control = new ControlStreams((settings) => this.#peerSettings.resolve(settings));
    this.#peerSettings.promise.catch(() => {}); // told to whoever waits for them
    this.#request.promise.catch(() => {});
    void this.#run();
  }

  /** What the peer can do, once it has said so. @throws Error when the connection ends before */
  get peerSettings(): Promise<PeerSettings> {
    return this.#peerSettings.promise;
  }

  /** The first request of the client. @throws Error when the connection ends before */
  get request(): Promise<RequestStream> {
    return this.#request.promise;
  }

  /** The session; from now on no other session's streams are taken. */
  set sessionId(id: number) {
    this.#sessionId = id;
  }

  /** Ends the connection because the peer breaks the rules. */
  fail(error: unknown): void {
    if (error instanceof Http3Error) this.quic.close(error.code, error.message);
    else if (error instanceof CutOffError) this.quic.close(H3.frameError, error.message);
    // Anything else is the connection's own end.
  }

  async #run(): Promise<void> {
    try {
      const control = await this.quic.openUni();
      control.write(concat(Uint8Array.of(STREAM.control), encodeFrame(FRAME.settings, encodeSettings())));
      for (const type of [STREAM.qpackEncoder, STREAM.qpackDecoder])
        (await this.quic.openUni()).write(Uint8Array.of(type));
      void this.#each(this.quic.acceptUni(), (stream) => this.#takeUni(new StreamReader(stream)));
      void this.#each(this.quic.acceptBi(), (stream) => this.#takeBi(stream));
    } catch (error) {
      this.fail(error);
    }
    const reason = await this.quic.closed;
    const error = new Error(describeClose(reason));
    this.#peerSettings.reject(error);
    this.#request.reject(error);
    this.uni.end();
    this.bi.end();
  }

  async #each<T>(streams: AsyncIterable<T>, take: (stream: T) => Promise<void>): Promise<void> {
    for await (const stream of streams) {
      while (this.#isFull) await new Promise((resolve) => setTimeout(resolve, CHECK_MS));
      take(stream).catch((error: unknown) => this.fail(error));
    }
  }

  get #isFull(): boolean {
    return !this.uni.ended && this.#unknown + this.uni.size + this.bi.size >= MAX_WAITING;
  }

  /** The next part of a stream's header; undefined when the stream ends or is reset before (RFC 9114, section 6.2). */
  async #header(stream: StreamReader): Promise<number | undefined> {
    this.#unknown++;
    try {
      return await stream.varint();
    } catch (error) {
      if (error instanceof CutOffError) throw error;
      return undefined;
    } finally {
      this.#unknown--;
    }
  }

  async #takeUni(stream: StreamReader): Promise<void> {
    const type = await this.#header(stream);
    switch (type) {
      case undefined: // it has no header
        return;
      case STREAM.control:
      case STREAM.qpackEncoder:
      case STREAM.qpackDecoder:
        return this.#control.read(type, stream);
      case STREAM.webTransport:
        if (await this.#belongs(stream)) this.uni.push(stream);
        return;
      case STREAM.push:
        throw new Http3Error(H3.streamCreationError, 'a push stream');
      default:
        stream.stop(H3.streamCreationError); // a type of a later version, or one that is reserved to exercise that unknown types are ignored
    }
  }

  async #takeBi({ id = 0, send, recv }: BiStream): Promise<void> {
    const reader = new StreamReader(recv);
    const type = await this.#header(reader);
    if (type === FRAME.webTransportStream) {
      if (await this.#belongs(reader)) this.bi.push({ send, recv: reader });
      else send.reset(H3.bufferedStreamRejected);
      return;
    }
    if (this.quic.side === 'dialed') throw new Http3Error(H3.streamCreationError, 'a request by the server');
    if (type === FRAME.headers && !this.#hasRequest) {
      this.#hasRequest = true;
      this.#request.resolve({ id, send, reader });
      return;
    }
    reader.stop(H3.requestRejected);
    send.reset(H3.requestRejected);
  }

  /** Whether a stream is one of the session, as its header says. */
  async #belongs(stream: StreamReader): Promise<boolean> {
    const id = await this.#header(stream);
    const isEarly = this.#sessionId === undefined;
    if (id !== undefined && (id & 3) !== 0) throw new Http3Error(H3.idError, `${id} is no session`);
    if (isEarly ? this.uni.size + this.bi.size < MAX_EARLY_STREAMS : id === this.#sessionId) return true;
    stream.stop(H3.bufferedStreamRejected);
    return false;
  }

  /** The header of a stream of the session. */
  header(type: typeof STREAM.webTransport | typeof FRAME.webTransportStream): Uint8Array {
    return concat(encodeVarint(type), encodeVarint(this.#sessionId as number));
  }
}

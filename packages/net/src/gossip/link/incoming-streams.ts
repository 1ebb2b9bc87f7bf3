import type { TopicId } from '@grapevine/proto';
import type { Connection, RecvStream } from '../../transport/seam.js';
import { type Clock, type ClockTimer, delay } from '../../util/clock.js';
import { type Deferred, deferred } from '../../util/deferred.js';
import type { PeerAccount } from '../sources/index.js';
import { asksForPlace, decodeHeader, decodeMessage, type NetMessage } from '../wire.js';
import { FrameDecoder, FrameTooLargeError } from './frame-decoder.js';

/** How long a new stream may take to say which topic it is about, in milliseconds. */
const HEADER_TIMEOUT_MS = 10_000;

/** The memory behind a message may be this many times its size before the message is copied out. */
const KEEP_RATIO = 2;

/** How often a peer that has too many streams open is looked at again, in milliseconds. */
const ACCEPT_CHECK_MS = 20;

/** After a message over our limit the peer is told the limit, which ends the connection; what comes within this time, in milliseconds, is read before. */
const REFUSED_AFTER_MS = 250;

/** How a peer can break the protocol. */
export type Violation = 'bad-header' | 'bad-message' | 'frame-too-large' | 'over-share';

/** Who hears what arrives. */
export interface IncomingStreamsHost {
  readonly clock: Clock;
  readonly maxMessageSize: number;
  /** What the peer may cost. */
  readonly account: Pick<PeerAccount, 'received' | 'unfinishedLimit' | 'streamLimit' | 'mayAskElsewhere'>;
  /** Whether we are in a topic: of others, messages are not even decoded. */
  isJoined(topic: TopicId): boolean;
  message(topic: TopicId, message: NetMessage, bodyLength: number): void;
  /** A message about a topic that we are not in. */
  unknownTopic(): void;
  violation(kind: Violation, why: string): void;
  /** A message was over our limit, and the connection has ended before the peer was told. */
  tooLong(): void;
  /** A stream was reset, or its connection is over. */
  broken(why: string): void;
}

/**
 * Reads what a peer sends on a connection. A peer may have at most as many streams open as the transport allows it; one that is finished
 * leaves nothing behind. Each is read on its own, so one that stalls delays nobody else.
 */
export class IncomingStreams {
  readonly #host: IncomingStreamsHost;
  #open = 0;
  #opened = 0;
  /** Bytes of frames that are not whole, over all streams. */
  #unfinished = 0;
  #quiet: Deferred<void> | undefined;
  #stopped = false;
  #refusal: ClockTimer | undefined;

  constructor(connection: Connection, host: IncomingStreamsHost) {
    this.#host = host;
    void this.#accept(connection);
    void this.#refuseBiStreams(connection);
  }

  /** How many are being read. */
  get open(): number {
    return this.#open;
  }

  /** How many the peer has ever opened. */
  get opened(): number {
    return this.#opened;
  }

  /** Settles when no stream is open, or nothing more is read. */
  quiet(): Promise<void> {
    if (this.#open === 0 || this.#stopped) return Promise.resolve();
    this.#quiet ??= deferred();
    return this.#quiet.promise;
  }

  /** Nothing more is read. */
  stop(): void {
    this.#stopped = true;
    if (this.#refusal) {
      this.#refusal.cancel();
      this.#host.tooLong();
    }
    this.#settleQuiet();
  }

  #settleQuiet(): void {
    this.#quiet?.resolve();
    this.#quiet = undefined;
  }

  async #accept(connection: Connection): Promise<void> {
    for await (const stream of connection.acceptUni()) {
      // A peer that is no neighbor yet may become one by what it says on those that are read.
      while (this.#open >= this.#host.account.streamLimit && !this.#stopped)
        await delay(this.#host.clock, ACCEPT_CHECK_MS);
      void this.#read(stream);
    }
  }

  /** Gossip has no use for bidirectional streams: one that a peer opens is stopped and reset, and nothing else happens. */
  async #refuseBiStreams(connection: Connection): Promise<void> {
    for await (const { send, recv } of connection.acceptBi()) {
      recv.stop(0);
      send.reset(0);
    }
  }

  async #read(stream: RecvStream): Promise<void> {
    this.#open++;
    this.#opened++;
    const deadline = this.#host.clock.setTimer(
      () => this.#violation('bad-header', 'no stream header in time'),
      HEADER_TIMEOUT_MS,
    );
    try {
      await this.#readFrames(stream, () => deadline.cancel());
    } catch (error) {
      // The stream was reset or the connection closed. Of a reset, only the frames that had not arrived are lost; they belong to
      // a peer that can't send any more on this topic, so the link starts anew.
      if (!this.#stopped) this.#host.broken(error instanceof Error ? error.message : String(error));
    } finally {
      deadline.cancel();
      this.#open--;
      if (this.#open === 0) this.#settleQuiet();
    }
  }

  async #readFrames(stream: RecvStream, onHeader: () => void): Promise<void> {
    const decoder = new FrameDecoder(this.#host.maxMessageSize);
    try {
      await this.#readInto(decoder, stream, onHeader);
    } finally {
      this.#unfinished -= decoder.heldBytes;
    }
  }

  async #readInto(decoder: FrameDecoder, stream: RecvStream, onHeader: () => void): Promise<void> {
    let topic: TopicId | undefined;
    for (let chunk = await stream.read(); chunk; chunk = await stream.read()) {
      decoder.push(chunk);
      for (let body = this.#nextFrame(decoder, topic); body; body = this.#nextFrame(decoder, topic)) {
        if (topic === undefined) {
          topic = this.#header(body);
          if (topic === undefined) return;
          onHeader();
        } else {
          const turn = this.#message(topic, body);
          if (turn) await turn;
        }
      }
      if (this.#stopped) return;
    }
    if (topic === undefined) this.#violation('bad-header', 'a stream ended before its header');
    else if (decoder.insideBody) this.#violation('bad-message', 'a stream ended inside a frame');
  }

  #nextFrame(decoder: FrameDecoder, topic: TopicId | undefined): Uint8Array | undefined {
    if (this.#stopped) return undefined;
    const held = decoder.heldBytes;
    try {
      const body = decoder.next();
      this.#unfinished += decoder.heldBytes - held;
      if (this.#unfinished > this.#host.account.unfinishedLimit)
        this.#violation('over-share', `${this.#unfinished} bytes of frames were begun and not finished`);
      return body;
    } catch (error) {
      if (!(error instanceof FrameTooLargeError)) throw error;
      if (topic === undefined) this.#violation('frame-too-large', error.message);
      else this.#refuseSoon(error.message);
      return this.#nextFrame(decoder, topic);
    }
  }

  /** The peer has said something that is over our limit. */
  #refuseSoon(why: string): void {
    this.#refusal ??= this.#host.clock.setTimer(() => {
      this.#refusal = undefined;
      this.#violation('frame-too-large', why);
    }, REFUSED_AFTER_MS);
  }

  #header(body: Uint8Array): TopicId | undefined {
    try {
      return decodeHeader(body);
    } catch {
      this.#violation('bad-header', `a stream header of ${body.length} bytes is no topic`);
      return undefined;
    }
  }

  /** @returns what to wait for before reading on */
  #message(topic: TopicId, body: Uint8Array): Promise<void> | undefined {
    const { account } = this.#host;
    // Who asks to be let in, or to be a neighbor, is answered even in topics that we are not in, so that nobody waits for us; not a stranger that asks
    // in too many.
    if (!this.#host.isJoined(topic) && !(asksForPlace(body) && account.mayAskElsewhere())) {
      this.#host.unknownTopic();
      return account.received(undefined, body.length);
    }
    let message: NetMessage;
    try {
      // Decoded payloads are views. A small one must not keep a large chunk alive in the cache. (`slice` of a Buffer would be a view.)
      message = decodeMessage(body.buffer.byteLength > KEEP_RATIO * body.length ? new Uint8Array(body) : body);
    } catch (error) {
      this.#violation('bad-message', error instanceof Error ? error.message : String(error));
      return undefined;
    }
    this.#host.message(topic, message, body.length);
    return account.received(message, body.length);
  }

  #violation(kind: Violation, why: string): void {
    if (this.#stopped) return;
    this.stop(); // even before the connection says that it is closed
    this.#host.violation(kind, why);
  }
}

import type { TopicId } from '@grapevine/proto';
import type { CloseReason } from '../transport/close-reason.js';
import type { Connection, RecvStream } from '../transport/seam.js';
import type { Clock } from '../util/clock.js';
import { type Deferred, deferred } from '../util/deferred.js';
import { CloseCode } from './close-code.js';
import { FrameDecoder, FrameTooLargeError } from './frame-decoder.js';
import type { DropReason } from './metrics.js';
import { TopicSender } from './topic-sender.js';
import { decodeHeader, decodeMessage, type NetMessage } from './wire.js';

/** Until a new stream has said which topic it is about. */
const HEADER_TIMEOUT_MS = 10_000;

/** A chunk of received bytes may be this many times the size of a frame in it before the frame is copied out. */
const KEEP_RATIO = 2;

/** Who a link works for. */
export interface LinkHost {
  readonly clock: Clock;
  readonly maxMessageSize: number;
  message(link: Link, topic: TopicId, message: NetMessage, bodyLength: number): void;
  dropped(reason: DropReason): void;
  /** The number of bytes queued on the link has changed. */
  queued(delta: number): void;
  /** Something waits for the link's next {@link Link.flush}. */
  dirty(link: Link): void;
  ended(link: Link, reason: CloseReason): void;
}

/**
 * One connection that carries gossip: uni streams in, uni streams out, one per topic and direction.
 *
 * Each incoming stream is read on its own, so one that stalls delays nobody else. Whatever breaks the protocol closes the
 * connection: never just a stream, because a Rust peer that is told to stop one stream stops sending on all.
 */
export class Link {
  readonly connection: Connection;
  readonly #host: LinkHost;
  readonly #senders = new Map<TopicId, TopicSender>();
  readonly #finishing = new Set<TopicSender>();
  #incoming = 0;
  #peerOpenedStream = false;
  #quiet: Deferred<void> | undefined;
  #ended = false;
  /** When the last message came or went, by the host's clock. */
  lastUsed: number;

  constructor(connection: Connection, host: LinkHost) {
    this.connection = connection;
    this.#host = host;
    this.lastUsed = host.clock.now();
    void this.#acceptStreams();
    void this.#refuseBiStreams();
    void connection.closed.then((reason) => this.#onClosed(reason));
  }

  /** Whether the peer has ever opened a stream. */
  get peerOpenedStream(): boolean {
    return this.#peerOpenedStream;
  }

  /** The sender for a topic; a new one when the last was finished. */
  sender(topic: TopicId): TopicSender {
    const existing = this.#senders.get(topic);
    if (existing) return existing;
    const sender: TopicSender = new TopicSender(topic, this.#host.maxMessageSize, {
      open: () => this.connection.openUni(),
      queued: (delta) => this.#host.queued(delta),
      failed: (why) => this.#onBroken(why),
    });
    this.#senders.set(topic, sender);
    return sender;
  }

  /** Something was given to a sender: write it before the tick ends. */
  touch(): void {
    this.lastUsed = this.#host.clock.now();
    this.#host.dirty(this);
  }

  /** Writes what the streams take. */
  flush(): void {
    for (const sender of this.#senders.values()) {
      sender.flush();
      if (sender.finishing) this.#retire(sender);
    }
  }

  /** Finishes all our streams. @returns when they are acknowledged and the peer has finished its own, or the connection is over */
  async finish(): Promise<void> {
    await this.finishSending();
    if (this.#incoming === 0 || this.#ended) return;
    this.#quiet ??= deferred();
    await this.#quiet.promise;
  }

  /** Finishes all our streams. @returns when they are acknowledged, or the connection is over */
  async finishSending(): Promise<void> {
    for (const sender of this.#senders.values()) sender.finish();
    this.flush();
    await Promise.all([...this.#finishing].map((sender) => sender.done));
  }

  /** Hands what has not been written over to the link that replaces this one, and finishes. */
  moveTo(other: Link): void {
    for (const sender of this.#senders.values()) {
      if (sender.hasUnsent) sender.moveTo(other.sender(sender.topic));
      sender.finish();
    }
    this.#host.dirty(this);
    other.touch();
  }

  close(code: number, reason: string): void {
    this.connection.close(code, reason);
  }

  #retire(sender: TopicSender): void {
    this.#senders.delete(sender.topic);
    this.#finishing.add(sender);
    void sender.done.then(() => this.#finishing.delete(sender));
  }

  #onBroken(why: string): void {
    if (this.#ended) return;
    this.#host.dropped('broken-stream');
    this.close(CloseCode.brokenStream, why);
  }

  #onClosed(reason: CloseReason): void {
    this.#ended = true;
    for (const sender of [...this.#senders.values(), ...this.#finishing]) sender.kill();
    this.#senders.clear();
    this.#settleQuiet();
    this.#host.ended(this, reason);
  }

  #settleQuiet(): void {
    this.#quiet?.resolve();
    this.#quiet = undefined;
  }

  async #acceptStreams(): Promise<void> {
    for await (const stream of this.connection.acceptUni()) void this.#readStream(stream);
  }

  /** Gossip has no use for them; a peer that opens one learns so and nothing else happens. */
  async #refuseBiStreams(): Promise<void> {
    for await (const { send, recv } of this.connection.acceptBi()) {
      recv.stop(0);
      send.reset(0);
    }
  }

  async #readStream(stream: RecvStream): Promise<void> {
    this.#incoming++;
    this.#peerOpenedStream = true;
    const deadline = this.#host.clock.setTimer(
      () => this.#violation('bad-header', 'no stream header in time'),
      HEADER_TIMEOUT_MS,
    );
    try {
      await this.#readFrames(stream, () => deadline.cancel());
    } catch (error) {
      // The stream was reset or the connection closed. Of a reset, only the frames that had not arrived are lost; they belong to
      // a peer that can't send any more on this topic, so the link starts anew.
      if (!this.#ended) this.#onBroken(error instanceof Error ? error.message : String(error));
    } finally {
      deadline.cancel();
      this.#incoming--;
      if (this.#incoming === 0) this.#settleQuiet();
    }
  }

  async #readFrames(stream: RecvStream, onHeader: () => void): Promise<void> {
    const decoder = new FrameDecoder(this.#host.maxMessageSize);
    let topic: TopicId | undefined;
    for (let chunk = await stream.read(); chunk; chunk = await stream.read()) {
      decoder.push(chunk);
      for (let body = this.#nextFrame(decoder); body; body = this.#nextFrame(decoder)) {
        if (topic === undefined) {
          topic = this.#header(body);
          if (topic === undefined) return;
          onHeader();
        } else if (!this.#message(topic, body, chunk.length)) {
          return;
        }
      }
      if (this.#ended) return;
    }
    if (topic === undefined) this.#violation('bad-header', 'a stream ended before its header');
    else if (decoder.insideBody) this.#violation('bad-message', 'a stream ended inside a frame');
  }

  #nextFrame(decoder: FrameDecoder): Uint8Array | undefined {
    if (this.#ended) return undefined;
    try {
      return decoder.next();
    } catch (error) {
      if (!(error instanceof FrameTooLargeError)) throw error;
      this.#violation('frame-too-large', error.message);
      return undefined;
    }
  }

  #header(body: Uint8Array): TopicId | undefined {
    try {
      return decodeHeader(body);
    } catch {
      this.#violation('bad-header', `a stream header of ${body.length} bytes is no topic`);
      return undefined;
    }
  }

  #message(topic: TopicId, body: Uint8Array, chunkLength: number): boolean {
    let message: NetMessage;
    try {
      // Decoded payloads are views. A small one must not keep a large chunk alive in the cache. (`slice` of a Buffer would be a view.)
      message = decodeMessage(chunkLength > KEEP_RATIO * body.length ? new Uint8Array(body) : body);
    } catch (error) {
      this.#violation('bad-message', error instanceof Error ? error.message : String(error));
      return false;
    }
    this.lastUsed = this.#host.clock.now();
    this.#host.message(this, topic, message, body.length);
    return true;
  }

  #violation(kind: 'bad-header' | 'bad-message' | 'frame-too-large', why: string): void {
    if (this.#ended) return;
    this.#host.dropped(kind);
    this.#ended = true; // read nothing more, even before the connection says that it is closed
    switch (kind) {
      case 'bad-header':
        return this.close(CloseCode.badHeader, why);
      case 'bad-message':
        return this.close(CloseCode.badMessage, why);
      case 'frame-too-large':
        return this.close(CloseCode.frameTooLarge, why);
    }
  }
}

import type { IHaveEntry, TopicId } from '@grapevine/proto';
import type { SendStream } from '../transport/seam.js';
import { encodeFrame, encodeHeader, ihavesPerFrame } from './wire.js';

/** Frames are joined into writes of about this size. */
const WRITE_BYTES = 64 * 1024;

/** Announcements that are kept for a peer that takes nothing; the oldest go first. */
const MAX_ANNOUNCEMENTS = 10_000;

/** What a sender tells its link. */
export interface SenderHost {
  /** Opens the stream. */
  open(): Promise<SendStream>;
  /** The number of queued bytes has changed by this much. */
  queued(delta: number): void;
  /** The stream broke: the peer stopped it, or none could be opened. */
  failed(why: string): void;
}

/**
 * What we say about one topic on one connection: a queue in front of a uni stream.
 *
 * The stream is opened with the first flush, and header and first message go out in one write, because a Rust peer reads
 * nothing else on the connection while a header is incomplete. Control messages overtake payloads: they are small, and they
 * decide who gets payloads at all.
 */
export class TopicSender {
  readonly topic: TopicId;
  readonly #host: SenderHost;
  readonly #ihavesPerFrame: number;
  #control: Uint8Array[] = [];
  #payloads: Uint8Array[] = [];
  #announcements: IHaveEntry[] = [];
  #last: Uint8Array | undefined;
  #queuedBytes = 0;
  #stream: SendStream | undefined;
  #state: 'idle' | 'opening' | 'open' | 'blocked' | 'finished' | 'dead' = 'idle';
  #finishing = false;
  #acknowledged: (() => void) | undefined;
  /** Settles when a finished stream was acknowledged, or is beyond help. */
  readonly done: Promise<void>;

  constructor(topic: TopicId, maxMessageSize: number, host: SenderHost) {
    this.topic = topic;
    this.#host = host;
    this.#ihavesPerFrame = ihavesPerFrame(maxMessageSize);
    this.done = new Promise((resolve) => {
      this.#acknowledged = resolve;
    });
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Whether the stream will end after what is queued. */
  get finishing(): boolean {
    return this.#finishing;
  }

  control(frame: Uint8Array): void {
    this.#control.push(frame);
    this.#count(frame.length);
  }

  payload(frame: Uint8Array): void {
    this.#payloads.push(frame);
    this.#count(frame.length);
  }

  /** Tells the peer that it can have a payload, instead of sending it. Costs 35 bytes once it is written. */
  announce(entry: IHaveEntry): void {
    if (this.#announcements.length >= MAX_ANNOUNCEMENTS) this.#announcements.splice(0, MAX_ANNOUNCEMENTS / 10);
    this.#announcements.push(entry);
  }

  /** Sends a last frame after all others, then ends the stream. */
  finishWith(frame: Uint8Array): void {
    this.#last = frame;
    this.#count(frame.length);
    this.#finishing = true;
  }

  /** Ends the stream after what is queued. */
  finish(): void {
    this.#finishing = true;
  }

  /** Hands over what has not been written to a sender on another connection. */
  moveTo(other: TopicSender): void {
    const [control, payloads, announcements, last] = [this.#control, this.#payloads, this.#announcements, this.#last];
    this.#clear();
    for (const frame of control) other.control(frame);
    for (const frame of payloads) other.payload(frame);
    for (const entry of announcements) other.announce(entry);
    if (last) other.finishWith(last);
  }

  /** Whether something has been queued that is not written yet. */
  get hasUnsent(): boolean {
    return this.#hasWork;
  }

  /** Writes what the stream takes. Called once per tick after something was queued. */
  flush(): void {
    switch (this.#state) {
      case 'idle':
        if (this.#hasWork) return this.#open();
        if (this.#finishing) this.kill(); // nothing was ever said: there is no stream to end
        return;
      case 'open':
        return this.#write(this.#stream as SendStream);
      case 'opening':
      case 'blocked':
      case 'finished':
      case 'dead':
        return;
    }
  }

  /** The connection is gone, or its owner gave up waiting. */
  kill(): void {
    this.#state = 'dead';
    this.#clear();
    this.#acknowledged?.();
  }

  get #hasWork(): boolean {
    return (
      this.#control.length > 0 ||
      this.#payloads.length > 0 ||
      this.#announcements.length > 0 ||
      this.#last !== undefined
    );
  }

  #open(): void {
    this.#state = 'opening';
    this.#host.open().then(
      (stream) => {
        if (this.#state === 'dead') return stream.reset(0);
        this.#stream = stream;
        this.#state = 'open';
        const header = encodeHeader(this.topic);
        this.#control.unshift(header);
        this.#count(header.length);
        void stream.stopped.then((code) => this.#onStopped(code));
        this.#write(stream);
      },
      (error) => this.#fail(`no stream: ${error instanceof Error ? error.message : String(error)}`),
    );
  }

  #onStopped(code: number | undefined): void {
    if (code !== undefined && this.#state !== 'dead') this.#fail(`the peer stopped a stream with code ${code}`);
    else this.kill();
  }

  #fail(why: string): void {
    if (this.#state === 'dead') return;
    this.kill();
    this.#host.failed(why);
  }

  #write(stream: SendStream): void {
    while (this.#hasWork) {
      const bytes = this.#nextChunk();
      if (stream.write(bytes)) continue;
      this.#state = 'blocked';
      void stream.drained.then(() => {
        if (this.#state !== 'blocked') return;
        this.#state = 'open';
        this.#write(stream);
      });
      return;
    }
    if (this.#finishing) {
      this.#state = 'finished';
      stream.finish();
    }
  }

  /** The next frames in order of precedence, joined. */
  #nextChunk(): Uint8Array {
    const frames: Uint8Array[] = [];
    let length = 0;
    let counted = 0;
    const take = (queue: Uint8Array[]): void => {
      let taken = 0;
      while (taken < queue.length && length < WRITE_BYTES) length += (queue[taken++] as Uint8Array).length;
      for (const frame of queue.splice(0, taken)) frames.push(frame);
    };
    take(this.#control);
    counted = length;
    while (this.#announcements.length > 0 && length < WRITE_BYTES) {
      const frame = encodeFrame({ type: 'ihave', messages: this.#announcements.splice(0, this.#ihavesPerFrame) });
      frames.push(frame);
      length += frame.length;
    }
    const announced = length - counted;
    take(this.#payloads);
    if (this.#last && length < WRITE_BYTES) {
      frames.push(this.#last);
      length += this.#last.length;
      this.#last = undefined;
    }
    this.#count(announced - length);
    return frames.length === 1 ? (frames[0] as Uint8Array) : Buffer.concat(frames, length);
  }

  #count(delta: number): void {
    this.#queuedBytes += delta;
    if (delta !== 0) this.#host.queued(delta);
  }

  #clear(): void {
    this.#control = [];
    this.#payloads = [];
    this.#announcements = [];
    this.#last = undefined;
    this.#count(-this.#queuedBytes);
  }
}

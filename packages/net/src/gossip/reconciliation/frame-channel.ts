import { DecodeError } from '@grapevine/postcard';
import { MAX_FRAME_LENGTH } from '@grapevine/proto/reconciliation';
import { StreamResetError } from '../../errors.js';
import type { BiStream } from '../../transport/seam.js';
import type { Clock, ClockTimer } from '../../util/clock.js';
import { FrameDecoder, FrameTooLargeError } from '../link/frame-decoder.js';
import { SessionCode } from './close-code.js';
import { SessionEnded, Violation } from './errors.js';
import { decodeFrame, encodeFrame, FRAME_OVERHEAD, type Frame } from './frames.js';

/** A session in which nothing moves for this long is given up. */
const IDLE_MS = 15_000;

/** Within this time a peer that begins a session says what it is about. */
const OPEN_MS = 10_000;

/** How long a session may take in all. A full payload cache (64 MiB) takes about half a minute. */
const TOTAL_MS = 300_000;

/** The stream of a session: frames out with back-pressure, frames in, and time-outs. */
export class FrameChannel {
  /** The longest content of a payload that is taken, in bytes. */
  readonly limit: number;
  readonly #stream: BiStream;
  readonly #clock: Clock;
  readonly #decoder: FrameDecoder;
  readonly #began: number;
  #moved: number;
  #watch: ClockTimer;
  #ended: SessionEnded | undefined;

  /** @param maxMessageSize what a payload may take */
  constructor(stream: BiStream, clock: Clock, maxMessageSize: number) {
    this.#stream = stream;
    this.#clock = clock;
    this.limit = Math.max(MAX_FRAME_LENGTH, maxMessageSize);
    this.#decoder = new FrameDecoder(this.limit + FRAME_OVERHEAD);
    this.#began = this.#moved = clock.now();
    this.#watch = clock.setTimer(this.#check, IDLE_MS);
  }

  /** Sends a frame. @returns how long it is @throws SessionEnded */
  post(frame: Frame): number {
    if (this.#ended) throw this.#ended;
    const bytes = encodeFrame(frame);
    this.#stream.send.write(bytes);
    this.#moved = this.#clock.now();
    return bytes.length;
  }

  /** Settles when the peer has taken enough of what was sent, or the stream is over. */
  async room(): Promise<void> {
    await this.#stream.send.drained;
    this.#moved = this.#clock.now();
  }

  /** No frame will follow. */
  finish(): void {
    if (!this.#ended) this.#stream.send.finish();
  }

  /** Settles when the peer has all of it, or the session was given up. */
  async acknowledged(): Promise<void> {
    await this.#stream.send.stopped;
  }

  /** The frame that the peer begins with, which is no longer than those of a comparison. @throws as {@link FrameChannel.next} */
  async first(): Promise<Frame | undefined> {
    this.#decoder.limit = MAX_FRAME_LENGTH + FRAME_OVERHEAD;
    const timer = this.#clock.setTimer(() => this.cancel(SessionCode.cancelled, 'it never began'), OPEN_MS);
    try {
      return await this.next();
    } finally {
      timer.cancel();
      this.#decoder.limit = this.limit + FRAME_OVERHEAD;
    }
  }

  /** The peer's next frame; undefined at its end. @throws Violation, SessionEnded, or what the stream throws */
  async next(): Promise<Frame | undefined> {
    for (;;) {
      if (this.#ended) throw this.#ended;
      const body = this.#nextBody();
      if (body) return this.#decode(body);
      const chunk = await this.#read();
      if (!chunk) {
        if (this.#decoder.insideBody) throw new Violation('bad-message', 'a session ended inside a frame');
        return undefined;
      }
      this.#moved = this.#clock.now();
      this.#decoder.push(chunk);
    }
  }

  /** Gives the session up: both directions end, and so does every wait here. */
  cancel(code: number, why: string): void {
    if (this.#ended) return;
    this.#ended = new SessionEnded(code, why);
    this.close();
    this.#stream.send.reset(code);
    this.#stream.recv.stop(code);
  }

  /** Frees the timer. */
  close(): void {
    this.#watch.cancel();
  }

  async #read(): Promise<Uint8Array | undefined> {
    try {
      return await this.#stream.recv.read();
    } catch (error) {
      if (this.#ended) throw this.#ended;
      if (error instanceof StreamResetError) throw new SessionEnded(error.errorCode, error.message);
      throw error;
    }
  }

  #nextBody(): Uint8Array | undefined {
    try {
      return this.#decoder.next();
    } catch (error) {
      if (error instanceof FrameTooLargeError) throw new Violation('frame-too-large', error.message);
      throw error;
    }
  }

  #decode(body: Uint8Array): Frame {
    try {
      return decodeFrame(body);
    } catch (error) {
      if (error instanceof DecodeError) throw new Violation('bad-message', error.message);
      throw error;
    }
  }

  readonly #check = (): void => {
    const now = this.#clock.now();
    const left = Math.min(this.#moved + IDLE_MS, this.#began + TOTAL_MS) - now;
    if (left <= 0) this.cancel(SessionCode.cancelled, 'nothing moved, or it took too long');
    else this.#watch = this.#clock.setTimer(this.#check, left);
  };
}

import { PREFIX_LENGTH } from '../wire.js';

/** The buffer of an unfinished body at first, in bytes: a stranger that announces a long one and sends nothing pins no more. */
const FIRST_PART = 256;

/** A frame that announces more bytes than are allowed. */
export class FrameTooLargeError extends Error {
  constructor(
    readonly length: number,
    readonly limit: number,
  ) {
    super(`a frame of ${length} bytes is over the limit of ${limit}`);
  }
}

/**
 * Cuts a stream of bytes into frame bodies, in time and memory that are linear in what has arrived.
 *
 * Between chunks it holds the bytes of one unfinished frame (in a buffer at most twice as long) and no part of any chunk.
 */
export class FrameDecoder {
  /** The longest body that is taken, in bytes. */
  limit: number;
  #chunk: Uint8Array = NOTHING;
  #at = 0;
  /** Bytes of the length that have arrived, and their value. */
  #prefixBytes = 0;
  #length = 0;
  /** The body, as far as it has come in earlier chunks. */
  #part: Uint8Array = NOTHING;
  #partLength = 0;
  /** Whether the body is over the limit. Its bytes are counted, and not kept. */
  #isTooLong = false;

  /** @param limit longest body in bytes */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** Whether the stream stands inside a body. (Inside a length it counts as a clean end, as in the reference.) */
  get insideBody(): boolean {
    return this.#prefixBytes === PREFIX_LENGTH;
  }

  /** Bytes of memory that the unfinished frame takes. */
  get heldBytes(): number {
    return this.#part.length;
  }

  /**
   * Adds bytes from the stream. Take out the frames with {@link FrameDecoder.next} before adding more: after the last one nothing of the chunk is
   * kept.
   */
  push(bytes: Uint8Array): void {
    this.#chunk = bytes;
    this.#at = 0;
  }

  /**
   * The next whole body: a view into what was pushed last, or a buffer of its own; undefined when more bytes are needed.
   *
   * @throws FrameTooLargeError once for each body over the limit, as soon as its length is known. The body behind it is the next.
   */
  next(): Uint8Array | undefined {
    this.#readPrefix();
    if (this.#isTooLong) this.#passOver();
    const available = this.#chunk.length - this.#at;
    const missing = this.#length - this.#partLength;
    if (this.#prefixBytes < PREFIX_LENGTH || available < missing) {
      if (this.insideBody && !this.#isTooLong) this.#keep(this.#chunk.subarray(this.#at));
      this.#chunk = NOTHING;
      this.#at = 0;
      return undefined;
    }
    const rest = this.#chunk.subarray(this.#at, this.#at + missing);
    this.#at += missing;
    return this.#finish(rest);
  }

  #readPrefix(): void {
    while (this.#prefixBytes < PREFIX_LENGTH && this.#at < this.#chunk.length) {
      this.#length = this.#length * 256 + (this.#chunk[this.#at++] as number);
      this.#prefixBytes++;
    }
    if (!this.insideBody || this.#isTooLong || this.#length <= this.limit) return;
    this.#isTooLong = true;
    throw new FrameTooLargeError(this.#length, this.limit);
  }

  #passOver(): void {
    const bytes = Math.min(this.#chunk.length - this.#at, this.#length - this.#partLength);
    this.#at += bytes;
    this.#partLength += bytes;
    if (this.#partLength < this.#length) return;
    this.#forget();
    this.#readPrefix();
  }

  #forget(): void {
    this.#prefixBytes = 0;
    this.#length = 0;
    this.#part = NOTHING;
    this.#partLength = 0;
    this.#isTooLong = false;
  }

  #finish(rest: Uint8Array): Uint8Array {
    let body = rest;
    if (this.#partLength > 0) {
      this.#keep(rest);
      body = this.#part.subarray(0, this.#length);
    }
    this.#forget();
    return body;
  }

  /** Copies what belongs to the unfinished body; the buffer doubles, so each byte is moved twice at most on average. */
  #keep(bytes: Uint8Array): void {
    const needed = this.#partLength + bytes.length;
    if (needed === 0) return;
    if (needed > this.#part.length) {
      const grown = new Uint8Array(Math.min(this.#length, Math.max(needed, 2 * this.#part.length, FIRST_PART)));
      grown.set(this.#part.subarray(0, this.#partLength));
      this.#part = grown;
    }
    this.#part.set(bytes, this.#partLength);
    this.#partLength = needed;
  }
}

const NOTHING = new Uint8Array(0);

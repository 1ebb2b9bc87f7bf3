import { PREFIX_LENGTH } from '../wire.js';

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
 * Cuts a stream of bytes into frame bodies.
 *
 * Holds at most one unfinished frame, so at most `limit` bytes plus what `push` was given last.
 */
export class FrameDecoder {
  readonly #limit: number;
  #rest: Uint8Array = new Uint8Array(0);

  /** @param limit longest body in bytes */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether the stream stands inside a body. (Inside a length it counts as a clean end, as in the reference.) */
  get insideBody(): boolean {
    return this.#rest.length >= PREFIX_LENGTH;
  }

  /** Adds bytes from the stream; the decoder may keep them. Take out the frames with {@link FrameDecoder.next} before adding more. */
  push(bytes: Uint8Array): void {
    if (this.#rest.length === 0) {
      this.#rest = bytes;
      return;
    }
    const joined = new Uint8Array(this.#rest.length + bytes.length);
    joined.set(this.#rest);
    joined.set(bytes, this.#rest.length);
    this.#rest = joined;
  }

  /**
   * The next whole body, a view into what was pushed; undefined when more bytes are needed.
   *
   * @throws FrameTooLargeError
   */
  next(): Uint8Array | undefined {
    const rest = this.#rest;
    if (rest.length < PREFIX_LENGTH) return undefined;
    const [a = 0, b = 0, c = 0, d = 0] = rest;
    const length = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
    if (length > this.#limit) throw new FrameTooLargeError(length, this.#limit);
    const end = PREFIX_LENGTH + length;
    if (rest.length < end) return undefined;
    this.#rest = rest.subarray(end);
    return rest.subarray(PREFIX_LENGTH, end);
  }
}

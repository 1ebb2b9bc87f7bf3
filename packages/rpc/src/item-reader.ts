import { ConnectionClosedError, type RecvStream, StreamResetError, StreamStateError } from '@grapevine/net';
import { ItemTooLargeError, RpcProtocolError } from './errors.js';
import { MAX_ITEM } from './protocol.js';

/** A length has at most this many bytes. */
const MAX_LENGTH_BYTES = 10;

/** Counts the bytes of unfinished items, so that somebody can bound them over many streams. */
export interface PendingBytes {
  /** @param bytes may be negative */
  add(bytes: number): void;
}

/** Whether somebody has ended a stream, rather than sent what can't be read. */
export function isEnd(error: unknown): boolean {
  return [ConnectionClosedError, StreamResetError, StreamStateError].some((type) => error instanceof type);
}

/** What an {@link ItemReader} takes. */
export interface ItemReaderOptions {
  readonly pending?: PendingBytes;
  /** Longest item in bytes, refused as soon as its length is read. Default: the protocol's, 16 MiB. */
  readonly maxLength?: number;
}

/**
 * Cuts a stream into items: a length as a varint, then that number of bytes.
 *
 * Holds at most one unfinished item and what the last read brought beyond it. Lengths are read as irpc does: over-long forms pass, and of
 * the tenth byte only the lowest bit counts.
 */
export class ItemReader {
  readonly #stream: RecvStream;
  readonly #pending: PendingBytes | undefined;
  readonly #maxLength: number;
  #rest: Uint8Array = new Uint8Array();

  constructor(stream: RecvStream, { pending, maxLength = MAX_ITEM }: ItemReaderOptions = {}) {
    this.#stream = stream;
    this.#pending = pending;
    this.#maxLength = maxLength;
  }

  /**
   * The next item, owned by the caller; undefined at a clean end.
   *
   * @throws ItemTooLargeError; RpcProtocolError when the stream ends inside an item; what the stream's `read` throws
   */
  async next(): Promise<Uint8Array | undefined> {
    const length = await this.#length();
    return length === undefined ? undefined : await this.body(this.#checked(length));
  }

  /** The length of the next item; {@link body} or {@link skip} follows. Undefined at a clean end. @throws as {@link next} */
  async nextLength(): Promise<number | undefined> {
    const length = await this.#length();
    return length === undefined ? undefined : this.#checked(length);
  }

  /** The item of this length. @throws as {@link next} */
  async body(length: number): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let missing = length;
    try {
      for (;;) {
        const chunk = this.#take(missing);
        chunks.push(chunk);
        missing -= chunk.length;
        this.#pending?.add(chunk.length);
        if (missing === 0) break;
        await this.#more(missing);
      }
    } finally {
      this.#pending?.add(missing - length);
    }
    return new Uint8Array(Buffer.concat(chunks)); // a copy: an item kept for long keeps nothing else in memory
  }

  /** Reads the item of this length and keeps nothing of it. @throws as {@link next} */
  async skip(length: number): Promise<void> {
    let missing = length - this.#take(length).length;
    while (missing > 0) {
      await this.#more(missing);
      missing -= this.#take(missing).length;
    }
  }

  #checked(length: number): number {
    if (length > this.#maxLength) throw new ItemTooLargeError(length, this.#maxLength);
    return length;
  }

  async #length(): Promise<number | undefined> {
    let value = 0;
    let factor = 1;
    for (let i = 1; i <= MAX_LENGTH_BYTES; i++) {
      const byte = await this.#byte();
      if (byte === undefined) {
        if (i === 1) return undefined;
        throw new RpcProtocolError('the stream ends inside a length');
      }
      const bits = i === MAX_LENGTH_BYTES ? byte & 1 : byte & 0x7f;
      value += bits * factor;
      factor *= 0x80;
      if (byte < 0x80) return value;
    }
    throw new RpcProtocolError(`a length has more than ${MAX_LENGTH_BYTES} bytes`);
  }

  async #byte(): Promise<number | undefined> {
    while (this.#rest.length === 0) {
      const chunk = await this.#stream.read();
      if (!chunk) return undefined;
      this.#rest = chunk;
    }
    const [byte] = this.#rest;
    this.#rest = this.#rest.subarray(1);
    return byte;
  }

  /** What is here of the next bytes, at most so many. */
  #take(most: number): Uint8Array {
    const chunk = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(chunk.length);
    return chunk;
  }

  async #more(missing: number): Promise<void> {
    const more = await this.#stream.read();
    if (!more) throw new RpcProtocolError(`the stream ends ${missing} bytes before the end of an item`);
    this.#rest = more;
  }
}

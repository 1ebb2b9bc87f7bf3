import type { RecvStream } from '@grapevine/net';
import { concat } from '../bytes.js';
import { decodeVarint, varintLength } from './varint.js';

const NO_BYTES = new Uint8Array();

/** A stream ended in the middle of a number or a frame. */
export class CutOffError extends Error {
  constructor() {
    super('the stream ended in the middle of a frame');
    this.name = 'CutOffError';
  }
}

/** Reads numbers and byte strings from a stream. The rest can be read as a stream. */
export class StreamReader implements RecvStream {
  readonly #stream: RecvStream;
  #rest: Uint8Array = NO_BYTES;

  constructor(stream: RecvStream) {
    this.#stream = stream;
  }

  /** The next bytes, as many as are here. */
  read(): Promise<Uint8Array | undefined> {
    if (this.#rest.length === 0) return this.#stream.read();
    const rest = this.#rest;
    this.#rest = NO_BYTES;
    return Promise.resolve(rest);
  }

  stop(code: number): void {
    this.#rest = NO_BYTES;
    this.#stream.stop(code);
  }

  /** The next integer; undefined at the end of the stream. @throws CutOffError */
  async varint(): Promise<number | undefined> {
    if (!(await this.#has(1))) return undefined;
    return decodeVarint(await this.exactly(varintLength(this.#rest[0] as number)));
  }

  /** The next `length` bytes. @throws CutOffError */
  async exactly(length: number): Promise<Uint8Array> {
    if (length > 0 && !(await this.#has(length))) throw new CutOffError();
    const bytes = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return bytes;
  }

  /** Skips `length` bytes. @throws CutOffError */
  async skip(length: number): Promise<void> {
    let left = length;
    while (left > 0) {
      const bytes = await this.read();
      if (!bytes) throw new CutOffError();
      if (bytes.length > left) this.#rest = bytes.subarray(left);
      left -= Math.min(left, bytes.length);
    }
  }

  /** Reads until `length` bytes are here. @returns false if the stream ends before the first of them @throws CutOffError if it ends later */
  async #has(length: number): Promise<boolean> {
    if (this.#rest.length >= length) return true;
    const chunks = [this.#rest];
    let total = this.#rest.length;
    while (total < length) {
      const bytes = await this.#stream.read();
      if (!bytes) {
        if (total === 0) return false;
        throw new CutOffError();
      }
      chunks.push(bytes);
      total += bytes.length;
    }
    this.#rest = concat(...chunks);
    return true;
  }
}

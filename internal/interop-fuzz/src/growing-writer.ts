import { type Schema, Writer } from '@grapevine/postcard';

/** The longest varint of a number below 2^53. */
const VARINT = 8;

/** Writes postcard of any length. */
export class GrowingWriter {
  #writer = new Writer(new Uint8Array(1 << 12));

  /** What was written so far. This view is valid until more is written. */
  get bytes(): Uint8Array {
    return this.#writer.bytes.subarray(0, this.#writer.offset);
  }

  clear(): void {
    this.#writer.offset = 0;
  }

  number(value: number): void {
    this.#reserve(VARINT);
    this.#writer.varint(value);
  }

  value<T>(schema: Schema<T>, value: T): void {
    this.#reserve(schema.size(value));
    schema.write(this.#writer, value);
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#writer.raw(bytes);
  }

  /** The length of the bytes, then the bytes. */
  blob(bytes: Uint8Array): void {
    this.number(bytes.length);
    this.raw(bytes);
  }

  /** The length of a value's encoding, then the encoding. */
  sized<T>(schema: Schema<T>, value: T): void {
    const size = schema.size(value);
    this.number(size);
    this.#reserve(size);
    schema.write(this.#writer, value);
  }

  #reserve(size: number): void {
    const { bytes, offset } = this.#writer;
    if (offset + size <= bytes.length) return;
    const larger = new Uint8Array(2 * (offset + size));
    larger.set(bytes.subarray(0, offset));
    this.#writer = new Writer(larger, offset);
  }
}

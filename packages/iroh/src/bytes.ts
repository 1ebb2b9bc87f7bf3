/**
 * The binding takes and gives bytes as arrays of numbers, and spends some 50 ns on each of them; what is done here must cost
 * little beside that. Loops into a plain array are 20 times faster than `Array.from` (`npm run bench -- I1`).
 */

/** Bytes per call of the binding. More would not be faster, and would block the event loop longer. */
export const BATCH_BYTES = 65_536;

/** Reused for every full batch: the binding has copied it when the call returns. */
const fullBatch: number[] = Array.from({ length: BATCH_BYTES }, () => 0);

/** Bytes as the binding takes them. */
export function toNumbers(bytes: Uint8Array): number[] {
  const numbers = new Array<number>(bytes.length);
  for (let i = 0; i < bytes.length; i++) numbers[i] = bytes[i] as number;
  return numbers;
}

/** Bytes as the binding gives them. */
export function toBytes(numbers: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(numbers.length);
  // Arrays of the binding are of V8's general kind: `Uint8Array.from` and `set` take six times as long.
  for (let i = 0; i < numbers.length; i++) bytes[i] = numbers[i] as number;
  return bytes;
}

/** A queue of bytes that is emptied in batches. */
export class ByteQueue {
  #chunks: Uint8Array[] = [];
  /** Where the next byte is: in the chunk with this index, at this offset. */
  #head = 0;
  #offset = 0;
  #length = 0;

  /** How many bytes are queued. */
  get length(): number {
    return this.#length;
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#chunks.push(bytes);
    this.#length += bytes.length;
  }

  /** Takes out the next batch. It is valid until the next call of any queue, so hand it to the binding at once. */
  takeBatch(): number[] {
    const length = Math.min(this.#length, BATCH_BYTES);
    const batch = length === BATCH_BYTES ? fullBatch : new Array<number>(length);
    let at = 0;
    while (at < length) {
      const chunk = this.#chunks[this.#head] as Uint8Array;
      const end = Math.min(chunk.length, this.#offset + length - at);
      for (let i = this.#offset; i < end; i++) batch[at++] = chunk[i] as number;
      if (end < chunk.length) this.#offset = end;
      else this.#nextChunk();
    }
    this.#length -= length;
    return batch;
  }

  clear(): void {
    this.#chunks = [];
    this.#head = 0;
    this.#offset = 0;
    this.#length = 0;
  }

  #nextChunk(): void {
    this.#chunks[this.#head++] = EMPTY; // so that it can be collected
    this.#offset = 0;
    if (this.#head < this.#chunks.length && this.#head < 1024) return;
    this.#chunks = this.#chunks.slice(this.#head);
    this.#head = 0;
  }
}

const EMPTY = new Uint8Array();

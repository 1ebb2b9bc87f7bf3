import { defaultHash } from '@grapevine/proto';

/** What was received, in a form that does not depend on the order: the numbers of the Rust program's `received`. */
export interface TallySummary {
  /** How many different contents came. */
  readonly count: number;
  /** Exclusive or of the BLAKE3 hashes of the different contents, in hex. */
  readonly xor: string;
  /** Bytes of the different contents. */
  readonly bytes: number;
  /** How often a content came again. */
  readonly duplicates: number;
}

/** Counts contents for a TypeScript node, as a Rust node does. */
export class Tally {
  readonly #seen = new Set<string>();
  readonly #xor = new Uint8Array(32);
  #bytes = 0;
  #duplicates = 0;

  add(content: Uint8Array): void {
    const hash = defaultHash(content);
    const key = Buffer.from(hash).toString('hex');
    if (this.#seen.has(key)) {
      this.#duplicates++;
      return;
    }
    this.#seen.add(key);
    this.#bytes += content.length;
    for (const [i, byte] of hash.entries()) this.#xor[i] = (this.#xor[i] ?? 0) ^ byte;
  }

  summary(): TallySummary {
    return {
      count: this.#seen.size,
      xor: Buffer.from(this.#xor).toString('hex'),
      bytes: this.#bytes,
      duplicates: this.#duplicates,
    };
  }
}

/** The sum of tallies that have no content in common. */
export function sumOf(tallies: readonly TallySummary[]): TallySummary {
  const xor = new Uint8Array(32);
  for (const tally of tallies)
    for (const [i, byte] of Buffer.from(tally.xor, 'hex').entries()) xor[i] = (xor[i] ?? 0) ^ byte;
  const total = (field: 'count' | 'bytes' | 'duplicates') => tallies.reduce((sum, tally) => sum + tally[field], 0);
  return {
    count: total('count'),
    xor: Buffer.from(xor).toString('hex'),
    bytes: total('bytes'),
    duplicates: total('duplicates'),
  };
}

/**
 * The payload that the Rust program's `broadcast-many` makes of a seed and an index: blocks of 32 bytes, each the BLAKE3 hash
 * of "grapevine SEED INDEX BLOCK", truncated to `size`. With sizes below 8 bytes some payloads are equal.
 */
export function payload(seed: number, index: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let block = 0; block * 32 < size; block++) {
    const hash = defaultHash(Buffer.from(`grapevine ${seed} ${index} ${block}`));
    bytes.set(hash.subarray(0, size - block * 32), block * 32);
  }
  return bytes;
}

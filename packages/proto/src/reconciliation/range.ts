import { KEY_BITS, KEY_SPACE, type KeySet } from './key-set.js';

/**
 * Ranges are never divided further than this. The rest of a key is what fingerprints are made of: the low bits of keys that share `depth` high
 * bits are still independent. Sets of a million ids come down to about 15.
 */
export const MAX_DEPTH = 24;

/** All keys that begin with the same `depth` bits. */
export interface Range {
  /** The common bits as a number. */
  readonly prefix: number;
  readonly depth: number;
}

/** Everything. */
export const ROOT: Range = { prefix: 0, depth: 0 };

/** One of the 2^bits equal parts of a range. */
export function part({ prefix, depth }: Range, bits: number, index: number): Range {
  return { prefix: prefix * 2 ** bits + index, depth: depth + bits };
}

/** How many keys a range could hold. The part of a key that follows the prefix is below this. */
export function span({ depth }: Range): number {
  return 2 ** (KEY_BITS - depth);
}

/** The smallest key that a range could hold. */
export function base(range: Range): number {
  return range.prefix * span(range);
}

/** Where the keys of a range stand in a set. */
export function indexes(set: KeySet, range: Range): { readonly start: number; readonly end: number } {
  const first = base(range);
  return { start: set.indexFrom(first), end: set.indexFrom(first + span(range)) };
}

/** The fingerprint of a range: the sum of its keys, of which only {@link FINGERPRINT_BYTES} travel. */
export function fingerprint(set: KeySet, range: Range): number {
  const { start, end } = indexes(set, range);
  return set.sumBetween(start, end) % FINGERPRINT_SPACE;
}

/** Bytes of a fingerprint: two different ranges seem equal once in 16 million times, and then the sum of the whole set shows it. */
export const FINGERPRINT_BYTES = 3;
const FINGERPRINT_SPACE = 2 ** (8 * FINGERPRINT_BYTES);

/** A sum of keys, kept exact. */
export function add(sum: number, key: number): number {
  return (sum + key) % KEY_SPACE;
}

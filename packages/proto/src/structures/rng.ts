/**
 * The kernel's only source of randomness: exactly the draws that the protocol makes, so that a host can supply the
 * generator of the Rust reference and get its decisions. Used for protocol choices only, never for secrets.
 */
export interface Rng {
  /**
   * A uniform index from 0 to `length - 1`. A generator that mirrors Rust consumes a word even when `length` is 1.
   *
   * @param length - At least 1.
   */
  index(length: number): number;
  /** Puts the items into a random order, in place (Rust: `SliceRandom::shuffle`). */
  shuffle<T>(items: T[]): void;
  /**
   * A uniform choice among the items that `keep` accepts, `undefined` when there is none (Rust: `choose` on a filtered
   * iterator).
   */
  chooseWhere<T>(items: readonly T[], keep: (item: T) => boolean): T | undefined;
  /** A new generator, seeded from this one (Rust: `from_rng`). Each topic gets its own. */
  fork(): Rng;
}

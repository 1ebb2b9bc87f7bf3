/**
 * A limit that several queues share, so that all of them together are bounded.
 *
 * A queue may grow while it holds no more than what is free (dynamic thresholds: Choudhury and Hahne, "Dynamic queue length thresholds for
 * shared-memory packet switches", 1998). Queues that want everything end up with equal parts, and there is always something left for the next one.
 *
 * @internal
 */
export class SharedBudget {
  readonly #share: number;
  #used = 0;

  /** @param share what one queue may hold while the others hold nothing; all of them together hold less than twice as much */
  constructor(share: number) {
    this.#share = share;
  }

  /** What all queues hold. */
  get used(): number {
    return this.#used;
  }

  /** Whether a queue that holds `held` may take `more` besides. */
  fits(held: number, more: number): boolean {
    return held + more <= Math.min(this.#share, 2 * this.#share - this.#used);
  }

  /** @param amount what a queue has taken; negative when it has given back */
  add(amount: number): void {
    this.#used += amount;
  }
}

/**
 * Something that all topics of a node share, such as the bytes of cached payloads. Where there is too much of it, a holder that has more than its
 * fair share gives some up. The fair share is the limit divided by the number of holders; nobody loses what is within it.
 */
export class FairBudget<H> {
  readonly #limit: number;
  readonly #amountOf: (holder: H) => number;
  readonly #holders = new Set<H>();
  #total = 0;
  /** The holders that had more than a fair share at the last look; the one with the most comes last. */
  #over: H[] = [];

  constructor(limit: number, amountOf: (holder: H) => number) {
    this.#limit = limit;
    this.#amountOf = amountOf;
  }

  get total(): number {
    return this.#total;
  }

  get isExceeded(): boolean {
    return this.#total > this.#limit;
  }

  /** A holder has got `by` more, or has given back if it is negative. Its amount is the new one already. */
  changed(holder: H, by: number): void {
    if (by === 0) return;
    this.#total += by;
    // Nobody is ever asked to give something up, and this is on the way of each payload.
    if (this.#limit === Number.POSITIVE_INFINITY) return;
    const amount = this.#amountOf(holder);
    if (amount === 0) this.#holders.delete(holder);
    else if (amount === by) this.#holders.add(holder);
  }

  /** Whether a holder may take more: where the limit is reached, only up to its fair share. */
  hasRoomFor(holder: H): boolean {
    if (this.#total < this.#limit) return true;
    const amount = this.#amountOf(holder);
    const holders = this.#holders.size + (amount === 0 ? 1 : 0);
    return amount < this.#limit / holders;
  }

  /**
   * The holder that gives something up while the budget is exceeded: `latest`, which has taken last, if it is furthest over its fair share as far as
   * we know, or another that is over it. Looks at all holders only when nobody is known to be.
   */
  overdrawn(latest: H): H {
    const share = this.#limit / this.#holders.size;
    for (let top = this.#over.at(-1); top !== undefined; top = this.#over.at(-1)) {
      const amount = this.#amountOf(top);
      if (amount > share) return this.#amountOf(latest) > amount ? latest : top;
      this.#over.pop();
    }
    if (this.#amountOf(latest) > share) return latest;
    this.#over = [...this.#holders].filter((holder) => this.#amountOf(holder) > share);
    this.#over.sort((a, b) => this.#amountOf(a) - this.#amountOf(b));
    return this.#over.at(-1) ?? latest;
  }
}

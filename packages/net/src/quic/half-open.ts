/**
 * Counts half-open incoming handshakes: in total and by source host.
 *
 * A client that has proven nothing may cost only so much. Over the caps first datagrams are dropped; honest clients repeat them.
 */
export class HalfOpen {
  readonly #bySource = new Map<string, number>();
  #total = 0;

  constructor(
    readonly maxTotal: number,
    readonly maxPerSource: number,
  ) {}

  /** How many there are. */
  get total(): number {
    return this.#total;
  }

  /** How many sources there are. */
  get sources(): number {
    return this.#bySource.size;
  }

  /** Takes a place. @returns a function that gives it back (once, however often it is called), or undefined: no place is left */
  enter(host: string): (() => void) | undefined {
    const here = this.#bySource.get(host) ?? 0;
    if (this.#total >= this.maxTotal || here >= this.maxPerSource) return undefined;
    this.#total++;
    this.#bySource.set(host, here + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#total--;
      const rest = (this.#bySource.get(host) ?? 1) - 1;
      if (rest > 0) this.#bySource.set(host, rest);
      else this.#bySource.delete(host);
    };
  }
}

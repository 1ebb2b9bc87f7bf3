/** How often something has happened lately: the sum over all times, each fading with its age. */
export class FadingCount {
  readonly #fading: number;
  #sum = 0;
  #at = Number.NEGATIVE_INFINITY;

  /** @param fading - The time after which one counts for 1/e. */
  constructor(fading: number) {
    this.#fading = fading;
  }

  /** It has happened once more. */
  add(now: number): void {
    this.#sum = this.value(now) + 1;
    this.#at = now;
  }

  value(now: number): number {
    return this.#sum * Math.exp((this.#at - now) / this.#fading);
  }
}

/** After a disturbance the delay grows by this share of the time since. */
const GROWTH = 1 / 8;

/**
 * How long announcements wait. As long as every payload arrives along its tree nobody needs them, and the longer they wait the more of them go
 * into one message. Once a branch has broken, somebody does.
 */
export class AnnouncementPace {
  readonly #least: number;
  readonly #most: number;
  #disturbedAt = Number.NEGATIVE_INFINITY;

  constructor(least: number, most: number) {
    this.#least = least;
    this.#most = Math.max(least, most);
  }

  /** A branch has broken, here or at a neighbor. */
  disturbed(now: number): void {
    this.#disturbedAt = now;
  }

  delay(now: number): number {
    return Math.min(Math.max(GROWTH * (now - this.#disturbedAt), this.#least), this.#most);
  }
}

/** After a disturbance the delay grows by this share of the time since. */
const GROWTH = 1 / 8;
/** The weight of a new gap in the mean. */
const GAIN = 1 / 8;
/** Waiting saves messages where at least this many payloads are expected meanwhile. */
const WORTH_WAITING = 2;

/**
 * How long announcements wait. As long as every payload arrives along its tree nobody needs them, and the longer they wait the more of them go into
 * one message. Once a branch has broken, somebody needs them soon. Where payloads are so rare that nothing would be collected, waiting only makes
 * repair late: they leave at once.
 */
export class AnnouncementPace {
  readonly #least: number;
  readonly #most: number;
  #disturbedAt = Number.NEGATIVE_INFINITY;
  #announcedAt: number | undefined;
  /** The mean time between two payloads that are announced. */
  #gap = Number.POSITIVE_INFINITY;

  constructor(least: number, most: number) {
    this.#least = least;
    this.#most = Math.max(least, most);
  }

  /** A branch has broken, here or at a neighbor. */
  disturbed(now: number): void {
    this.#disturbedAt = now;
  }

  /** A payload is to be announced. */
  announced(now: number): void {
    if (this.#announcedAt !== undefined) {
      const gap = now - this.#announcedAt;
      this.#gap = Number.isFinite(this.#gap) ? this.#gap + GAIN * (gap - this.#gap) : gap;
    }
    this.#announcedAt = now;
  }

  delay(now: number): number {
    const delay = Math.min(Math.max(GROWTH * (now - this.#disturbedAt), this.#least), this.#most);
    return WORTH_WAITING * this.#gap <= delay ? delay : this.#least;
  }
}

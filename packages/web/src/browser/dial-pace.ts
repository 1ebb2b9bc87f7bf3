/** For so long Chromium counts a failed handshake against a page, in milliseconds. */
const COUNTED_MS = 5 * 60_000;

/** The pause after the first failure, in milliseconds; it doubles with each that counts. */
const PAUSE_MS = 1_000;

/** The longest pause, in milliseconds: a hub that restarts is found within it, and Chromium holds back that dial for 5 s more. */
const MAX_PAUSE_MS = 60_000;

/**
 * How often a page may ask in vain. Chromium holds back each dial of a page for 10 ms × 2^n, a minute at most, where n handshakes of the last five
 * minutes have failed, and 64 are the last: a page that goes on dialing dead hubs reaches none for minutes when they are back. So what has failed is
 * dialed again after a pause that doubles with each failure, up to a minute: a single hub ten times in the first five minutes, and five times
 * in each five after them.
 */
export class DialPace {
  readonly #now: () => number;
  /** What has failed and when, oldest first. */
  #failures: { readonly what: string; readonly at: number }[] = [];

  /** @param now - milliseconds of a clock that never jumps back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** How long something is not to be dialed, in milliseconds. What has not failed may be dialed at once. */
  pauseOf(what: string): number {
    const now = this.#now();
    this.#failures = this.#failures.filter(({ at }) => now - at < COUNTED_MS);
    const last = this.#failures.at(-1);
    if (!last || !this.#failures.some((failure) => failure.what === what)) return 0;
    const pause = Math.min(PAUSE_MS * 2 ** (this.#failures.length - 1), MAX_PAUSE_MS);
    return Math.max(0, last.at + pause - now);
  }

  failed(what: string): void {
    this.#failures.push({ what, at: this.#now() });
  }
}

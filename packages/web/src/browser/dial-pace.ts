/** For so long Chromium counts a failed handshake against a page, in milliseconds. */
const COUNTED_MS = 5 * 60_000;

/** After the first failure, in milliseconds; it doubles with each that counts. */
const PAUSE_MS = 1_000;

/**
 * How often a page may ask in vain. Chromium holds back each dial of a page for 10 ms × 2^n, a minute at most, where n handshakes of the last five
 * minutes have failed, and 64 are the last: a page that goes on dialing dead hubs reaches none for minutes when they are back. So what has failed is
 * dialed again after a pause that doubles with each failure: nine in five minutes, which hold back a dial for 4 s at most.
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
    return Math.max(0, last.at + PAUSE_MS * 2 ** (this.#failures.length - 1) - now);
  }

  failed(what: string): void {
    this.#failures.push({ what, at: this.#now() });
  }
}

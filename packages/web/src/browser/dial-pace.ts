/** For so long Chromium counts a failed handshake against a page, in milliseconds. */
const COUNTED_MS = 5 * 60_000;

/** The pause after the first failure, in milliseconds; it doubles with each that counts. */
const PAUSE_MS = 1_000;

/** The longest pause, in milliseconds: a hub that restarts is found within it, and Chromium holds back that dial for 5 s more. */
const MAX_PAUSE_MS = 60_000;

/** How much longer the one that has failed last waits, in milliseconds: the others come first. */
const TURN_MS = 5_000;

/**
 * How often a page may ask in vain. Chromium holds back each dial of a page for 10 ms × 2^n, a minute at most, where n handshakes of the last five
 * minutes have failed or were given up, to whichever hub, and 64 are the last: a page that goes on dialing dead hubs reaches none for minutes when they
 * are back. So what has failed is dialed again
 *
 * - after a pause of its own that doubles with each of its failures, up to a minute: a single hub ten times in the first five minutes, and five times in
 *   each five after them;
 * - and one after the other, with a pause between them that doubles with the failures of the page, up to a minute, until one
 *   of them answers.
 */
export class DialPace {
  readonly #now: () => number;
  /** What has failed and when, oldest first. What we have given up has no name. */
  #failures: { readonly what: string | undefined; readonly at: number }[] = [];
  /** When something that had failed was last dialed again, and has not answered. */
  #againAt = Number.NEGATIVE_INFINITY;

  /** @param now - milliseconds of a clock that never jumps back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** How long something is not to be dialed, in milliseconds. What has not failed may be dialed at once. */
  pauseOf(what: string): number {
    const now = this.#now();
    this.#failures = this.#failures.filter(({ at }) => now - at < COUNTED_MS);
    const own = this.#failures.filter((failure) => failure.what === what);
    const last = own.at(-1);
    if (!last) return 0;
    const isLast = this.#failures.length > own.length && this.#failures.at(-1) === last;
    const turn = this.#againAt + pauseAfter(this.#failures.length - 1) + (isLast ? TURN_MS : 0);
    return Math.ceil(Math.max(0, last.at + pauseAfter(own.length) - now, turn - now));
  }

  /** It is dialed now. */
  begins(what: string): void {
    if (this.#failures.some((failure) => failure.what === what)) this.#againAt = this.#now();
  }

  /** It has answered: so may others. */
  answered(): void {
    this.#againAt = Number.NEGATIVE_INFINITY;
  }

  failed(what: string): void {
    this.#failures.push({ what, at: this.#now() });
  }

  /** A dial was given up before its hub could answer: that says nothing about the hub, and Chromium counts it. */
  givenUp(): void {
    this.#failures.push({ what: undefined, at: this.#now() });
  }

  /** The network is another one. */
  forget(): void {
    this.#failures = [];
    this.#againAt = Number.NEGATIVE_INFINITY;
  }
}

function pauseAfter(failures: number): number {
  return failures < 1 ? 0 : Math.min(PAUSE_MS * 2 ** (failures - 1), MAX_PAUSE_MS);
}

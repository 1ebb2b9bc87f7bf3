import { FadingCount } from './fading-count.js';

/** How many times the wait for a graft something counts as recent: 2 s, fading. */
const LATELY = 25;
/** So many recent payloads are many: five to the two seconds. */
const BUSY = 5;
/** So many neighbors that have left lately are many: with five of them, a tree breaks more often than payloads mend it. */
const RESTLESS = 3;

/** What has happened in a topic lately. */
export class Activity {
  readonly #payloads: FadingCount;
  readonly #departures: FadingCount;

  constructor(graftTimeout: number) {
    this.#payloads = new FadingCount(LATELY * graftTimeout);
    this.#departures = new FadingCount(LATELY * graftTimeout);
  }

  /** A payload of anybody has come. */
  payload(now: number): void {
    this.#payloads.add(now);
  }

  /** A neighbor has left. */
  departure(now: number): void {
    this.#departures.add(now);
  }

  /** Whether payloads come often. */
  isBusy(now: number): boolean {
    return this.#payloads.value(now) >= BUSY;
  }

  /** Whether a late payload costs more than some that come twice: payloads come often, or neighbors leave often. */
  wantsSpeed(now: number): boolean {
    return this.isBusy(now) || this.#departures.value(now) >= RESTLESS;
  }
}

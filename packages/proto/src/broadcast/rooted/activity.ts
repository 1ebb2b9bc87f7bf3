import { FadingCount } from './fading-count.js';

/** How many times the wait for a graft something counts as recent: 2 s, fading. */
const LATELY = 25;
/** So many recent payloads are many: five to the two seconds. */
const BUSY = 5;
/** So many recent departures of neighbors are many, three to the two seconds: a tree breaks more often than it is mended. */
const RESTLESS = 3;

/** What has happened in a topic lately. */
export class Activity {
  readonly #graftTimeout: number;
  readonly #payloads: FadingCount;
  /** Most neighbors stay. */
  #departures: FadingCount | undefined;
  #departedAt = Number.NEGATIVE_INFINITY;

  constructor(graftTimeout: number) {
    this.#graftTimeout = graftTimeout;
    this.#payloads = new FadingCount(LATELY * graftTimeout);
  }

  /** A payload of anybody has come. */
  payload(now: number): void {
    this.#payloads.add(now);
  }

  /** A neighbor has left. Those that leave together, as in a crash, count once: it is over then. */
  departure(now: number): void {
    if (now - this.#departedAt < this.#graftTimeout) return;
    this.#departedAt = now;
    this.#departures ??= new FadingCount(LATELY * this.#graftTimeout);
    this.#departures.add(now);
  }

  /** Whether payloads come often. */
  isBusy(now: number): boolean {
    return this.#payloads.value(now) >= BUSY;
  }

  /** Whether neighbors leave often. */
  isRestless(now: number): boolean {
    return (this.#departures?.value(now) ?? 0) >= RESTLESS;
  }

  /** Whether a late payload costs more than some that come twice: payloads come often, or neighbors leave often. */
  wantsSpeed(now: number): boolean {
    return this.isBusy(now) || this.isRestless(now);
  }
}

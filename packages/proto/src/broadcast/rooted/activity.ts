import { FadingCount } from './fading-count.js';

/** For how many waits for a graft something counts as recent: 2 s, fading. */
const LATELY = 25;
/** A topic with this many recent payloads is busy: five in two seconds. */
const BUSY = 5;
/** A topic with this many recent departures of neighbors is restless: three in two seconds. A tree then breaks more often than it is mended. */
const RESTLESS = 3;
/** How many times the wait for a graft trees are mended after a neighbor has left: 10 s. */
const MENDING = 125;

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

  /** A neighbor has left. Neighbors that leave together, as in a crash, count once. */
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

  /** Whether late payloads are worse than duplicates: payloads come often, or neighbors leave often. */
  wantsSpeed(now: number): boolean {
    return this.isBusy(now) || this.isRestless(now);
  }

  /** Whether trees are most likely whole: payloads come seldom, and no neighbor has left for a while. */
  isCalm(now: number): boolean {
    return now - this.#departedAt >= MENDING * this.#graftTimeout && !this.wantsSpeed(now);
  }
}

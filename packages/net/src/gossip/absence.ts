import { type Config, comparedFor, type NeighborDownReason } from '@grapevine/proto';
import type { Clock } from '../util/clock.js';
import type { EventQueue } from './event-queue.js';

/** A link that is dead after a sleep is given up within this time, in milliseconds: the absence began with the sleep. */
const WAKING_MS = 15_000;
/** Reconciliation begins a moment after the return. */
const SHARE = 0.95;

/**
 * A time without any neighbor up to this length, in milliseconds, is the ordinary replacement of a neighbor: up to three candidates that decline or
 * do not answer within half a second, and a dial.
 */
const REPLACEMENT_MS = 2_000;

/** The readers concerned by an absence that has ended. */
export interface Ended {
  /** These are told at once: nobody remembers what was said at its beginning. */
  readonly told: readonly EventQueue[];
  /** These are told unless a neighbor says what was said meanwhile. */
  readonly unsettled: readonly EventQueue[];
}

interface Sleep {
  readonly from: Moment;
  readonly until: Moment;
  /** Who is to be told if it was one. */
  readonly readers: readonly EventQueue[];
}

interface Moment {
  /** By the monotonic clock, which may stand still during sleep. */
  readonly now: number;
  /** By the wall clock, which goes on. */
  readonly wall: number;
}

/**
 * How long a member may be away and still be told how many messages it has missed, in milliseconds: that long its neighbors know which there were.
 */
export function countedAbsence({ mode, broadcast }: Pick<Config, 'mode' | 'broadcast'>): number {
  switch (mode) {
    case 'hardened':
      return SHARE * comparedFor(broadcast);
    case 'reference':
      return SHARE * broadcast.messageCacheRetention;
  }
}

/**
 * For how long a topic was out of touch with its swarm: without a neighbor after it had had one, or asleep. After an absence that is longer
 * than neighbors remember, nobody can say what was missed, and the readers of that time are to be told that it may be something.
 */
export class Absence {
  readonly #clock: Clock;
  readonly #limit: number;
  #began: { readonly at: Moment; readonly readers: readonly EventQueue[]; readonly wasSilent: boolean } | undefined;
  #slept: Sleep | undefined;

  /** @param limit in milliseconds: after a shorter absence the number of missed messages is told */
  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.#limit = limit;
  }

  /** The last neighbor is gone. One that has timed out has said nothing for longer than a replacement takes. */
  begin(readers: readonly EventQueue[], reason: NeighborDownReason): void {
    const slept = this.#slept;
    const isWaking = slept !== undefined && this.#since(slept.until) < WAKING_MS;
    this.#began = { at: isWaking ? slept.from : this.#here, readers, wasSilent: reason === 'timeout' };
    this.#slept = undefined;
  }

  /** A neighbor is there. */
  end(): Ended {
    const began = this.#began;
    this.#began = undefined;
    if (began === undefined) return NOTHING;
    const lasted = this.#since(began.at);
    if (lasted > this.#limit) return { told: began.readers, unsettled: NOBODY };
    return began.wasSilent || lasted > REPLACEMENT_MS ? { told: NOBODY, unsettled: began.readers } : NOTHING;
  }

  /** The node was asleep until now, or its timers were: its neighbors may all be there still. */
  slept(forMs: number, readers: readonly EventQueue[]): void {
    if (this.#began) return;
    const latest = this.#slept;
    // Nobody has answered since an earlier one that was too long: this one goes on with it.
    const earlier = latest !== undefined && latest.readers.length > 0 ? latest : undefined;
    const told = earlier?.readers ?? NOBODY;
    this.#slept = {
      from: earlier?.from ?? this.#before(forMs),
      until: this.#here,
      readers: forMs > this.#limit ? readers : told,
    };
  }

  /** A link from before the sleep answers. */
  survived(): void {
    if (this.#slept) this.#slept = { ...this.#slept, readers: NOBODY };
  }

  /**
   * None of the links that there were is left. (Where one is, the node was not away: what was sent on it is here, or comes. Browsers let the timers of a
   * hidden tab run once a minute.) @returns the readers that are to be told, if the sleep was too long and nobody has told them
   */
  noneSurvived(): readonly EventQueue[] {
    const readers = this.#slept?.readers ?? NOBODY;
    if (readers.length > 0) this.#slept = undefined;
    return readers;
  }

  /**
   * The node was asleep until now, and has no neighbor. Where a program wakes up, it may hear that its links have ended before it notices that time
   * has passed (a browser's tab does): then the absence began with the sleep.
   */
  sleptAlone(forMs: number): void {
    if (this.#began && this.#since(this.#began.at) < forMs) this.#began = { ...this.#began, at: this.#before(forMs) };
  }

  #before(ms: number): Moment {
    const { now, wall } = this.#here;
    return { now: now - ms, wall: wall - ms };
  }

  get #here(): Moment {
    return { now: this.#clock.now(), wall: this.#clock.wallNow() };
  }

  /** By the clock that says more. */
  #since({ now, wall }: Moment): number {
    const here = this.#here;
    return Math.max(here.now - now, here.wall - wall);
  }
}

const NOBODY: readonly EventQueue[] = [];
const NOTHING: Ended = { told: NOBODY, unsettled: NOBODY };

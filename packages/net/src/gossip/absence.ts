import type { Config } from '@grapevine/proto';
import type { Clock } from '../util/clock.js';
import type { EventQueue } from './event-queue.js';

/** A link that is dead after a sleep is given up within this time, in milliseconds: the absence began with the sleep. */
const WAKING_MS = 15_000;
/** Reconciliation begins a moment after the return. */
const SHARE = 0.95;

interface Moment {
  /** By the monotonic clock, which may stand still during sleep. */
  readonly now: number;
  /** By the wall clock, which goes on. */
  readonly wall: number;
}

/** How long a member may be away and be told of every message that it has missed, in milliseconds: for so long neighbors know which there were. */
export function countedAbsence({ mode, broadcast }: Pick<Config, 'mode' | 'broadcast'>): number {
  const { messageCacheRetention, messageIdRetention } = broadcast;
  switch (mode) {
    case 'hardened':
      return SHARE * Math.max(messageCacheRetention, messageIdRetention - messageCacheRetention);
    case 'reference':
      return SHARE * messageCacheRetention;
  }
}

/**
 * For how long a topic was out of touch with its swarm: without a neighbor after it had had one, or asleep. After an absence that is longer
 * than neighbors remember, nobody can say what was missed, and the readers of that time are to be told that it may be something.
 */
export class Absence {
  readonly #clock: Clock;
  readonly #limit: number;
  #began: { readonly at: Moment; readonly readers: readonly EventQueue[] } | undefined;
  #slept: { readonly from: Moment; readonly until: Moment } | undefined;

  /** @param limit shorter absences are told by the number of messages, in milliseconds */
  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.#limit = limit;
  }

  /** The last neighbor is gone. */
  begin(readers: readonly EventQueue[]): void {
    const slept = this.#slept;
    const isWaking = slept !== undefined && this.#since(slept.until) < WAKING_MS;
    this.#began = { at: isWaking ? slept.from : this.#here, readers };
    this.#slept = undefined;
  }

  /** A neighbor is there. @returns the readers that are to be told */
  end(): readonly EventQueue[] {
    const began = this.#began;
    this.#began = undefined;
    return began !== undefined && this.#since(began.at) > this.#limit ? began.readers : NOBODY;
  }

  /** The node was asleep until now. @returns the readers that are to be told at once: its neighbors may all be there still */
  slept(forMs: number, readers: readonly EventQueue[]): readonly EventQueue[] {
    if (this.#began) return NOBODY;
    const { now, wall } = this.#here;
    this.#slept =
      forMs > this.#limit ? undefined : { from: { now: now - forMs, wall: wall - forMs }, until: { now, wall } };
    return forMs > this.#limit ? readers : NOBODY;
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

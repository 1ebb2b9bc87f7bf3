import { type ThreadTime, threadTime } from './thread-time.js';

/** How often it looks, in milliseconds. */
const EVERY_MS = 1;

/** How many past looks are kept, each with how long the thread had waited by then: ten seconds' worth. */
const REMEMBERED = 10_000;

/** What was seen since the last look. */
export interface Turns {
  /** The most CPU that the main thread has used in one go, in milliseconds. */
  readonly longestMs: number;
  /** How long the machine let it wait: the longest time in one go, and all together, in milliseconds. */
  readonly longestWaitMs: number;
  readonly waitMs: number;
  /** How long the main thread ran, in milliseconds. */
  readonly runMs: number;
}

/**
 * Measures how long the event loop is held up by what this process does, and how long by others on the same machine.
 *
 * A timer that is always due runs once in each turn of the loop. What the thread has *used* since the last time was this process's turn;
 * what it has *waited* is the machine's fault. So a busy machine changes the second figure and not the first.
 */
export class TurnMeter {
  #last = look();
  #longestMs = 0;
  #longestWaitMs = 0;
  #waitMs = 0;
  #runMs = 0;
  /** When it was looked, and how long the thread had waited by then, the oldest first. */
  #looks: { readonly at: number; readonly waitMs: number }[] = [];
  readonly #timer = setInterval(() => this.#look(), EVERY_MS);

  constructor() {
    this.#timer.unref();
  }

  /** What was seen since this was asked last. */
  take(): Turns {
    this.#look();
    const turns = {
      longestMs: this.#longestMs,
      longestWaitMs: this.#longestWaitMs,
      waitMs: this.#waitMs,
      runMs: this.#runMs,
    };
    this.#longestMs = this.#longestWaitMs = this.#waitMs = this.#runMs = 0;
    return turns;
  }

  /** How long the machine let the thread wait since a time of `performance.now()`, at most ten seconds ago. */
  waitedSince(time: number): number {
    this.#look();
    let [first, end] = [0, this.#looks.length];
    while (first < end) {
      const middle = (first + end) >> 1;
      if ((this.#looks[middle]?.at ?? 0) < time) first = middle + 1;
      else end = middle;
    }
    const before = this.#looks[first - 1] ?? this.#looks[0];
    return before ? this.#last.waitMs - before.waitMs : 0;
  }

  /** What was used since this was asked last belongs to nobody: a collection of garbage that was asked for, say. */
  skip(): void {
    this.#last = look();
    this.#longestMs = this.#longestWaitMs = this.#waitMs = this.#runMs = 0; // it may have been looked at meanwhile
  }

  #look(): void {
    const now = look();
    // The scheduler's figure is up to one of its ticks late; that of the whole process includes what other threads did. Neither is too low.
    const used = Math.min(now.runMs - this.#last.runMs, now.processMs - this.#last.processMs);
    const waited = now.waitMs - this.#last.waitMs;
    this.#longestMs = Math.max(this.#longestMs, used);
    this.#longestWaitMs = Math.max(this.#longestWaitMs, waited);
    this.#waitMs += waited;
    this.#runMs += used;
    this.#last = now;
    this.#looks.push({ at: performance.now(), waitMs: now.waitMs });
    if (this.#looks.length > 2 * REMEMBERED) this.#looks = this.#looks.slice(REMEMBERED);
  }
}

function look(): ThreadTime & { readonly processMs: number } {
  const { user, system } = process.cpuUsage();
  return { ...threadTime(), processMs: (user + system) / 1_000 };
}

import type { ClockTimer } from '../../util/clock.js';
import { WAKE_UP_MS, wakeUpFrom } from '../../util/wake-up.js';
import type { WakingClock } from '../../util/waking-clock.js';

/** How often time is looked at while nothing happens. */
const LOOK_MS = WAKE_UP_MS;

/** More time than this must be missing to be worth a question to the peers. */
const JUMP_MS = 3_000;

/**
 * Notices that time has jumped: the machine was asleep (then the monotonic clock may have stood still, and only the wall clock tells), or this
 * process did not run. A wall clock that is set forward looks the same, and costs a question to each peer. The clock is told what it lacks.
 */
export class TimeWatch {
  readonly #clock: WakingClock;
  readonly #onJump: (missingMs: number) => void;
  #timer: ClockTimer | undefined;
  #now: number;
  #wall: number;

  /** @param onJump called with the milliseconds that are missing, when it is several seconds */
  constructor(clock: WakingClock, onJump: (missingMs: number) => void) {
    this.#clock = clock;
    this.#now = clock.now();
    this.#wall = clock.wallNow();
    this.#onJump = onJump;
  }

  start(): void {
    if (this.#timer) return;
    this.#look(); // it may have slept while nobody watched
    this.#arm();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Call it also when something happens: just after waking up, a timer may be late. Cheap. */
  check(): void {
    if (!this.#timer) return;
    const elapsed = this.#look();
    if (elapsed > LOOK_MS + JUMP_MS) this.#onJump(elapsed);
  }

  /** @returns how long ago the last look was, in milliseconds, by the clock that says more */
  #look(): number {
    const now = this.#clock.now();
    const wall = this.#clock.wallNow();
    const elapsed = now - this.#now;
    const byWall = wall - this.#wall;
    const isAhead = byWall - elapsed > JUMP_MS;
    if (isAhead) this.#clock.wallIsAhead(byWall - elapsed);
    this.#now = isAhead ? this.#clock.now() : now;
    this.#wall = wall;
    return Math.max(elapsed, byWall);
  }

  #arm(): void {
    const now = this.#clock.now();
    // The last look may have been a little too early for its point of time.
    this.#timer = this.#clock.setTimer(
      () => {
        this.check();
        if (this.#timer) this.#arm();
      },
      wakeUpFrom(now + LOOK_MS / 2) - now,
    );
  }
}

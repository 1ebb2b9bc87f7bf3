import type { Clock, ClockTimer } from '../../util/clock.js';
import { ReusedQueue } from '../../util/reused-queue.js';
import type { Link } from '../link/link.js';

/** Links with something to write. They are written once per tick, so that all of a tick goes out together. */
export class FlushQueue {
  readonly #clock: Clock;
  /** Those that are marked. */
  readonly #dirty = new ReusedQueue<Link>();
  #timer: ClockTimer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(link: Link): void {
    if (!link.isListed) {
      link.isListed = true;
      this.#dirty.push(link);
    }
    this.#timer ??= this.#clock.followUp?.(this.flush) ?? this.#clock.defer(this.flush);
  }

  remove(link: Link): void {
    link.isListed = false;
  }

  /** Writes now. */
  readonly flush = (): void => {
    this.stop();
    for (let link = this.#dirty.take(); link; link = this.#dirty.take()) {
      if (!link.isListed) continue;
      link.isListed = false;
      link.flush();
    }
  };

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}

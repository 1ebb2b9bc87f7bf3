import type { Clock, ClockTimer } from '../../util/clock.js';
import type { Link } from '../link/link.js';

/** Links with something to write. They are written once per tick, so that all of a tick goes out together. */
export class FlushQueue {
  readonly #clock: Clock;
  readonly #onFlushed: () => void;
  readonly #dirty = new Set<Link>();
  #timer: ClockTimer | undefined;

  constructor(clock: Clock, onFlushed: () => void) {
    this.#clock = clock;
    this.#onFlushed = onFlushed;
  }

  add(link: Link): void {
    this.#dirty.add(link);
    this.#timer ??= this.#clock.followUp?.(this.flush) ?? this.#clock.defer(this.flush);
  }

  remove(link: Link): void {
    this.#dirty.delete(link);
  }

  /** Writes now. */
  readonly flush = (): void => {
    this.stop();
    for (const link of this.#dirty) {
      this.#dirty.delete(link);
      link.flush();
    }
    this.#onFlushed();
  };

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}

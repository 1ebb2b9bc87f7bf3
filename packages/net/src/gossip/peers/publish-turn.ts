import type { Clock, ClockTimer } from '../../util/clock.js';

/** Bytes of broadcasts in one turn of the event loop: a fraction of what may be queued to a peer. */
const MAX_BYTES = 64 * 1024;

/** Broadcasts in one turn, however short: a few milliseconds of work. */
const MAX_BROADCASTS = 64;

/**
 * How much is published before the event loop turns.
 *
 * Nothing is written, acknowledged or received until it does, so no queue gets shorter: a loop that only awaits broadcasts would fill
 * them all without noticing.
 */
export class PublishTurn {
  readonly #clock: Clock;
  readonly #onNext: () => void;
  #bytes = 0;
  #broadcasts = 0;
  #timer: ClockTimer | undefined;

  /** @param onNext a turn that was used up is over */
  constructor(clock: Clock, onNext: () => void) {
    this.#clock = clock;
    this.#onNext = onNext;
  }

  /** Whether the next broadcast has to wait for the next turn. */
  get isOver(): boolean {
    return this.#bytes >= MAX_BYTES || this.#broadcasts >= MAX_BROADCASTS;
  }

  /** A broadcast of this many bytes is under way. */
  count(bytes: number): void {
    this.#bytes += bytes;
    this.#broadcasts++;
    this.#timer ??= this.#clock.defer(this.#next);
  }

  readonly #next = (): void => {
    const wasOver = this.isOver;
    this.#timer = undefined;
    this.#bytes = 0;
    this.#broadcasts = 0;
    if (wasOver) this.#onNext();
  };
}

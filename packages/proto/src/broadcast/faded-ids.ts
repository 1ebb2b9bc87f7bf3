import type { MessageId } from '../wire/message-id.js';

/**
 * Ids that no longer count as seen, kept for once or twice as long again: only to recognize losses that others report. A neighbor may have got a
 * payload much later than we did (on a busy machine, or in a part of the swarm that was cut off), and report it lost when its id does not count as
 * seen here any more.
 *
 * There are two generations, and the older one is dropped as a whole.
 */
export class FadedIds {
  readonly #period: number;
  readonly #limit: number;
  #older: ReadonlySet<MessageId> = new Set();
  #recent = new Set<MessageId>();
  #began: number;

  /** @param period - of a generation @param limit - most ids of a generation */
  constructor(period: number, limit: number, now: number) {
    this.#period = period;
    this.#limit = limit;
    this.#began = now;
  }

  get size(): number {
    return this.#older.size + this.#recent.size;
  }

  has(id: MessageId): boolean {
    return this.#recent.has(id) || this.#older.has(id);
  }

  add(id: MessageId, now: number): void {
    if (this.#recent.size >= this.#limit) this.#turn(now);
    this.#recent.add(id);
  }

  expireUntil(now: number): void {
    const periods = (now - this.#began) / this.#period;
    if (periods >= 1) this.#turn(now);
    if (periods >= 2) this.#turn(now);
  }

  /** The oldest first. */
  *values(): Generator<MessageId, void, undefined> {
    yield* this.#older;
    yield* this.#recent;
  }

  #turn(now: number): void {
    this.#older = this.#recent;
    this.#recent = new Set();
    this.#began = now;
  }
}

/**
 * How many handshakes begin in one turn of the event loop. libuv hands over up to 32 datagrams in a turn, and TLS takes most of a millisecond for
 * each ClientHello among them: all of them at once would hold up everybody else for 20 ms and more.
 */
const PER_TURN = 8;

/** Hands on what has come, a few in each turn of the event loop, in the order in which it came. */
export class HandshakeTurns<T> {
  readonly #waiting = new Set<T>();
  readonly #begin: (item: T) => void;
  #immediate: NodeJS.Immediate | undefined;

  constructor(begin: (item: T) => void) {
    this.#begin = begin;
  }

  /** How many wait for a turn. */
  get size(): number {
    return this.#waiting.size;
  }

  add(item: T): void {
    this.#waiting.add(item);
    this.#immediate ??= setImmediate(this.#turn);
  }

  /** An item is over before it was handed on. */
  delete(item: T): void {
    this.#waiting.delete(item);
  }

  /** Nothing is handed on any more. */
  stop(): void {
    clearImmediate(this.#immediate);
    this.#immediate = undefined;
    this.#waiting.clear();
  }

  readonly #turn = (): void => {
    this.#immediate = undefined;
    let left = PER_TURN;
    for (const item of this.#waiting) {
      if (left-- === 0) break;
      this.#waiting.delete(item);
      this.#begin(item);
    }
    if (this.#waiting.size > 0) this.#immediate = setImmediate(this.#turn);
  };
}

/** A hash over everything that happens: two runs with the same hash were the same run. */
export class Trace {
  #a = 0x811c9dc5;
  #b = 0x9747b28c;
  #events = 0;

  /** Delivered packets, timers and commands so far. */
  get events(): number {
    return this.#events;
  }

  get hash(): string {
    return [this.#a, this.#b].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
  }

  /** Notes an event. */
  event(...facts: readonly number[]): void {
    this.#events++;
    this.note(...facts);
  }

  /** Notes something that follows from an event. */
  note(...facts: readonly number[]): void {
    for (const fact of facts) {
      this.#a = Math.imul(this.#a ^ fact, 0x01000193);
      this.#b = Math.imul((this.#b << 13) | (this.#b >>> 19), 5) + (fact ^ this.#a);
    }
  }
}

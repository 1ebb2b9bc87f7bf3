import { enlarged } from './enlarged.js';

const INITIAL_CAPACITY = 256;

/** Numbers by time, earliest first, ties by a second key: a binary heap in flat arrays. It allocates only when it grows. */
export class DueHeap {
  #times = new Float64Array(INITIAL_CAPACITY);
  #sequences = new Float64Array(INITIAL_CAPACITY);
  #values = new Int32Array(INITIAL_CAPACITY);
  #length = 0;

  get size(): number {
    return this.#length;
  }

  /** The earliest time; infinite when the heap is empty. */
  get nextTime(): number {
    return this.#length === 0 ? Number.POSITIVE_INFINITY : (this.#times[0] as number);
  }

  insert(time: number, sequence: number, value: number): void {
    let index = this.#length++;
    if (index === this.#times.length) this.#grow();
    const times = this.#times;
    const sequences = this.#sequences;
    const values = this.#values;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = times[parent] as number;
      if (above < time || (above === time && (sequences[parent] as number) < sequence)) break;
      times[index] = above;
      sequences[index] = sequences[parent] as number;
      values[index] = values[parent] as number;
      index = parent;
    }
    times[index] = time;
    sequences[index] = sequence;
    values[index] = value;
  }

  /** Takes the earliest value. There must be one. */
  pop(): number {
    const values = this.#values;
    const first = values[0] as number;
    const times = this.#times;
    const sequences = this.#sequences;
    const length = --this.#length;
    const time = times[length] as number;
    const sequence = sequences[length] as number;
    // The last value moves down from the top to its place.
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= length) break;
      let least = times[child] as number;
      const right = child + 1;
      if (right < length) {
        const other = times[right] as number;
        if (other < least || (other === least && (sequences[right] as number) < (sequences[child] as number))) {
          child = right;
          least = other;
        }
      }
      if (time < least || (time === least && sequence < (sequences[child] as number))) break;
      times[index] = least;
      sequences[index] = sequences[child] as number;
      values[index] = values[child] as number;
      index = child;
    }
    times[index] = time;
    sequences[index] = sequence;
    values[index] = values[length] as number;
    return first;
  }

  #grow(): void {
    const capacity = 2 * this.#times.length;
    this.#times = enlarged(this.#times, new Float64Array(capacity));
    this.#sequences = enlarged(this.#sequences, new Float64Array(capacity));
    this.#values = enlarged(this.#values, new Int32Array(capacity));
  }
}

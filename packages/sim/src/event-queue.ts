const INITIAL_CAPACITY = 1024;

/**
 * What is going to happen, earliest first, ties in the order of insertion: a binary heap in flat arrays, because a queue of
 * a hundred thousand nodes holds millions of entries and every event passes through it.
 *
 * `pop` leaves the entry it took in `time`, `peer`, `tag` and `event` and so allocates nothing.
 */
export class EventQueue<E> {
  /** The time of the entry that was taken last. */
  time = 0;
  /** The peer that it concerns. */
  peer = 0;
  /** The number that came with it: what it means is its user's affair. */
  tag = 0;
  /** The event itself. */
  event: E | undefined;

  /** The heap: times and sequence numbers to compare, and where the rest of the entry is. */
  #times = new Float64Array(INITIAL_CAPACITY);
  #sequences = new Float64Array(INITIAL_CAPACITY);
  #slots = new Int32Array(INITIAL_CAPACITY);
  #length = 0;
  #sequence = 0;

  #peers = new Int32Array(INITIAL_CAPACITY);
  #tags = new Int32Array(INITIAL_CAPACITY);
  readonly #events: (E | undefined)[] = [];
  /** Slots that are free again. All above `events.length` have never been used. */
  readonly #free: number[] = [];

  get size(): number {
    return this.#length;
  }

  /** The earliest time; infinite when nothing is going to happen. */
  get nextTime(): number {
    return this.#length === 0 ? Number.POSITIVE_INFINITY : (this.#times[0] as number);
  }

  insert(time: number, peer: number, tag: number, event: E): void {
    const length = this.#length;
    if (length === this.#times.length) this.#grow();
    const slot = this.#free.pop() ?? this.#events.length;
    this.#peers[slot] = peer;
    this.#tags[slot] = tag;
    this.#events[slot] = event;
    this.#length = length + 1;

    const times = this.#times;

    const sequences = this.#sequences;

    const slots = this.#slots;
    // The newcomer has the largest sequence number: among equals it stays below.
    let index = length;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if ((times[parent] as number) <= time) break;
      times[index] = times[parent] as number;
      sequences[index] = sequences[parent] as number;
      slots[index] = slots[parent] as number;
      index = parent;
    }
    times[index] = time;
    sequences[index] = this.#sequence++;
    slots[index] = slot;
  }

  /** Takes the earliest entry; false when there is none. */
  pop(): boolean {
    if (this.#length === 0) return false;
    const slot = this.#slots[0] as number;
    this.time = this.#times[0] as number;
    this.peer = this.#peers[slot] as number;
    this.tag = this.#tags[slot] as number;
    this.event = this.#events[slot];
    this.#events[slot] = undefined;
    this.#free.push(slot);
    this.#length--;
    if (this.#length > 0) this.#sinkLast();
    return true;
  }

  /** Puts the last entry of the heap on top and lets it sink to its place. */
  #sinkLast(): void {
    const times = this.#times;
    const sequences = this.#sequences;
    const slots = this.#slots;
    const length = this.#length;
    const time = times[length] as number;
    const sequence = sequences[length] as number;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= length) break;
      if (child + 1 < length && this.#isBefore(child + 1, times[child] as number, sequences[child] as number)) child++;
      if (!this.#isBefore(child, time, sequence)) break;
      times[index] = times[child] as number;
      sequences[index] = sequences[child] as number;
      slots[index] = slots[child] as number;
      index = child;
    }
    times[index] = time;
    sequences[index] = sequence;
    slots[index] = slots[length] as number;
  }

  #isBefore(index: number, time: number, sequence: number): boolean {
    const own = this.#times[index] as number;
    return own < time || (own === time && (this.#sequences[index] as number) < sequence);
  }

  #grow(): void {
    const capacity = 2 * this.#times.length;
    this.#times = enlarged(this.#times, new Float64Array(capacity));
    this.#sequences = enlarged(this.#sequences, new Float64Array(capacity));
    this.#slots = enlarged(this.#slots, new Int32Array(capacity));
    this.#peers = enlarged(this.#peers, new Int32Array(capacity));
    this.#tags = enlarged(this.#tags, new Int32Array(capacity));
  }
}

function enlarged<A extends Float64Array | Int32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}

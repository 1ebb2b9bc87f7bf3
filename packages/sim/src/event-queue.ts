import { DueHeap } from './due-heap.js';
import { enlarged } from './enlarged.js';

const INITIAL_CAPACITY = 1024;
/** The virtual time of one bucket, in nanoseconds: 2^17 ns, 0.13 ms. */
const WIDTH = 2 ** 17;
/** How many buckets there are: together 134 ms, which is more than a message takes, and more than the wait for a payload. */
const BUCKETS = 1024;
const MASK = BUCKETS - 1;
const NONE = -1;

/**
 * Events to come, earliest first, ties in the order of insertion. A queue of a hundred thousand nodes holds millions of entries and every event
 * passes through it, so it is a calendar queue (R. Brown, CACM 31(10), 1988): entries that are due soon are in buckets of equal duration, unsorted,
 * and only the current bucket is sorted. Later entries are in a heap.
 *
 * `pop` leaves the entry it took in `time`, `peer`, `tag` and `event` and so allocates nothing.
 */
export class EventQueue<E> {
  /** The time of the entry that was taken last. */
  time = 0;
  /** The peer that it concerns. */
  peer = 0;
  /** The number that came with it. The queue gives it no meaning; `Timeline` does. */
  tag = 0;
  /** The event itself. */
  event: E | undefined;

  /** The buckets up to this one are empty: their entries are in `near`. */
  #bucket = 0;
  readonly #near = new DueHeap();
  /** The first slot of each bucket. The others follow by `next`. */
  readonly #buckets = new Int32Array(BUCKETS).fill(NONE);
  #inBuckets = 0;
  /** Entries that are due after the last bucket. */
  readonly #far = new DueHeap();
  #sequence = 0;

  // One element for each slot.
  #times = new Float64Array(INITIAL_CAPACITY);
  #sequences = new Float64Array(INITIAL_CAPACITY);
  #peers = new Int32Array(INITIAL_CAPACITY);
  #tags = new Int32Array(INITIAL_CAPACITY);
  /** The next slot of the same bucket, or the next that is free. */
  #next = new Int32Array(INITIAL_CAPACITY);
  readonly #events: (E | undefined)[] = [];
  /** The first slot that is free again. All from `events.length` on have never been used. */
  #free = NONE;

  get size(): number {
    return this.#near.size + this.#inBuckets + this.#far.size;
  }

  /** The earliest time; infinite when the queue is empty. */
  get nextTime(): number {
    if (this.#near.size === 0) {
      if (this.#inBuckets === 0) return this.#far.nextTime;
      this.#advance();
    }
    return this.#near.nextTime;
  }

  insert(time: number, peer: number, tag: number, event: E): void {
    const slot = this.#takeSlot();
    this.#times[slot] = time;
    this.#sequences[slot] = this.#sequence++;
    this.#peers[slot] = peer;
    this.#tags[slot] = tag;
    this.#events[slot] = event;
    this.#place(slot);
  }

  /** Takes the earliest entry; false when there is none. */
  pop(): boolean {
    if (this.#near.size === 0) {
      if (this.#inBuckets === 0 && this.#far.size === 0) return false;
      this.#advance();
    }
    const slot = this.#near.pop();
    this.time = this.#times[slot] as number;
    this.peer = this.#peers[slot] as number;
    this.tag = this.#tags[slot] as number;
    this.event = this.#events[slot];
    this.#events[slot] = undefined;
    this.#next[slot] = this.#free;
    this.#free = slot;
    return true;
  }

  #place(slot: number): void {
    const time = this.#times[slot] as number;
    const bucket = bucketOf(time);
    if (bucket <= this.#bucket) {
      this.#near.insert(time, this.#sequences[slot] as number, slot);
    } else if (bucket < this.#bucket + BUCKETS) {
      const at = bucket & MASK;
      this.#next[slot] = this.#buckets[at] as number;
      this.#buckets[at] = slot;
      this.#inBuckets++;
    } else {
      this.#far.insert(time, this.#sequences[slot] as number, slot);
    }
  }

  /** Goes on to the next bucket that is not empty. `near` is empty then, and buckets or `far` are not. */
  #advance(): void {
    if (this.#inBuckets > 0) this.#openNext();
    else this.#bucket = bucketOf(this.#far.nextTime);
    // Moves entries of `far` that belong into the buckets now; at least one if all else is empty, even if it is never due.
    while (this.#far.size > 0 && (this.#near.size === 0 || bucketOf(this.#far.nextTime) < this.#bucket + BUCKETS)) {
      this.#place(this.#far.pop());
    }
  }

  #openNext(): void {
    const buckets = this.#buckets;
    do this.#bucket++;
    while (buckets[this.#bucket & MASK] === NONE);
    const at = this.#bucket & MASK;
    let slot = buckets[at] as number;
    buckets[at] = NONE;
    while (slot !== NONE) {
      this.#near.insert(this.#times[slot] as number, this.#sequences[slot] as number, slot);
      this.#inBuckets--;
      slot = this.#next[slot] as number;
    }
  }

  #takeSlot(): number {
    const slot = this.#free;
    if (slot !== NONE) {
      this.#free = this.#next[slot] as number;
      return slot;
    }
    const unused = this.#events.length;
    if (unused === this.#times.length) this.#grow();
    return unused;
  }

  #grow(): void {
    const capacity = 2 * this.#times.length;
    this.#times = enlarged(this.#times, new Float64Array(capacity));
    this.#sequences = enlarged(this.#sequences, new Float64Array(capacity));
    this.#peers = enlarged(this.#peers, new Int32Array(capacity));
    this.#tags = enlarged(this.#tags, new Int32Array(capacity));
    this.#next = enlarged(this.#next, new Int32Array(capacity));
  }
}

function bucketOf(time: number): number {
  return Math.floor(time / WIDTH);
}

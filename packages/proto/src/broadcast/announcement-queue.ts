import type { PeerId } from '../peer-id.js';
import type { IHaveEntry } from '../wire/message.js';

/** The announcements that wait for one peer. */
interface QueuedAnnouncements<P extends PeerId> {
  readonly peer: P;
  entries: IHaveEntry[];
}

/** Announcements that wait for the dispatch timer, by peer. A topic where none wait has no list at all: most are quiet. */
export class AnnouncementQueue<P extends PeerId> {
  /** Sorted by peer. */
  #queues: QueuedAnnouncements<P>[] | undefined;

  /** Announcements that wait, over all peers. */
  get size(): number {
    let count = 0;
    for (const { entries } of this.#queues ?? []) count += entries.length;
    return count;
  }

  get isEmpty(): boolean {
    return this.#queues === undefined;
  }

  add(peer: P, entry: IHaveEntry): void {
    this.#queues ??= [];
    const at = placeOf(this.#queues, peer);
    const queue = this.#queues[at];
    if (queue?.peer === peer) queue.entries.push(entry);
    else this.#queues.splice(at, 0, { peer, entries: [entry] });
  }

  /** A peer has announced these itself. */
  withdraw(peer: P, announced: readonly IHaveEntry[]): void {
    const queues = this.#queues;
    if (queues === undefined) return;
    const at = placeOf(queues, peer);
    const queue = queues[at];
    if (queue?.peer !== peer) return;
    const known = new Set(announced.map(({ id }) => id));
    const left = queue.entries.filter(({ id }) => !known.has(id));
    if (left.length === 0) this.#dropAt(at);
    else queue.entries = left;
  }

  drop(peer: P): void {
    if (this.#queues === undefined) return;
    const at = placeOf(this.#queues, peer);
    if (this.#queues[at]?.peer === peer) this.#dropAt(at);
  }

  /** Takes all, sorted by peer. */
  takeAll(): readonly QueuedAnnouncements<P>[] {
    const queues = this.#queues;
    this.#queues = undefined;
    return queues ?? [];
  }

  #dropAt(at: number): void {
    const queues = this.#queues;
    if (queues?.length === 1) this.#queues = undefined;
    else queues?.splice(at, 1);
  }
}

/** Where a peer's list is or belongs. Peers mostly come in order, so the end is looked at first. */
function placeOf<P extends PeerId>(queues: readonly QueuedAnnouncements<P>[], peer: P): number {
  let low = 0;
  let high = queues.length;
  const last = queues[high - 1];
  if (last !== undefined && last.peer < peer) return high;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((queues[middle] as QueuedAnnouncements<P>).peer < peer) low = middle + 1;
    else high = middle;
  }
  return low;
}

import type { PeerId } from '../peer-id.js';
import { LazyMap } from '../structures/lazy.js';
import type { IHaveEntry } from '../wire/message.js';

/** Announcements that wait for the dispatch timer, by peer. */
export class AnnouncementQueue<P extends PeerId> {
  #queues: LazyMap<P, IHaveEntry[]> | undefined;

  /** Announcements that wait, over all peers. */
  get size(): number {
    let count = 0;
    for (const entries of this.#queues?.values() ?? []) count += entries.length;
    return count;
  }

  get isEmpty(): boolean {
    return this.#queues === undefined;
  }

  add(peer: P, entry: IHaveEntry): void {
    this.#queues ??= new LazyMap();
    const entries = this.#queues.get(peer);
    if (entries === undefined) this.#queues.set(peer, [entry]);
    else entries.push(entry);
  }

  /** A peer has announced these itself. */
  withdraw(peer: P, announced: readonly IHaveEntry[]): void {
    const entries = this.#queues?.get(peer);
    if (entries === undefined) return;
    const known = new Set(announced.map(({ id }) => id));
    const left = entries.filter(({ id }) => !known.has(id));
    if (left.length === 0) this.drop(peer);
    else if (left.length < entries.length) this.#queues?.set(peer, left);
  }

  drop(peer: P): void {
    if (this.#queues?.delete(peer) && this.#queues.size === 0) this.#queues = undefined;
  }

  /** Takes all, sorted by peer. */
  takeAll(): [P, IHaveEntry[]][] {
    const all = [...(this.#queues ?? [])];
    this.#queues = undefined;
    return all.length > 1 ? all.sort(([a], [b]) => (a < b ? -1 : 1)) : all;
  }
}

import type { BroadcastConfig } from '../config.js';
import { LazyMap, LazySet } from '../structures/lazy.js';
import type { IHaveEntry } from '../wire/message.js';
import type { MessageId } from '../wire/message-id.js';
import type { Announcement, GraftRequest, MissingPayloads } from './missing-payloads.js';

const NOBODY: readonly never[] = [];

type GraftDelays = Pick<BroadcastConfig, 'graftTimeout1' | 'graftTimeout2'>;

/** As iroh-gossip 0.101 does it: each announcer is asked once, one after the other, and nothing is bounded. */
export class ReferenceMissing<P> implements MissingPayloads<P> {
  readonly #announcements = new LazyMap<MessageId, Announcement<P>[]>();
  readonly #timers = new LazySet<MessageId>();
  readonly #delays: GraftDelays;

  constructor(delays: GraftDelays) {
    this.#delays = delays;
  }

  get size(): number {
    return this.#announcements.size;
  }

  announced({ id, round }: IHaveEntry, peer: P, time: number): number | undefined {
    const list = this.#announcements.get(id);
    if (list === undefined) this.#announcements.set(id, [{ peer, round, time }]);
    else list.push({ peer, round, time });
    if (this.#timers.has(id)) return undefined;
    this.#timers.add(id);
    return this.#delays.graftTimeout1;
  }

  timerExpired(id: MessageId): void {
    this.#timers.delete(id);
  }

  nextRequest(id: MessageId): GraftRequest<P> | undefined {
    // The emptied list stays, and the timer that now starts is not marked: both as in the reference.
    const first = this.#announcements.get(id)?.shift();
    return first === undefined
      ? undefined
      : { peer: first.peer, round: first.round, delay: this.#delays.graftTimeout2 };
  }

  /** The reference sends a payload even to peers that have announced it. */
  isHeldBy(): boolean {
    return false;
  }

  arrived(id: MessageId): readonly Announcement<P>[] {
    this.#timers.delete(id);
    const list = this.#announcements.get(id);
    if (list === undefined) return NOBODY;
    this.#announcements.delete(id);
    return list;
  }

  clear(): void {
    this.#announcements.clear();
    this.#timers.clear();
  }

  forget(peer: P): void {
    if (this.#announcements.size === 0) return;
    for (const [id, list] of this.#announcements) {
      const left = list.filter((announcement) => announcement.peer !== peer);
      if (left.length === 0) this.#announcements.delete(id);
      else if (left.length < list.length) this.#announcements.set(id, left);
    }
  }
}

import type { MessageId } from './message-id.js';
import type { Announcement, GraftRequest, MissingPayloads } from './missing-payloads.js';

interface Announcer<P> extends Announcement<P> {
  /** How often it has been asked. */
  asked: number;
}

/** Bounds of a {@link PersistentMissing}. */
export interface MissingLimits {
  readonly perPeer: number;
  readonly total: number;
  readonly attempts: number;
}

/** What a {@link PersistentMissing} counts. */
export interface MissingStats {
  droppedAnnouncements: number;
  abandonedPayloads: number;
}

/**
 * Asks until the payload is here: announcers take turns, with a pause that doubles each time round, so a lost request or
 * answer costs a delay and not the message. Bounded per announcer and in total, because announcements cost their sender
 * nothing.
 */
export class PersistentMissing<P> implements MissingPayloads<P> {
  private readonly announcers = new Map<MessageId, Announcer<P>[]>();
  private readonly perPeer = new Map<P, number>();
  /** Payloads with a running timer: at most one each, also when a payload is forgotten and announced again. */
  private readonly timers = new Set<MessageId>();
  private readonly delay: number;
  private readonly limits: MissingLimits;
  private readonly stats: MissingStats;

  constructor(delay: number, limits: MissingLimits, stats: MissingStats) {
    this.delay = delay;
    this.limits = limits;
    this.stats = stats;
  }

  get size(): number {
    return this.announcers.size;
  }

  announced(id: MessageId, peer: P, round: number): boolean {
    const list = this.announcers.get(id);
    if (list?.some((announcer) => announcer.peer === peer)) return false;
    const { total, perPeer } = this.limits;
    const isFull = list === undefined && (this.announcers.size >= total || this.timers.size >= total);
    if (isFull || (this.perPeer.get(peer) ?? 0) >= perPeer) {
      this.stats.droppedAnnouncements++;
      return false;
    }
    const announcer = { peer, round, asked: 0 };
    if (list === undefined) this.announcers.set(id, [announcer]);
    else list.push(announcer);
    this.count(peer, 1);
    if (this.timers.has(id)) return false;
    this.timers.add(id);
    return true;
  }

  timerExpired(id: MessageId): void {
    this.timers.delete(id);
  }

  nextRequest(id: MessageId): GraftRequest<P> | undefined {
    const list = this.announcers.get(id);
    if (list === undefined) return undefined;
    const next = list.shift();
    if (next === undefined) {
      this.announcers.delete(id);
      this.stats.abandonedPayloads++;
      return undefined;
    }
    const delay = this.delay * 2 ** next.asked;
    next.asked++;
    if (next.asked < this.limits.attempts) list.push(next);
    else this.count(next.peer, -1);
    this.timers.add(id);
    return { peer: next.peer, round: next.round, delay };
  }

  arrived(id: MessageId): readonly Announcement<P>[] {
    const list = this.announcers.get(id);
    if (list === undefined) return [];
    this.announcers.delete(id);
    for (const { peer } of list) this.count(peer, -1);
    return list.filter(({ asked }) => asked === 0);
  }

  forget(peer: P): void {
    if (!this.perPeer.delete(peer)) return;
    for (const [id, list] of this.announcers) {
      const index = list.findIndex((announcer) => announcer.peer === peer);
      if (index >= 0) list.splice(index, 1);
      // Emptied by this or by the last request to somebody else: either way nobody is left to ask.
      if (list.length === 0) this.announcers.delete(id);
    }
  }

  private count(peer: P, change: number): void {
    const count = (this.perPeer.get(peer) ?? 0) + change;
    if (count > 0) this.perPeer.set(peer, count);
    else this.perPeer.delete(peer);
  }
}

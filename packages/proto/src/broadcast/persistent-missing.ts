import type { BroadcastConfig } from '../config.js';
import type { MessageId } from '../wire/message-id.js';
import type { Announcement, GraftRequest, MissingPayloads } from './missing-payloads.js';
import { Patience } from './patience.js';

interface Announcer<P> extends Announcement<P> {
  /** How often it has been asked, and when last. */
  asked: number;
  askedAt: number;
}

interface Missing<P> {
  /** When it was first announced. */
  readonly since: number;
  /** Who can be asked, whose turn it is first. */
  readonly announcers: Announcer<P>[];
}

/** How much longer the wait is once everybody has been asked. */
const AGAIN = 8;

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
 * Asks until the payload is here: each announcer soon after the other, then in turns with long pauses that double each time round, so
 * a lost request or answer costs a delay and not the message. Bounded per announcer and in total, because announcements cost their sender
 * nothing.
 *
 * How long it waits, for the tree to deliver and for an answer, it learns from how long that took before. Asking too early
 * brings the payload twice, and the duplicate prunes a good branch: with random senders the tree would never settle.
 */
export class PersistentMissing<P> implements MissingPayloads<P> {
  readonly #payloads = new Map<MessageId, Missing<P>>();
  readonly #perPeer = new Map<P, number>();
  /** Payloads with a running timer: at most one each, also when a payload is forgotten and announced again. */
  readonly #timers = new Set<MessageId>();
  /** From the first announcement to the payload, where the tree delivered it. */
  readonly #forTree: Patience;
  /** From asking to the payload. */
  readonly #forAnswer: Patience;
  readonly #limits: MissingLimits;
  readonly #stats: MissingStats;

  constructor(
    { graftTimeout1, graftTimeout2 }: Pick<BroadcastConfig, 'graftTimeout1' | 'graftTimeout2'>,
    limits: MissingLimits,
    stats: MissingStats,
  ) {
    this.#forTree = new Patience(graftTimeout1);
    this.#forAnswer = new Patience(graftTimeout2);
    this.#limits = limits;
    this.#stats = stats;
  }

  get size(): number {
    return this.#payloads.size;
  }

  announced(id: MessageId, peer: P, round: number, now: number): number | undefined {
    const known = this.#payloads.get(id);
    if (known?.announcers.some((announcer) => announcer.peer === peer)) return undefined;
    const { total, perPeer } = this.#limits;
    const isFull = known === undefined && (this.#payloads.size >= total || this.#timers.size >= total);
    if (isFull || (this.#perPeer.get(peer) ?? 0) >= perPeer) {
      this.#stats.droppedAnnouncements++;
      return undefined;
    }
    const announcer = { peer, round, time: now, asked: 0, askedAt: 0 };
    if (known === undefined) this.#payloads.set(id, { since: now, announcers: [announcer] });
    else known.announcers.push(announcer);
    this.#count(peer, 1);
    if (this.#timers.has(id)) return undefined;
    this.#timers.add(id);
    return this.#forTree.value;
  }

  timerExpired(id: MessageId): void {
    this.#timers.delete(id);
  }

  nextRequest(id: MessageId, now: number): GraftRequest<P> | undefined {
    const missing = this.#payloads.get(id);
    if (missing === undefined) return undefined;
    const next = missing.announcers.shift();
    if (next === undefined) {
      this.#payloads.delete(id);
      this.#stats.abandonedPayloads++;
      return undefined;
    }
    const delay = this.#forAnswer.value * (next.asked === 0 ? 1 : AGAIN * 2 ** (next.asked - 1));
    next.asked++;
    next.askedAt = now;
    if (next.asked < this.#limits.attempts) missing.announcers.push(next);
    else this.#count(next.peer, -1);
    this.#timers.add(id);
    return { peer: next.peer, round: next.round, delay };
  }

  isHeldBy(id: MessageId, peer: P): boolean {
    return this.#payloads.get(id)?.announcers.some((announcer) => announcer.peer === peer) ?? false;
  }

  arrived(id: MessageId, from: P | undefined, now: number): readonly Announcement<P>[] {
    const missing = this.#payloads.get(id);
    if (missing === undefined) return [];
    this.#payloads.delete(id);
    for (const { peer } of missing.announcers) this.#count(peer, -1);
    if (from !== undefined) this.#learn(missing, from, now);
    return missing.announcers.filter(({ asked }) => asked === 0);
  }

  forget(peer: P): void {
    if (!this.#perPeer.delete(peer)) return;
    for (const [id, { announcers }] of this.#payloads) {
      const index = announcers.findIndex((announcer) => announcer.peer === peer);
      if (index >= 0) announcers.splice(index, 1);
      // Emptied by this or by the last request to somebody else: either way nobody is left to ask.
      if (announcers.length === 0) this.#payloads.delete(id);
    }
  }

  #learn({ since, announcers }: Missing<P>, from: P, now: number): void {
    const { asked, askedAt } = announcers.find(({ peer }) => peer === from) ?? { asked: 0, askedAt: 0 };
    if (asked === 0) this.#forTree.observe(now - since);
    // Asked more than once, it may be answering any of the requests (Karn's algorithm).
    else if (asked === 1) this.#forAnswer.observe(now - askedAt);
  }

  #count(peer: P, change: number): void {
    const count = (this.#perPeer.get(peer) ?? 0) + change;
    if (count > 0) this.#perPeer.set(peer, count);
    else this.#perPeer.delete(peer);
  }
}

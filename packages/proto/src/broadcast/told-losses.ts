import type { Config } from '../config.js';
import type { Stats } from '../stats.js';
import { LazyMap, LazySet } from '../structures/lazy.js';
import type { MessageId } from '../wire/message-id.js';
import { LossQueues } from './loss-queues.js';
import type { LostPayload } from './missing-payloads.js';
import { KNOWN_FACTOR, type MissingHolder, type NodeBudgets } from './node-budgets.js';

/** A lost payload. */
export interface LossEntry {
  readonly id: MessageId;
  readonly age: number;
}

/** The part of the retention of payloads in which a payload that others tell lost may still arrive. */
const GRACE = 1 / 6;

/** How many times the evict interval passes between two rounds in which all neighbors are told: five seconds. */
const ROUND = 5;

/** For how many rounds what one neighbor has told is told on, where it tells as much as is taken: twenty seconds. */
const ROUNDS = 4;

interface Reported<P> {
  readonly since: number;
  readonly by: P;
  /** When our subscribers are told, unless the payload arrives before. */
  readonly due: number;
}

type LossContext = {
  readonly config: Pick<Config, 'broadcast' | 'hardened'>;
  readonly budgets: Pick<NodeBudgets, 'missing'>;
  readonly stats: Pick<Stats, 'droppedAnnouncements'>;
};

/**
 * The payloads of which our subscribers have been told that they are lost, so that nodes that never heard of them are told as well. Where only a
 * publisher's neighbors have heard of a payload that its cache had to drop, all others would miss it in silence.
 *
 * Each node tells its neighbors only after it has waited for the payload itself, so nobody can make others give up a payload that is on its way. And
 * it tells them only until the payload's id would be forgotten, so no loss goes round for ever.
 *
 * A neighbor that invents payloads can make us tell of losses that never were, within a bound. What it tells takes its own room and its own turns: it
 * pushes out nothing that another neighbor has told, and delays nothing.
 */
export class ToldLosses<P> implements MissingHolder {
  /** When somebody in the swarm first knew of each. */
  readonly #told = new LazyMap<MessageId, number>();
  /** The same ids, by the neighbor that told us. */
  readonly #queues = new LossQueues<P>();
  /** What others have told, and our subscribers have not been. In the order of `due`. */
  readonly #reported = new LazyMap<MessageId, Reported<P>>();
  readonly #reportedBy = new LazyMap<P, number>();
  /** Neighbors that had more to report than we take at a time. */
  readonly #refused = new LazySet<P>();
  readonly #node: LossContext;
  #hasNews = false;
  #nextRound = Number.NEGATIVE_INFINITY;

  constructor(node: LossContext) {
    this.#node = node;
  }

  get size(): number {
    return this.#told.size + this.#reported.size;
  }

  /** Nobody is asked for what is lost. */
  get asking(): number {
    return 0;
  }

  /** Our subscribers are told that a payload is lost. Somebody in the swarm first knew of it at `since`, and the neighbor `by` told us. */
  told(id: MessageId, { since, by }: { readonly since: number; readonly by: P }, now: number): void {
    if (this.#told.has(id) || !this.#makesRoomFor(by)) return;
    this.#told.set(id, since);
    this.#queues.push(by, id, Math.floor(now / this.#roundInterval));
    this.#node.budgets.missing.changed(this, 1);
    this.#hasNews = true;
  }

  /** A neighbor says that a payload is lost that we know nothing of. */
  reported({ id, age }: LossEntry, by: P, now: number): void {
    const { messageIdRetention, messageCacheRetention } = this.#node.config.broadcast;
    if (age >= messageIdRetention || this.#told.has(id) || this.#reported.has(id)) return;
    const perPeer = this.#reportedBy.get(by) ?? 0;
    // An invented loss is told to everybody in the swarm: 2,560 by default in each five seconds. What is refused is reported again.
    if (perPeer >= this.#perPeer || !this.#makesRoomFor(by)) {
      this.#node.stats.droppedAnnouncements++;
      this.#refused.add(by);
      return;
    }
    this.#reported.set(id, { since: now - age, by, due: now + GRACE * messageCacheRetention });
    this.#reportedBy.set(by, perPeer + 1);
    this.#node.budgets.missing.changed(this, 1);
  }

  /** What has been reported, and has not come in time. It counts as told from now on. */
  takeDue(isKnown: (id: MessageId) => boolean, now: number): LostPayload<P>[] {
    const lost: LostPayload<P>[] = [];
    for (const [id, report] of this.#reported) {
      if (report.due > now) break;
      this.#forgetReport(id, report);
      if (isKnown(id)) continue;
      const { since, by } = report;
      this.told(id, report, now);
      lost.push({ id, since, by, reason: 'unavailable' });
    }
    return lost;
  }

  /** The neighbors whose reports we have refused and could take now: what they have should be looked at again. */
  takeRefused(): P[] {
    const peers = [...this.#refused].filter((peer) => !this.#reportedBy.has(peer));
    for (const peer of peers) this.#refused.delete(peer);
    return peers;
  }

  /** Forgets what has been told for long enough. */
  expireUntil(now: number): void {
    const { messageIdRetention } = this.#node.config.broadcast;
    for (const by of [...this.#queues.sources()]) {
      for (let since = this.#oldestOf(by); since !== undefined; since = this.#oldestOf(by)) {
        if (now - since < messageIdRetention) break;
        this.#dropOldest(by);
      }
    }
    if (this.#told.size === 0) this.#hasNews = false;
  }

  /** Whether it is time to tell all neighbors: at once when something is told after a pause, and no more than once in a while. */
  takeRound(now: number): boolean {
    if (!this.#hasNews || now < this.#nextRound) return false;
    this.#hasNews = false;
    this.#nextRound = now + this.#roundInterval;
    return true;
  }

  /**
   * What has been told, of all neighbors in turns: where somebody takes only a part of it, everyone has a share in that. It may be walked through
   * in slices.
   */
  *entries(now: number): Generator<LossEntry, void, undefined> {
    const { messageIdRetention } = this.#node.config.broadcast;
    for (const id of this.#queues) {
      const age = now - (this.#told.get(id) ?? Number.NEGATIVE_INFINITY);
      if (age < messageIdRetention) yield { id, age };
    }
  }

  /** The topic is dropped. */
  clear(): void {
    const { size } = this;
    this.#told.clear();
    this.#queues.clear();
    this.#reported.clear();
    this.#reportedBy.clear();
    for (const peer of this.#refused) this.#refused.delete(peer);
    this.#node.budgets.missing.changed(this, -size);
  }

  /** A neighbor that has told much makes room for its own; where all of it is too much, the one that has told most. */
  #makesRoomFor(by: P): boolean {
    if (this.#queues.sizeOf(by) >= ROUNDS * this.#perPeer) this.#dropOldest(by);
    while (!this.#hasRoom) {
      const largest = this.#queues.largest();
      if (largest === undefined) return false;
      this.#dropOldest(largest);
    }
    return true;
  }

  /** How many losses are taken of a neighbor while none of them may be told yet. */
  get #perPeer(): number {
    return KNOWN_FACTOR * this.#node.config.hardened.missingPerPeer;
  }

  get #roundInterval(): number {
    return ROUND * this.#node.config.broadcast.cacheEvictInterval;
  }

  get #hasRoom(): boolean {
    const { config, budgets } = this.#node;
    return this.size < KNOWN_FACTOR * config.hardened.missingTotal && budgets.missing.hasRoomFor(this);
  }

  /** Since when the oldest loss of a neighbor has been known. */
  #oldestOf(by: P): number | undefined {
    const id = this.#queues.oldest(by);
    return id === undefined ? undefined : this.#told.get(id);
  }

  #dropOldest(by: P): void {
    const id = this.#queues.shift(by);
    if (id === undefined) return;
    this.#told.delete(id);
    this.#node.budgets.missing.changed(this, -1);
  }

  #forgetReport(id: MessageId, { by }: Reported<P>): void {
    this.#reported.delete(id);
    this.#node.budgets.missing.changed(this, -1);
    const left = (this.#reportedBy.get(by) ?? 0) - 1;
    if (left > 0) this.#reportedBy.set(by, left);
    else this.#reportedBy.delete(by);
  }
}

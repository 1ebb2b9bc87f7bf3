import type { Config } from '../config.js';
import type { LossReason } from '../event.js';
import type { Stats } from '../stats.js';
import { LazyMap, LazySet } from '../structures/lazy.js';
import type { IHaveEntry } from '../wire/message.js';
import type { MessageId } from '../wire/message-id.js';
import type { RootTag } from '../wire/root-tag.js';
import type { Announcement, GraftRequest, LostPayload, MissingPayloads } from './missing-payloads.js';
import { KNOWN_FACTOR, type MissingHolder, type NodeBudgets } from './node-budgets.js';
import { Patience } from './patience.js';

// Times are whole milliseconds, which take up no object of their own: a neighbor may have us keep some thousand of these.

interface Announcer<P> extends Announcement<P> {
  /** The tree of the payload. */
  readonly tag: RootTag | undefined;
  /** How often it has been asked, and when last. */
  asked: number;
  askedAt: number;
}

interface Missing<P> {
  /** When we first heard of it. */
  readonly since: number;
  /** The neighbor that told of it first. */
  readonly by: P;
  /** Who can be asked, in turn. Copied at each change: an array that is pushed to allocates places for seventeen. */
  announcers: readonly Announcer<P>[];
  /** A peer that has announced it. It is asked when the bounds have room. */
  waiting: Announcer<P> | undefined;
  /** Whether anybody has announced it. */
  isAnnounced: boolean;
}

/** What is missing, and who has said so. */
class Lists<P> {
  /** In the order of their `since`. */
  readonly payloads = new LazyMap<MessageId, Missing<P>>();
  /** How many payloads can be asked of a peer. */
  readonly perPeer = new LazyMap<P, number>();
  /** How many payloads a peer has told of first. */
  readonly told = new LazyMap<P, number>();
  /** Peers that have announced more than can even be known. */
  readonly overflowed = new LazySet<P>();
  /** Payloads with a running timer: at most one each, also when a payload is forgotten and announced again. */
  readonly timers = new LazySet<MessageId>();
}

const NOBODY: readonly never[] = [];
/** The pause once everybody has been asked, in least waits for an answer: 320 ms. It is not learned: the answer may be lost. */
const AGAIN = 8;

type MissingContext = {
  readonly config: Pick<Config, 'broadcast' | 'hardened'>;
  readonly budgets: Pick<NodeBudgets, 'asking' | 'missing'>;
  readonly stats: Pick<Stats, 'droppedAnnouncements'>;
};

/**
 * Asks until the payload is here: each announcer soon after the other, then in turns with long pauses that double each time round, so
 * a lost request or answer costs a delay and not the message. Bounded per announcer and in total, because announcements cost their sender
 * nothing.
 *
 * Every payload that we have heard of stays known until it arrives or can come no more, also when nobody is left to ask (a
 * later announcement or another neighbor may still bring it) and when there are too many to ask for at once (they wait).
 * {@link expire} then says what is lost. How much one neighbor can make us lose is bounded by how much it may tell us of
 * within the retention.
 *
 * It learns how long to wait for an answer from how long answers took before: asking somebody else too early brings the payload twice. It does not
 * learn how long to wait for the tree: it would learn from late payloads, and waiting makes payloads late.
 */
export class PersistentMissing<P> implements MissingPayloads<P>, MissingHolder {
  /** Made when something is missing: most topics are quiet. */
  #lists: Lists<P> | undefined;
  /** Payloads that somebody can be asked for. */
  #asking = 0;
  /** From asking to the payload. */
  #forAnswer: Patience | undefined;
  readonly #node: MissingContext;

  constructor(node: MissingContext) {
    this.#node = node;
  }

  /** How many of them somebody can be asked for. */
  get asking(): number {
    return this.#asking;
  }

  get size(): number {
    return this.#lists?.payloads.size ?? 0;
  }

  /** @param wait - From now until it is asked for. */
  announced({ id, round, tag }: IHaveEntry, peer: P, now: number, wait = this.#graftTimeout): number | undefined {
    const missing = this.#all.payloads.get(id) ?? this.#note(id, peer, now);
    if (missing?.announcers.some((announcer) => announcer.peer === peer) !== false) return undefined;
    missing.isAnnounced = true;
    const announcer: Announcer<P> = { peer, round, tag, time: Math.floor(now), asked: 0, askedAt: 0 };
    if (this.#canAsk(missing, peer)) return this.#ask(id, missing, announcer) ? wait : undefined;
    missing.waiting ??= announcer;
    return undefined;
  }

  has(id: MessageId): boolean {
    return this.#lists?.payloads.has(id) === true;
  }

  /** A neighbor knows the payload and does not have it. */
  unavailable(id: MessageId, peer: P, now: number): void {
    if (!this.#all.payloads.has(id)) this.#note(id, peer, now);
  }

  /** Payloads that had to wait and can be asked for now, each with the delay of its timer. */
  admitWaiting(): { readonly id: MessageId; readonly delay: number }[] {
    const admitted: { readonly id: MessageId; readonly delay: number }[] = [];
    for (const [id, missing] of this.#lists?.payloads ?? NOBODY) {
      const announcer = missing.waiting;
      if (announcer === undefined || !this.#canAsk(missing, announcer.peer)) continue;
      missing.waiting = undefined;
      if (missing.announcers.some(({ peer }) => peer === announcer.peer)) continue;
      if (this.#ask(id, missing, announcer)) admitted.push({ id, delay: this.#graftTimeout });
    }
    return admitted;
  }

  /** Peers whose announcements have been refused, once there is room again: what they have should be looked at as a whole. */
  takeOverflowed(): P[] {
    if (
      !this.#lists?.overflowed.size ||
      2 * this.#all.payloads.size > KNOWN_FACTOR * this.#node.config.hardened.missingTotal
    )
      return [];
    const peers = [...this.#all.overflowed].filter(
      (peer) => 2 * (this.#all.told.get(peer) ?? 0) <= KNOWN_FACTOR * this.#node.config.hardened.missingPerPeer,
    );
    for (const peer of peers) this.#all.overflowed.delete(peer);
    return peers;
  }

  /** Gives up the payloads that can come no more. */
  expire(now: number): LostPayload<P>[] {
    const lost: LostPayload<P>[] = [];
    for (const [id, missing] of this.#lists?.payloads ?? NOBODY) {
      if (now - missing.since < this.#node.config.broadcast.messageCacheRetention) break;
      const { since, by } = missing;
      lost.push({ id, since, by, reason: this.#reason(missing) });
      this.#remove(id, missing);
    }
    return lost;
  }

  timerExpired(id: MessageId): void {
    this.#lists?.timers.delete(id);
  }

  nextRequest(id: MessageId, now: number): GraftRequest<P> | undefined {
    const missing = this.#all.payloads.get(id);
    if (missing === undefined) return undefined;
    const [next, ...others] = missing.announcers;
    if (next === undefined) return undefined;
    missing.announcers = others;
    const delay = next.asked === 0 ? this.#answerTime.value : this.#pause * 2 ** (next.asked - 1);
    next.asked++;
    next.askedAt = Math.floor(now);
    if (next.asked < this.#node.config.hardened.graftAttempts) missing.announcers = [...others, next];
    else this.#cannotAsk(missing, next.peer);
    this.#all.timers.add(id);
    return { peer: next.peer, round: next.round, tag: next.tag, delay };
  }

  /** Who has been asked for a payload and can be asked again. */
  askedFor(id: MessageId): readonly P[] {
    const announcers = this.#lists?.payloads.get(id)?.announcers;
    if (announcers === undefined) return NOBODY;
    return announcers.filter(({ asked }) => asked > 0).map(({ peer }) => peer);
  }

  isHeldBy(id: MessageId, peer: P): boolean {
    const missing = this.#lists?.payloads.get(id);
    if (missing === undefined) return false;
    return missing.announcers.some((announcer) => announcer.peer === peer) || missing.waiting?.peer === peer;
  }

  arrived(id: MessageId, from: P | undefined, now: number): readonly Announcement<P>[] {
    const missing = this.#lists?.payloads.get(id);
    if (missing === undefined) return [];
    this.#remove(id, missing);
    if (from !== undefined) this.#learn(missing, from, now);
    return missing.announcers.filter(({ asked }) => asked === 0);
  }

  clear(): void {
    if (this.#lists === undefined) return;
    for (const [id, missing] of this.#all.payloads) this.#remove(id, missing);
  }

  forget(peer: P): void {
    if (this.#lists === undefined) return;
    this.#all.overflowed.delete(peer);
    for (const missing of this.#all.payloads.values()) {
      if (missing.waiting?.peer === peer) missing.waiting = undefined;
      const others = missing.announcers.filter((announcer) => announcer.peer !== peer);
      if (others.length === missing.announcers.length) continue;
      missing.announcers = others;
      this.#cannotAsk(missing, peer);
    }
  }

  get #all(): Lists<P> {
    this.#lists ??= new Lists();
    return this.#lists;
  }

  get #graftTimeout(): number {
    return this.#node.config.broadcast.graftTimeout1;
  }

  get #answerTime(): Patience {
    this.#forAnswer ??= new Patience(this.#node.config.broadcast.graftTimeout2);
    return this.#forAnswer;
  }

  get #pause(): number {
    return AGAIN * this.#node.config.broadcast.graftTimeout2;
  }

  #note(id: MessageId, by: P, now: number): Missing<P> | undefined {
    const { missingTotal: total, missingPerPeer: perPeer } = this.#node.config.hardened;
    const isFull = this.#all.payloads.size >= KNOWN_FACTOR * total || !this.#node.budgets.missing.hasRoomFor(this);
    if (isFull || (this.#all.told.get(by) ?? 0) >= KNOWN_FACTOR * perPeer) {
      this.#node.stats.droppedAnnouncements++;
      this.#all.overflowed.add(by);
      return undefined;
    }
    const missing: Missing<P> = {
      since: Math.floor(now),
      by,
      announcers: NOBODY,
      waiting: undefined,
      isAnnounced: false,
    };
    this.#all.payloads.set(id, missing);
    this.#node.budgets.missing.changed(this, 1);
    count(this.#all.told, by, 1);
    return missing;
  }

  #canAsk({ announcers }: Missing<P>, peer: P): boolean {
    const { missingTotal: total, missingPerPeer: perPeer } = this.#node.config.hardened;
    if ((this.#all.perPeer.get(peer) ?? 0) >= perPeer) return false;
    if (announcers.length > 0) return true;
    return this.#asking < total && this.#all.timers.size < total && this.#node.budgets.asking.hasRoomFor(this);
  }

  /** @returns whether a timer must be started */
  #ask(id: MessageId, missing: Missing<P>, announcer: Announcer<P>): boolean {
    if (missing.announcers.length === 0) this.#countAsking(1);
    missing.announcers = [...missing.announcers, announcer];
    count(this.#all.perPeer, announcer.peer, 1);
    if (this.#all.timers.has(id)) return false;
    this.#all.timers.add(id);
    return true;
  }

  /** A peer that could be asked no longer can. */
  #cannotAsk({ announcers }: Missing<P>, peer: P): void {
    count(this.#all.perPeer, peer, -1);
    if (announcers.length === 0) this.#countAsking(-1);
  }

  #remove(id: MessageId, { by, announcers }: Missing<P>): void {
    this.#all.payloads.delete(id);
    this.#node.budgets.missing.changed(this, -1);
    count(this.#all.told, by, -1);
    for (const { peer } of announcers) count(this.#all.perPeer, peer, -1);
    if (announcers.length > 0) this.#countAsking(-1);
  }

  #countAsking(change: number): void {
    this.#asking += change;
    this.#node.budgets.asking.changed(this, change);
  }

  #reason({ announcers, waiting, isAnnounced }: Missing<P>): LossReason {
    if (announcers.length === 0 && waiting !== undefined) return 'overflow';
    return isAnnounced ? 'abandoned' : 'unavailable';
  }

  #learn({ announcers }: Missing<P>, from: P, now: number): void {
    const announcer = announcers.find(({ peer }) => peer === from);
    // Asked more than once, it may be answering any of the requests (Karn's algorithm).
    if (announcer?.asked === 1) this.#answerTime.observe(now - announcer.askedAt);
  }
}

function count<P>(counts: LazyMap<P, number>, peer: P, change: number): void {
  const next = (counts.get(peer) ?? 0) + change;
  if (next > 0) counts.set(peer, next);
  else counts.delete(peer);
}

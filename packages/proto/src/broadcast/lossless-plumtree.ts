import type { ReconcileReason } from '../event.js';
import type { NodeContext } from '../node-context.js';
import type { Outbox } from '../outbox.js';
import type { PeerId } from '../peer-id.js';
import type { Rng } from '../structures/rng.js';
import { fitsFrame } from '../wire/max-payload.js';
import type { GossipMessage } from '../wire/message.js';
import { type MessageId, messageIdFromBytes } from '../wire/message-id.js';
import { ActiveNeighbors } from './active-neighbors.js';
import type { RecoveredFrom } from './beyond-reference.js';
import { CacheWalks } from './cache-walks.js';
import { comparedFor } from './compared-for.js';
import { type DistantPast, EMPTY_PAST } from './distant-past.js';
import { EXPIRY_MEMORY } from './expiry-memory.js';
import { PastIds } from './past-ids.js';
import type { PersistentMissing } from './persistent-missing.js';
import { PlumTree } from './plumtree.js';
import { ReconcileTurns } from './reconcile-turns.js';
import { tellLost } from './tell-lost.js';
import { type LossEntry, ToldLosses } from './told-losses.js';

/** Two pages of the cache are this many waits of announcements apart: 10 ms, 51,200 payloads a second. */
const PAGE_PAUSE = 2;

/**
 * PlumTree that loses nothing in silence: neighbors compare what they have, payloads also come by other ways than the tree, and subscribers are told
 * of those that can come no more.
 *
 * Here `eager` and `lazy` together are exactly the active neighbors: only `neighborUp` and `neighborDown` change that.
 */
export class LosslessPlumTree<P extends PeerId> extends PlumTree<P> {
  declare readonly missing: PersistentMissing<P>;
  protected readonly neighbors: ActiveNeighbors<P>;
  readonly #rng: Rng;
  // Most topics are quiet and need none of these.
  #reconcileTurns: ReconcileTurns<P> | undefined;
  /** Peers to which the whole cache is being announced. */
  #walks: CacheWalks<P> | undefined;
  #toldLosses: ToldLosses<P> | undefined;
  #pastIds: PastIds | undefined;
  /** When the first neighbor came. Whole: a number with a fraction takes 16 bytes more. */
  #memberSince: number | undefined;

  constructor(node: NodeContext<P>, rng: Rng, out: Outbox<P>, missing: PersistentMissing<P>) {
    super(node, out, missing, EXPIRY_MEMORY);
    this.#rng = rng;
    this.neighbors = new ActiveNeighbors(this.eager, this.lazy);
  }

  /** Each end may have what the other lacks. An end that has nothing leaves the start to the other. */
  override neighborUp(peer: P, now: number): void {
    super.neighborUp(peer, now);
    this.neighbors.changed();
    this.#memberSince ??= Math.floor(now);
    if (!this.memory.knowsAny && this.#pastIds?.hasPayloads !== true && this.#lossCount === 0) return;
    this.#turns.done(peer, this.memory.window.insertions);
    this.out.reconcile(peer, 'neighborUp');
  }

  override neighborDown(peer: P, now: number): void {
    super.neighborDown(peer, now);
    this.neighbors.changed();
    this.#reconcileTurns?.forget(peer);
    this.#walks?.stop(peer);
  }

  override linkGap(peer: P, reason: ReconcileReason): void {
    if (!this.neighbors.has(peer)) return;
    this.#turns.done(peer, this.memory.window.insertions);
    this.out.reconcile(peer, reason);
  }

  /**
   * What is recovered keeps its age, so that nothing circulates for ever. It is announced and not pushed: most others have it. What has grown
   * too old for that while it was fetched is delivered all the same, as long as ids of its age are remembered: it can't be here a second time.
   * Others that lack it can't have it from us any more: it counts as lost for them.
   */
  override recovered(from: P, content: Uint8Array, { round, age }: RecoveredFrom, now: number): void {
    const id = messageIdFromBytes(this.node.hash(content));
    if (this.memory.wasHere(id)) return;
    const { messageCacheRetention, messageIdRetention } = this.config;
    if (age >= messageIdRetention) {
      this.node.stats.expiredRecoveries++;
      return;
    }
    const received: GossipMessage = { type: 'gossip', id, content, scope: { type: 'swarm', round } };
    const next = this.roundToPassOn(received, round);
    this.remember({ ...received, scope: { type: 'swarm', round: next } }, age, now);
    if (age < messageCacheRetention) this.#announceToOthers(id, next, content.length, from, now);
    else this.#losses.told(id, { since: now - age, by: from }, now);
    this.missing.arrived(id, undefined, now);
    this.out.emit({ type: 'received', content, deliveredFrom: from, scope: received.scope });
  }

  override unavailable(from: P, ids: readonly MessageId[], now: number): void {
    if (!this.neighbors.has(from)) return;
    for (const id of ids) if (!this.memory.wasHere(id)) this.missing.unavailable(id, from, now);
    this.startEvicting(now);
  }

  override lossesReported(from: P, losses: readonly LossEntry[], now: number): void {
    if (!this.neighbors.has(from)) return;
    for (const loss of losses) {
      if (!this.memory.wasHere(loss.id) && !this.#isBeforeUs(loss, now)) this.#losses.reported(loss, from, now);
    }
    this.startEvicting(now);
  }

  /** Whether a payload was older than caches hold when we came: nobody would have given it to us. */
  #isBeforeUs({ age }: LossEntry, now: number): boolean {
    return now - age < (this.#memberSince ?? now) - this.config.messageCacheRetention;
  }

  override losses(now: number): Iterable<LossEntry> {
    return this.#toldLosses?.entries(now) ?? [];
  }

  override past(now: number): DistantPast {
    const { messages, reach } = this.#pastIds?.at(now) ?? EMPTY_PAST;
    // What has come within this time is known as seen, or was until as long ago.
    const known = Math.max(reach, 2 * this.config.messageIdRetention);
    return { messages, reach: Math.min(known, now - (this.memory.cutAt ?? Number.NEGATIVE_INFINITY)) }; // what the bounds have had us forget may have been anything
  }

  override release(): void {
    super.release();
    this.#toldLosses?.clear();
  }

  /** The first page at once, the others one after the other. */
  override announceCache(peer: P, now: number): void {
    if (!this.neighbors.has(peer)) return;
    this.#walks ??= new CacheWalks(this.node.config.hardened.announcedPerPage);
    if (this.#walks.start(peer, this.memory.window, now)) this.announceTimerExpired(peer);
  }

  override announceTimerExpired(peer: P): void {
    const page = this.#walks?.next(peer, this.memory.window);
    if (page === undefined) return;
    if (page.entries.length > 0) this.announce(peer, page.entries);
    if (page.isLast) return;
    this.out.schedule(PAGE_PAUSE * this.config.dispatchTimeout, this.out.timer({ type: 'announceCache', peer }));
  }

  override evictTimerExpired(now: number): void {
    // First, because what is told lost is remembered as seen, and that decides whether there is anything to wait for.
    this.#tellLost(now);
    super.evictTimerExpired(now);
    for (const { id, delay } of this.missing.admitWaiting()) {
      this.out.schedule(delay, this.out.timer({ type: 'sendGraft', id }));
    }
    for (const peer of this.missing.takeOverflowed()) this.linkGap(peer, 'overflow');
    for (const peer of this.#toldLosses?.takeRefused() ?? []) this.linkGap(peer, 'overflow');
    if (this.#toldLosses?.takeRound(now))
      for (const peer of this.neighbors.values) this.out.reconcile(peer, 'periodic');
    if (this.memory.window.known === 0) {
      this.#reconcileTurns?.rest();
      return;
    }
    const inTurn = this.#turns.next(this.neighbors.values, this.memory.window.insertions, now);
    if (inTurn !== undefined) this.out.reconcile(inTurn, 'periodic');
  }

  /** A quiet topic has nothing to drop. */
  protected override startEvicting(now: number): void {
    if (!this.isAtRest) super.startEvicting(now);
  }

  protected override remember(message: GossipMessage, age: number, now: number): void {
    super.remember(message, age, now);
    this.memory.onOver ??= (id, since) => this.#past.add(id, true, since - comparedFor(this.config));
    this.startEvicting(now);
  }

  /** A payload that was missing and that we publish ourselves is not missing any more. */
  protected override published(id: MessageId, now: number): void {
    this.missing.arrived(id, undefined, now);
  }

  /**
   * Where payloads travel for longer than ids are remembered (an overload), they would arrive as new ones. So an id is known for as long as
   * somebody still sends or announces it. The bounds on ids hold as ever.
   */
  protected override knows(id: MessageId, now: number): boolean {
    return this.memory.renew(id, now);
  }

  /** From now on an id is known whose payload is not here. */
  protected see(id: MessageId, now: number): void {
    this.memory = this.memory.own;
    this.memory.see(id, now);
    this.#past.add(id, false, now);
  }

  /** Nothing is remembered, and nothing is missing. */
  protected get isAtRest(): boolean {
    return this.memory.isEmpty && this.missing.size + this.#lossCount === 0;
  }

  get #turns(): ReconcileTurns<P> {
    this.#reconcileTurns ??= new ReconcileTurns(this.node.config.hardened.reconcileInterval, this.#rng);
    return this.#reconcileTurns;
  }

  get #past(): PastIds {
    this.#pastIds ??= new PastIds();
    return this.#pastIds;
  }

  get #losses(): ToldLosses<P> {
    this.#toldLosses ??= new ToldLosses(this.node);
    return this.#toldLosses;
  }

  get #lossCount(): number {
    return this.#toldLosses?.size ?? 0;
  }

  /** What has not come within the retention is in nobody's cache any more. It is not delivered after it was told lost. */
  #tellLost(now: number): void {
    const lost = this.missing.expire(now);
    for (const loss of lost) {
      this.see(loss.id, now);
      this.#losses.told(loss.id, loss, now);
    }
    // We know ourselves when payloads that we have heard of can come no more.
    const isKnown = (id: MessageId): boolean => this.memory.wasHere(id) || this.missing.has(id);
    for (const loss of this.#toldLosses?.takeDue(isKnown, now) ?? []) {
      this.see(loss.id, now);
      lost.push(loss);
    }
    this.#toldLosses?.expireUntil(now);
    tellLost(lost, this.node.stats, this.out);
  }

  #announceToOthers(id: MessageId, round: number, length: number, except: P, now: number): void {
    if (!fitsFrame(this.node.config, length, 1)) {
      this.node.stats.unforwardable++;
      return;
    }
    for (const peer of this.neighbors.values) {
      if (peer !== except && !this.missing.isHeldBy(id, peer)) this.lazyQueue.add(peer, { id, round });
    }
    this.startDispatching(now);
  }
}

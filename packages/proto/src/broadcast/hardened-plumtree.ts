import type { LossReason, ReconcileReason, Scope } from '../event.js';
import type { NodeContext } from '../node-context.js';
import type { Outbox } from '../outbox.js';
import type { PeerId } from '../peer-id.js';
import { LazyMap } from '../structures/lazy.js';
import type { Rng } from '../structures/rng.js';
import { fitsFrame } from '../wire/max-payload.js';
import type { GossipMessage, GraftMessage, IHaveMessage } from '../wire/message.js';
import { type MessageId, messageIdFromBytes } from '../wire/message-id.js';
import { Conduct } from './conduct.js';
import type { Announcement } from './missing-payloads.js';
import type { WindowCursor } from './payload-window.js';
import type { PersistentMissing } from './persistent-missing.js';
import { PlumTree, type RecoveredFrom } from './plumtree.js';
import { ReconcileTurns } from './reconcile-turns.js';

/** How many times the wait for a graft a neighbor may leave our requests unanswered: 5 s. */
const SILENCE = 64;
/** How many times the wait of announcements passes between two pages of the cache: 10 ms, 51,200 payloads a second. */
const PAGE_PAUSE = 2;
const LOSS_REASONS: readonly LossReason[] = ['abandoned', 'unavailable', 'overflow'];

/**
 * PlumTree among peers that may lie or have been neighbors until a moment ago. Same messages, same tree; each override says
 * what it keeps from happening.
 *
 * Here `eager` and `lazy` together are exactly the active neighbors: only `neighborUp` and `neighborDown` change that.
 */
export class HardenedPlumTree<P extends PeerId> extends PlumTree<P> {
  declare readonly missing: PersistentMissing<P>;
  readonly #conduct = new Conduct<P>(SILENCE * this.config.graftTimeout1);
  readonly #turns: ReconcileTurns<P>;
  readonly #rng: Rng;
  /** Peers to which the whole cache is being announced, and how far that has got. */
  readonly #walks = new LazyMap<P, WindowCursor>();

  constructor(node: NodeContext<P>, rng: Rng, out: Outbox<P>, missing: PersistentMissing<P>) {
    super(node, out, missing);
    this.#turns = new ReconcileTurns(node.config.hardened.reconcileInterval, rng);
    this.#rng = rng;
  }

  /**
   * Duplicates of different messages can prune all branches of a node. The reference then only announces what it publishes: everybody
   * waits for a graft, which is late, and where the cache is small the payload is gone by then.
   */
  override broadcast(content: Uint8Array, scope: Scope, now: number): void {
    if (scope === 'swarm' && this.eager.size === 0) this.#growBranch();
    super.broadcast(content, scope, now);
  }

  /** Each end may have what the other lacks. An end that has nothing leaves it to the other. */
  override neighborUp(peer: P, now: number): void {
    super.neighborUp(peer, now);
    if (this.memory.window.known === 0) return;
    this.#turns.done(peer, this.memory.window.insertions);
    this.out.reconcile(peer, 'neighborUp');
  }

  /** Announcements to a peer that is gone would have the host dial it again. */
  override neighborDown(peer: P, now: number): void {
    super.neighborDown(peer, now);
    this.lazyQueue.drop(peer);
    this.#conduct.forget(peer);
    this.#turns.forget(peer);
    this.#walks.delete(peer);
  }

  override linkGap(peer: P, reason: ReconcileReason): void {
    if (!this.#has(peer)) return;
    this.#turns.done(peer, this.memory.window.insertions);
    this.out.reconcile(peer, reason);
  }

  /**
   * What is recovered keeps its age, so that nothing circulates for ever. It is announced and not pushed: most others have it. What has grown
   * too old for that while it was fetched is delivered all the same, as long as ids of its age are remembered: it can't be here a second time.
   */
  override recovered(from: P, content: Uint8Array, { round, age }: RecoveredFrom, now: number): void {
    const id = messageIdFromBytes(this.node.hash(content));
    if (this.memory.seen.has(id)) return;
    const { messageCacheRetention, messageIdRetention } = this.config;
    if (age >= messageIdRetention) {
      this.node.stats.expiredRecoveries++;
      return;
    }
    const received: GossipMessage = { type: 'gossip', id, content, scope: { type: 'swarm', round } };
    const next = this.roundToPassOn(received, round);
    this.remember({ ...received, scope: { type: 'swarm', round: next } }, age, now);
    if (age < messageCacheRetention) this.#announceToOthers(id, next, content.length, from);
    this.missing.arrived(id, undefined, now);
    this.out.emit({ type: 'received', content, deliveredFrom: from, scope: received.scope });
  }

  /** Its sender has sent what it was asked for, and shapes the tree no further: nobody else is meant to pass such payloads on. */
  override discard(content: Uint8Array, from: P, now: number): void {
    if (this.#has(from)) this.#conduct.delivered(from);
    const id = messageIdFromBytes(this.node.hash(content));
    if (this.memory.seen.has(id)) return;
    this.node.stats.discardedPayloads++;
    this.memory.see(id, now);
    this.missing.arrived(id, undefined, now);
    this.startEvicting(now);
  }

  override unavailable(from: P, ids: readonly MessageId[], now: number): void {
    if (!this.#isNeighbor(from)) return;
    for (const id of ids) if (!this.memory.seen.has(id)) this.missing.unavailable(id, from, now);
    this.startEvicting(now);
  }

  /** The first page at once, the others one after the other, so that live traffic has room between them. */
  override announceCache(peer: P, now: number): void {
    if (!this.#has(peer)) return;
    const isUnderWay = this.#walks.has(peer);
    this.#walks.set(peer, this.memory.window.start(now));
    if (!isUnderWay) this.announceTimerExpired(peer);
  }

  override announceTimerExpired(peer: P): void {
    const walk = this.#walks.get(peer);
    if (walk === undefined) return;
    const { announcedPerPage } = this.node.config.hardened;
    const page = this.memory.window.announce(walk, announcedPerPage);
    if (page.length > 0) this.announce(peer, page);
    if (page.length < announcedPerPage) this.#walks.delete(peer);
    else this.out.schedule(PAGE_PAUSE * this.config.dispatchTimeout, this.out.timer({ type: 'announceCache', peer }));
  }

  override evictTimerExpired(now: number): void {
    // What is told lost is remembered as seen: before it is decided whether there is anything to wait for.
    this.#tellLost(now);
    super.evictTimerExpired(now);
    for (const { id, delay } of this.missing.admitWaiting()) {
      this.out.schedule(delay, this.out.timer({ type: 'sendGraft', id }));
    }
    for (const peer of this.missing.takeOverflowed()) this.linkGap(peer, 'overflow');
    if (this.memory.window.known === 0) {
      this.#turns.rest();
      return;
    }
    const inTurn = this.#turns.next(this.#active(), this.memory.window.insertions, now);
    if (inTurn !== undefined) this.out.reconcile(inTurn, 'periodic');
  }

  /** A quiet topic has nothing to drop. */
  protected override startEvicting(now: number): void {
    if (this.memory.window.known > 0 || this.memory.seen.size > 0 || this.missing.size > 0) super.startEvicting(now);
  }

  protected override startDispatching(): void {
    if (!this.lazyQueue.isEmpty) super.startDispatching();
  }

  protected override remember(message: GossipMessage, age: number, now: number): void {
    super.remember(message, age, now);
    this.startEvicting(now);
  }

  /** A neighbor that announces payloads and does not send them makes room for another. */
  protected override requested(peer: P, now: number): void {
    if (this.#conduct.asked(peer, now)) this.out.dismiss(peer);
  }

  /** A payload that was missing and that we publish ourselves is not missing anymore. */
  protected override published(id: MessageId, now: number): void {
    this.missing.arrived(id, undefined, now);
  }

  /** A duplicate from a stranger closes no cycle of ours. Answering it could even have the host dial a peer that just left. */
  protected override onDuplicate(from: P): void {
    if (!this.#isNeighbor(from)) return;
    this.#conduct.delivered(from);
    super.onDuplicate(from);
  }

  /**
   * A branch is replaced also when an announcer was earlier by more than a graft's wait: the reference gets there by asking,
   * which brings the payload twice. Only a peer that has sent payloads before can take a branch over: announcing costs nothing. And a
   * stranger's payload is delivered and passed on, and shapes no tree.
   */
  protected override optimize(from: P, round: number, announcements: readonly Announcement<P>[], now: number): void {
    if (!this.#isNeighbor(from)) return;
    const credible = announcements.filter(({ peer }) => this.#conduct.hasDelivered(peer));
    const [earliest] = credible;
    if (earliest === undefined) return;
    if (now - earliest.time >= this.config.graftTimeout1) this.replaceBranch(from, earliest);
    else super.optimize(from, round, credible, now);
  }

  protected override onPrune(from: P): void {
    if (this.#isNeighbor(from)) super.onPrune(from);
  }

  /** A stranger may be answering an announcement from when it was a neighbor: it gets the payload and no branch. */
  protected override onGraft(from: P, message: GraftMessage): void {
    if (this.#isNeighbor(from)) super.onGraft(from, message);
    else this.answerGraft(from, message.id);
  }

  protected override onIHave(from: P, message: IHaveMessage, now: number): void {
    if (!this.#isNeighbor(from)) return;
    super.onIHave(from, message, now);
    this.startEvicting(now);
  }

  /** A round whose varint would grow past the frame stays where it is: every hop counts less than the message. */
  protected override roundToPassOn(message: GossipMessage, round: number): number {
    const next = super.roundToPassOn(message, round);
    if (next < 0x80 || fitsFrame(this.node.config, message.content.length, next < 0x4000 ? 2 : 3)) return next;
    return fitsFrame(this.node.config, message.content.length, 2) ? Math.min(next, 0x3fff) : 0x7f;
  }

  /** A payload that has come through a larger limit than ours is delivered; sending it would break the link. */
  protected override forward(message: GossipMessage, round: number, from: P): void {
    if (this.#has(from)) this.#conduct.delivered(from);
    if (fitsFrame(this.node.config, message.content.length, 1)) super.forward(message, round, from);
    else this.node.stats.unforwardable++;
  }

  protected override answerGraft(to: P, id: GraftMessage['id']): void {
    const message = id === undefined ? undefined : this.memory.window.get(id);
    if (message === undefined || fitsFrame(this.node.config, message.content.length, 1)) super.answerGraft(to, id);
    else this.node.stats.unforwardable++;
  }

  /** What has not come within the retention is in nobody's cache anymore. It is not delivered after it was told lost. */
  #tellLost(now: number): void {
    const lost = this.missing.expire(now);
    if (lost.length === 0) return;
    const counts: Record<LossReason, number> = { abandoned: 0, unavailable: 0, overflow: 0 };
    for (const { id, reason } of lost) {
      this.memory.see(id, now);
      counts[reason]++;
    }
    const { stats } = this.node;
    stats.abandonedPayloads += counts.abandoned;
    stats.unavailablePayloads += counts.unavailable;
    stats.overflowedPayloads += counts.overflow;
    for (const reason of LOSS_REASONS) {
      if (counts[reason] > 0) this.out.emit({ type: 'lost', count: counts[reason], reason });
    }
  }

  /** To a neighbor that has sent payloads, if there is one: it is most likely in the tree. */
  #growBranch(): void {
    const neighbors = this.lazy.values;
    const peer =
      this.#rng.chooseWhere(neighbors, (neighbor) => this.#conduct.hasDelivered(neighbor)) ??
      this.#rng.chooseWhere(neighbors, () => true);
    if (peer === undefined) return;
    this.makeEager(peer);
    this.out.send(peer, { type: 'graft', id: undefined, round: 0 });
  }

  #announceToOthers(id: MessageId, round: number, length: number, except: P): void {
    if (!fitsFrame(this.node.config, length, 1)) {
      this.node.stats.unforwardable++;
      return;
    }
    for (const peer of this.#active()) {
      if (peer !== except && !this.missing.isHeldBy(id, peer)) this.lazyQueue.add(peer, { id, round });
    }
    this.startDispatching();
  }

  /** All active neighbors. */
  #active(): P[] {
    return [...this.eager.values, ...this.lazy.values];
  }

  #has(peer: P): boolean {
    return this.eager.has(peer) || this.lazy.has(peer);
  }

  /** As {@link has}, and counts the messages of strangers. */
  #isNeighbor(peer: P): boolean {
    if (this.#has(peer)) return true;
    this.node.stats.strangerMessages++;
    return false;
  }
}

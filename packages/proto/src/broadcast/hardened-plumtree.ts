import type { LossReason, ReconcileReason } from '../event.js';
import type { NodeContext } from '../node-context.js';
import type { Outbox } from '../outbox.js';
import type { PeerId } from '../peer-id.js';
import { LazyMap } from '../structures/lazy.js';
import type { Rng } from '../structures/rng.js';
import { fitsFrame, fitsFrameWithTag } from '../wire/max-payload.js';
import type { GossipMessage, GraftMessage, IHaveEntry, IHaveMessage, PruneMessage } from '../wire/message.js';
import { type MessageId, messageIdFromBytes } from '../wire/message-id.js';
import type { RootTag, Tagged } from '../wire/root-tag.js';
import { AnnouncementPace } from './announcement-pace.js';
import { Conduct } from './conduct.js';
import { FormerNeighbors } from './former-neighbors.js';
import { GraftAnswers } from './graft-answers.js';
import type { Announcement, GraftRequest } from './missing-payloads.js';
import { announcementOf, type WindowCursor } from './payload-window.js';
import type { PersistentMissing } from './persistent-missing.js';
import { DISPATCH, PlumTree, type RecoveredFrom } from './plumtree.js';
import { ReconcileTurns } from './reconcile-turns.js';
import { OwnTree } from './rooted/own-tree.js';
import { RootedTrees, type Surroundings } from './rooted/rooted-trees.js';
import type { Tree } from './rooted/tree.js';

/** How many times the wait for a graft a neighbor may leave our requests unanswered: 5 s. */
const SILENCE = 64;
/** Shares of the wait for a graft: by how much another neighbor must be earlier to become the parent, and by how much an announcer. */
const ADVANTAGE = 1 / 8;
const ANNOUNCER_ADVANTAGE = 1 / 16;
/** Where payloads come often, one of them may be later than its announcement by this share of the wait for a graft: 20 ms. */
const BUSY_PATIENCE = 1 / 4;
/** How many times the wait for a graft a payload may be under way that its sender would not send anymore: 2 s. */
const UNDER_WAY = 25;
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
  /** The next three are made when they are needed: most topics are quiet, most of the time. */
  #rootedTrees: RootedTrees<P> | undefined;
  #announcementPace: AnnouncementPace | undefined;
  #ownTree: OwnTree | undefined;
  /** The active neighbors. */
  #activeNeighbors: readonly P[] | undefined;
  /** When the queued announcements are sent. */
  #dispatchAt: number | undefined;
  /** Peers to which the whole cache is being announced, and how far that has got. */
  readonly #walks = new LazyMap<P, WindowCursor>();
  // Most topics are quiet and need neither.
  #former: FormerNeighbors<P> | undefined;
  #answers: GraftAnswers<P> | undefined;

  constructor(node: NodeContext<P>, rng: Rng, out: Outbox<P>, missing: PersistentMissing<P>) {
    super(node, out, missing);
    this.#turns = new ReconcileTurns(node.config.hardened.reconcileInterval, rng);
    this.#rng = rng;
  }

  /** Each end may have what the other lacks. An end that has nothing leaves it to the other. */
  override neighborUp(peer: P, now: number): void {
    this.#former?.returned(peer);
    if (!this.#has(peer)) {
      this.#activeNeighbors = undefined;
      if (!this.#isBusy(now)) this.#rootedTrees?.neighborUp(peer);
      this.#disturbed(now);
    }
    super.neighborUp(peer, now);
    if (this.memory.window.known === 0) return;
    this.#turns.done(peer, this.memory.window.insertions);
    this.out.reconcile(peer, 'neighborUp');
  }

  /** Announcements to a peer that is gone would have the host dial it again. */
  override neighborDown(peer: P, now: number): void {
    if (this.#has(peer)) {
      this.#disturbed(now);
      this.#former ??= new FormerNeighbors(this.config.messageCacheRetention);
      this.#former.left(peer, this.memory.window.insertions, now);
    }
    super.neighborDown(peer, now);
    this.#activeNeighbors = undefined;
    this.#rootedTrees?.neighborDown(peer, this.#surroundings(now), now);
    this.lazyQueue.drop(peer);
    this.#conduct.forget(peer);
    this.#turns.forget(peer);
    this.#walks.delete(peer);
  }

  /** Whether a neighbor has sent us payloads. */
  hasDelivered(peer: P): boolean {
    return this.#conduct.hasDelivered(peer);
  }

  /** Whether a peer was a neighbor until a moment ago. */
  isFormerNeighbor(peer: P, now: number): boolean {
    return this.#former?.has(peer, now) === true;
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
    if (age < messageCacheRetention) this.#announceToOthers(id, next, content.length, from, now);
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
    if (!this.#has(from)) return;
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
    this.#rootedTrees?.expire(now);
    if (this.#isAtRest()) this.#rootedTrees?.rest();
    this.#answers?.expireUntil(now);
    for (const { id, delay } of this.missing.admitWaiting()) {
      this.out.schedule(delay, this.out.timer({ type: 'sendGraft', id }));
    }
    for (const peer of this.missing.takeOverflowed()) this.linkGap(peer, 'overflow');
    if (this.memory.window.known === 0) {
      this.#turns.rest();
      return;
    }
    const inTurn = this.#turns.next(this.#neighbors, this.memory.window.insertions, now);
    if (inTurn !== undefined) this.out.reconcile(inTurn, 'periodic');
  }

  /** A quiet topic has nothing to drop. */
  protected override startEvicting(now: number): void {
    if (!this.#isAtRest()) super.startEvicting(now);
  }

  /** The shared tree changes with every publisher: word of its payloads does not wait. */
  protected override startDispatching(now: number): void {
    this.#dispatchAfter(this.config.dispatchTimeout, now);
  }

  /** A timer that is out already is too late where the pace has become faster: then there are two, and the later one finds nothing. */
  #dispatchAfter(delay: number, now: number): void {
    if (this.lazyQueue.isEmpty) return;
    if (this.#dispatchAt !== undefined && this.#dispatchAt <= now + delay) return;
    this.#dispatchAt = now + delay;
    this.out.schedule(delay, this.out.timer(DISPATCH));
  }

  override dispatchTimerExpired(now: number): void {
    super.dispatchTimerExpired(now);
    this.#dispatchAt = undefined;
  }

  override receivers(): readonly P[] {
    const tag = this.#ownTree?.tag;
    const tree = tag === undefined ? undefined : this.#trees.get(tag);
    return this.#neighbors.filter((peer) =>
      tree === undefined ? this.#trees.carriesNew(peer) : this.#trees.carriesTo(tree, peer),
    );
  }

  override branches(): readonly P[] {
    return this.#neighbors.filter((peer) => this.#trees.isBranch(peer));
  }

  override others(): readonly P[] {
    return this.#neighbors.filter((peer) => !this.#trees.isBranch(peer));
  }

  /** A payload goes along a tree of its publisher's, unless the tag does not fit: then along the one that such payloads share. */
  protected override compose(id: MessageId, content: Uint8Array, now: number): GossipMessage {
    const message = super.compose(id, content, now);
    if (!fitsFrameWithTag(this.node.config, content.length)) return message;
    return { ...message, ...this.#own.choose(() => this.#trees.nearest(now), this.#rng, now) };
  }

  protected override passedOn(message: GossipMessage, round: number): GossipMessage {
    const { tag, guest } = message;
    const next = super.passedOn(message, round);
    if (tag === undefined) return next;
    if (fitsFrameWithTag(this.node.config, message.content.length)) return { ...next, tag, guest };
    this.node.stats.droppedTags++;
    return next;
  }

  /**
   * Prunes can leave a node without a branch. The reference then only announces what it publishes: everybody waits for a graft, which is
   * late, and where the cache is small the payload is gone by then.
   */
  protected override publish(message: GossipMessage, now: number): void {
    const tree = this.#use(message, now);
    if (tree === undefined) {
      if (this.eager.size === 0) this.#growBranch(undefined, undefined);
      super.publish(message, now);
      return;
    }
    if (message.guest !== true) tree.isOurs = true;
    if (!this.#neighbors.some((peer) => this.#trees.carriesTo(tree, peer))) this.#growBranch(message.tag, tree);
    this.#push(tree, message, 0, this.node.me, now);
  }

  protected override ask(id: MessageId, request: GraftRequest<P>, now: number): void {
    const { peer, round, tag } = request;
    this.#disturbed(now);
    if (tag === undefined) {
      super.ask(id, request, now);
      return;
    }
    this.#trees.get(tag)?.graft(peer);
    this.out.send(peer, { type: 'graft', id, round, tag });
  }

  protected override remember(message: GossipMessage, age: number, now: number): void {
    super.remember(message, age, now);
    this.#own.count(now);
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
  protected override onDuplicate(from: P, message: GossipMessage, now: number): void {
    if (!this.#has(from)) return;
    this.#conduct.delivered(from);
    const { id, tag, guest, scope } = message;
    if (tag === undefined || scope.type !== 'swarm') {
      super.onDuplicate(from, message, now);
      return;
    }
    this.#trees.heardTag(from);
    const tree = this.#trees.get(tag);
    if (tree === undefined) {
      this.makeLazy(from);
      this.out.send(from, { type: 'prune', tag });
      return;
    }
    // What has expired, or came along another tree, says nothing about a parent.
    const known = this.memory.window.arrival(id, now);
    const { round } = scope;
    if (known?.tag === tag) {
      this.#trees.duplicate(tree, from, { tag, guest, round, ours: known.round, lateBy: known.ago }, now);
    } else if (from !== tree.parent) {
      this.#trees.duplicate(tree, from, { tag, guest, round, ours: Number.POSITIVE_INFINITY, lateBy: 0 }, now);
    }
  }

  /**
   * A branch is replaced also when an announcer was earlier by more than a graft's wait: the reference gets there by asking,
   * which brings the payload twice. Only a peer that has sent payloads before can take a branch over: announcing costs nothing. And a
   * stranger's payload is delivered and passed on, and shapes no tree.
   */
  protected override optimize(
    from: P,
    message: GossipMessage,
    round: number,
    announcements: readonly Announcement<P>[],
    now: number,
  ): void {
    if (!this.#has(from)) return;
    const credible = announcements.filter(({ peer }) => this.#conduct.hasDelivered(peer));
    const [earliest] = credible;
    if (earliest === undefined) return;
    const { tag } = message;
    const tree = tag === undefined ? undefined : this.#trees.get(tag);
    if (tag !== undefined && tree !== undefined) {
      if (tree.parent === from && now - earliest.time >= ANNOUNCER_ADVANTAGE * this.config.graftTimeout1) {
        this.#trees.replaceParent(tag, tree, earliest.peer, now);
      }
      return;
    }
    if (now - earliest.time >= this.config.graftTimeout1) this.replaceBranch(from, earliest);
    else super.optimize(from, message, round, credible, now);
  }

  /**
   * Where payloads travel for longer than ids are remembered (an overload), they would arrive as new ones. So an id is known for as long as
   * somebody still sends or announces it. The bounds on ids hold as ever.
   */
  protected override knows(id: MessageId, now: number): boolean {
    return this.memory.renew(id, now);
  }

  protected override onPrune(from: P, message: PruneMessage, now: number): void {
    if (!this.#has(from)) return;
    const { tag } = message;
    if (tag !== undefined) this.#trees.heardTag(from);
    if (tag === undefined || !this.#trees.prunedBy(from, tag, this.#surroundings(now), now))
      super.onPrune(from, message, now);
  }

  /** A stranger that was a neighbor until a moment ago may be answering an announcement: it gets the payload and no branch. */
  protected override onGraft(from: P, message: GraftMessage, now: number): void {
    const { id, tag } = message;
    if (!this.#has(from)) {
      const ordinal = id === undefined ? undefined : this.memory.window.ordinal(id);
      if (ordinal !== undefined && this.#former?.wasTold(from, ordinal, now)) this.answerGraft(from, id, now);
      else this.node.stats.refusedGrafts++;
      return;
    }
    if (id !== undefined) this.#disturbed(now);
    if (tag === undefined) {
      super.onGraft(from, message, now);
      return;
    }
    this.#trees.heardTag(from);
    const isFor = id === undefined ? 'all' : 'one payload';
    if (!this.#trees.graftedBy(from, tag, isFor, this.#surroundings(now))) this.makeEager(from);
    this.answerGraft(from, id, now);
  }

  protected override onIHave(from: P, message: IHaveMessage, now: number): void {
    if (!this.#has(from)) return;
    if (message.messages.some(({ tag }) => tag !== undefined)) this.#trees.heardTag(from);
    this.lazyQueue.withdraw(from, message.messages);
    super.onIHave(from, message, now);
    this.startEvicting(now);
  }

  /** Where a tree does not reach us, nobody else is going to send its payloads. */
  protected override waitFor({ tag }: IHaveEntry, now: number): number | undefined {
    if (tag === undefined) return undefined;
    if (this.#trees.get(tag)?.reachesUs !== true) return this.config.dispatchTimeout;
    return (this.#isBusy(now) ? BUSY_PATIENCE : 1) * this.config.graftTimeout1;
  }

  /** A round whose varint would grow past the frame stays where it is: every hop counts less than the message. */
  protected override roundToPassOn(message: GossipMessage, round: number): number {
    const next = super.roundToPassOn(message, round);
    if (next < 0x80 || fitsFrame(this.node.config, message.content.length, next < 0x4000 ? 2 : 3)) return next;
    return fitsFrame(this.node.config, message.content.length, 2) ? Math.min(next, 0x3fff) : 0x7f;
  }

  /** A payload that has come through a larger limit than ours is delivered; sending it would break the link. */
  protected override forward(message: GossipMessage, round: number, from: P, now: number): void {
    const isNeighbor = this.#has(from);
    if (isNeighbor) this.#conduct.delivered(from);
    if (!fitsFrame(this.node.config, message.content.length, 1)) {
      this.node.stats.unforwardable++;
      return;
    }
    const { id, tag, guest } = message;
    const tree = this.#use(message, now);
    if (tag === undefined || tree === undefined) {
      super.forward(message, round, from, now);
      return;
    }
    this.#push(tree, message, round, from, now);
    if (!isNeighbor) return;
    this.#trees.heardTag(from);
    this.#trees.arrived({ tag, guest, round, asked: this.missing.askedFor(id) }, tree, from, now);
  }

  /** Asked again at once, it is on its way already: asking costs less than answering. */
  protected override answerGraft(to: P, id: GraftMessage['id'], now: number): void {
    const message = id === undefined ? undefined : this.memory.window.get(id);
    if (id === undefined || message === undefined) return;
    if (!fitsFrame(this.node.config, message.content.length, 1)) this.node.stats.unforwardable++;
    else if (this.#isAnswered(to, id, now)) super.answerGraft(to, id, now);
    else this.node.stats.refusedGrafts++;
  }

  #isAnswered(to: P, id: MessageId, now: number): boolean {
    this.#answers ??= new GraftAnswers(this.node.config.hardened.graftInterval);
    return this.#answers.admit(to, id, now);
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

  /** To a neighbor that has sent payloads, if there is one: it is most likely in the tree. Without a tree: in the shared one. */
  #growBranch(tag: RootTag | undefined, tree: Tree<P> | undefined): void {
    const neighbors = this.#neighbors;
    const peer =
      this.#rng.chooseWhere(neighbors, (neighbor) => this.#conduct.hasDelivered(neighbor)) ??
      this.#rng.chooseWhere(neighbors, () => true);
    if (peer === undefined) return;
    if (tag !== undefined && tree !== undefined && this.#trees.takeIn(tag, tree, peer)) return;
    this.makeEager(peer);
    this.out.send(peer, { type: 'graft', id: undefined, round: 0 });
  }

  #announceToOthers(id: MessageId, round: number, length: number, except: P, now: number): void {
    if (!fitsFrame(this.node.config, length, 1)) {
      this.node.stats.unforwardable++;
      return;
    }
    for (const peer of this.#neighbors) {
      if (peer !== except && !this.missing.isHeldBy(id, peer)) this.lazyQueue.add(peer, { id, round });
    }
    this.startDispatching(now);
  }

  /** Sends a payload along its tree, and word of it to everybody else. */
  #push(tree: Tree<P>, message: GossipMessage, round: number, except: P, now: number): void {
    const { id, tag } = message;
    const announcement = announcementOf(id, round, tag);
    for (const peer of this.#neighbors) {
      if (peer === except || this.missing.isHeldBy(id, peer)) continue;
      if (this.#trees.carriesTo(tree, peer)) this.out.send(peer, message);
      else this.lazyQueue.add(peer, announcement);
    }
    this.#pace.announced(now);
    this.#dispatchAfter(this.#pace.delay(now), now);
  }

  /** The tree for a payload that is new here; none: the shared one. */
  #use({ tag }: Tagged, now: number): Tree<P> | undefined {
    return tag === undefined ? undefined : this.#trees.use(tag, now);
  }

  get #neighbors(): readonly P[] {
    this.#activeNeighbors ??= [...this.eager.values, ...this.lazy.values].sort((a, b) => (a < b ? -1 : 1));
    return this.#activeNeighbors;
  }

  get #trees(): RootedTrees<P> {
    const wait = this.config.graftTimeout1;
    const waits = { advantage: ADVANTAGE * wait, underWay: UNDER_WAY * wait };
    this.#rootedTrees ??= new RootedTrees(this.node.config.hardened, waits, this.eager, this.out);
    return this.#rootedTrees;
  }

  get #pace(): AnnouncementPace {
    const { dispatchTimeout } = this.config;
    this.#announcementPace ??= new AnnouncementPace(dispatchTimeout, this.node.config.hardened.announceDelayMax);
    return this.#announcementPace;
  }

  get #own(): OwnTree {
    const { treeRetention } = this.node.config.hardened;
    this.#ownTree ??= new OwnTree({ graftTimeout: this.config.graftTimeout1, treeRetention });
    return this.#ownTree;
  }

  #isBusy(now: number): boolean {
    return this.#ownTree?.isBusy(now) ?? false;
  }

  #surroundings(now: number): Surroundings<P> {
    return { neighbors: this.#neighbors, isBusy: this.#isBusy(now) };
  }

  /** A branch has broken: announcements that wait may be what somebody needs. */
  #disturbed(now: number): void {
    if (this.lazyQueue.isEmpty && this.#rootedTrees === undefined) return;
    this.#pace.disturbed(now);
    this.#dispatchAfter(this.#pace.delay(now), now);
  }

  #has(peer: P): boolean {
    return this.eager.has(peer) || this.lazy.has(peer);
  }

  /** Nothing is remembered, and nothing is missing. */
  #isAtRest(): boolean {
    return this.memory.window.known === 0 && this.memory.seen.size === 0 && this.missing.size === 0;
  }
}

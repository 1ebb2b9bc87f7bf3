import type { NodeContext } from '../node-context.js';
import type { Outbox } from '../outbox.js';
import type { PeerId } from '../peer-id.js';
import type { Rng } from '../structures/rng.js';
import { fitsFrame, roundThatFits } from '../wire/max-payload.js';
import type { GossipMessage, GraftMessage, IHaveEntry, IHaveMessage, PruneMessage } from '../wire/message.js';
import { type MessageId, messageIdFromBytes } from '../wire/message-id.js';
import type { Tagged } from '../wire/root-tag.js';
import { AnnouncementDispatch } from './announcement-dispatch.js';
import { Conduct } from './conduct.js';
import { FormerNeighbors } from './former-neighbors.js';
import { GraftAnswers } from './graft-answers.js';
import { LosslessPlumTree } from './lossless-plumtree.js';
import type { Announcement, GraftRequest } from './missing-payloads.js';
import type { PersistentMissing } from './persistent-missing.js';
import { RootedBroadcast } from './rooted/rooted-broadcast.js';

/** For how many waits for a graft a neighbor may leave our requests unanswered: 5 s. */
const SILENCE = 64;

/**
 * PlumTree among peers that may lie or have been neighbors until a moment ago. Same messages, same tree; each override says
 * what it keeps from happening.
 */
export class HardenedPlumTree<P extends PeerId> extends LosslessPlumTree<P> {
  readonly #rng: Rng;
  // Most topics are quiet and need none of these.
  #neighborConduct: Conduct<P> | undefined;
  #rootedBroadcast: RootedBroadcast<P> | undefined;
  #announcementDispatch: AnnouncementDispatch<P> | undefined;
  #former: FormerNeighbors<P> | undefined;
  #answers: GraftAnswers<P> | undefined;

  constructor(node: NodeContext<P>, rng: Rng, out: Outbox<P>, missing: PersistentMissing<P>) {
    super(node, rng, out, missing);
    this.#rng = rng;
  }

  override neighborUp(peer: P, now: number): void {
    this.#former?.returned(peer);
    if (!this.neighbors.has(peer)) {
      this.#rootedBroadcast?.neighborUp(peer, now);
      this.#announcementDispatch?.disturbed(now);
    }
    super.neighborUp(peer, now);
  }

  /** Announcements to a peer that is gone would have the host dial it again. */
  override neighborDown(peer: P, now: number): void {
    if (this.neighbors.has(peer)) {
      this.#announcementDispatch?.disturbed(now);
      this.#former ??= new FormerNeighbors(this.config.messageCacheRetention);
      this.#former.left(peer, this.memory.window.insertions, now);
    }
    super.neighborDown(peer, now);
    this.#rootedBroadcast?.neighborDown(peer, now);
    this.lazyQueue.drop(peer);
    this.#neighborConduct?.forget(peer);
  }

  /** Whether a neighbor has sent us payloads. */
  hasDelivered(peer: P): boolean {
    return this.#neighborConduct?.hasDelivered(peer) === true;
  }

  /** Whether a peer was a neighbor until a moment ago. */
  isFormerNeighbor(peer: P, now: number): boolean {
    return this.#former?.has(peer, now) === true;
  }

  /** The sender has sent what it was asked for. The payload does not shape the tree: nobody else is meant to pass it on. */
  override discard(content: Uint8Array, from: P, now: number): void {
    if (this.neighbors.has(from)) this.#conduct.delivered(from);
    const id = messageIdFromBytes(this.node.hash(content));
    if (this.memory.seen.has(id)) return;
    this.node.stats.discardedPayloads++;
    this.see(id, now);
    this.missing.arrived(id, undefined, now);
    this.startEvicting(now);
  }

  override evictTimerExpired(now: number): void {
    super.evictTimerExpired(now);
    this.#rootedBroadcast?.expire(now);
    if (this.isAtRest) this.#rootedBroadcast?.rest();
    this.#answers?.expireUntil(now);
  }

  protected override startDispatching(now: number): void {
    this.#dispatch.soon(now);
  }

  override dispatchTimerExpired(now: number): void {
    super.dispatchTimerExpired(now);
    this.#announcementDispatch?.sent();
  }

  override receivers(): readonly P[] {
    return this.#rooted.receivers();
  }

  override branches(): readonly P[] {
    return this.neighbors.values.filter((peer) => this.#rooted.isBranch(peer));
  }

  override others(): readonly P[] {
    return this.neighbors.values.filter((peer) => !this.#rooted.isBranch(peer));
  }

  /** Announcements would lead others to our payloads as well, but only after they have waited for the tree. */
  override stalled(peers: readonly P[], _now: number): void {
    const isStalled = (peer: P): boolean => peers.includes(peer);
    const others = this.neighbors.values.filter((peer) => !isStalled(peer));
    if (others.length === 0) return;
    if (this.eager.size > 0 && this.eager.values.every(isStalled)) this.#growBranch({}, others);
    const own = this.#rootedBroadcast?.ownTree;
    if (own?.tag !== undefined && this.receivers().every(isStalled)) this.#growBranch(own, others);
  }

  /** A payload travels along its publisher's tree; one whose frame has no room for the tag travels along the shared tree. */
  protected override compose(id: MessageId, content: Uint8Array, now: number): GossipMessage {
    return this.#rooted.tagged(super.compose(id, content, now), now);
  }

  protected override passedOn(message: GossipMessage, round: number): GossipMessage {
    return this.#rooted.stillTagged(super.passedOn(message, round), message);
  }

  /**
   * Prunes can leave a node without a branch. The reference then only announces what it publishes: everybody waits for a graft, which is
   * late, and where the cache is small the payload is gone by then.
   */
  protected override publish(message: GossipMessage, now: number): void {
    const tree = this.#rooted.treeFor(message, now);
    if (tree === undefined) {
      if (this.eager.size === 0) this.#growBranch(message);
      super.publish(message, now);
      return;
    }
    if (!this.#rooted.reachesAnybody(tree)) this.#growBranch(message);
    this.#rooted.publish(message, tree, now);
  }

  protected override ask(id: MessageId, request: GraftRequest<P>, now: number): void {
    const { peer, round, tag } = request;
    this.#announcementDispatch?.disturbed(now);
    if (tag === undefined) {
      super.ask(id, request, now);
      return;
    }
    this.#rooted.askedOf(peer, tag);
    this.out.send(peer, { type: 'graft', id, round, tag });
  }

  protected override remember(message: GossipMessage, age: number, now: number): void {
    super.remember(message, age, now);
    this.#rooted.count(now);
  }

  /** A neighbor that announces payloads and does not send them makes room for another. */
  protected override requested(peer: P, now: number): void {
    if (this.#conduct.asked(peer, now)) this.out.dismiss(peer);
  }

  /** A duplicate from a stranger closes no cycle of ours. Answering it could even have the host dial a peer that just left. */
  protected override onDuplicate(from: P, message: GossipMessage, now: number): void {
    if (!this.neighbors.has(from)) return;
    this.#conduct.delivered(from);
    const { id, tag } = message;
    if (this.#rooted.duplicate(from, message, this.memory.window.arrival(id, now), now)) return;
    this.makeLazy(from);
    this.out.send(from, tag === undefined ? { type: 'prune' } : { type: 'prune', tag });
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
    if (!this.neighbors.has(from)) return;
    const credible = announcements.filter(({ peer }) => peer !== from && this.hasDelivered(peer));
    const [earliest] = credible;
    if (earliest === undefined) return;
    if (this.#rooted.optimize(from, message, earliest, now)) return;
    if (now - earliest.time >= this.config.graftTimeout1) this.replaceBranch(from, earliest);
    else super.optimize(from, message, round, credible, now);
  }

  protected override onPrune(from: P, message: PruneMessage, now: number): void {
    if (!this.neighbors.has(from)) return;
    if (!this.#rooted.prunedBy(from, message, now)) super.onPrune(from, message, now);
  }

  /** A stranger that was a neighbor until a moment ago may be answering an announcement: it gets the payload and no branch. */
  protected override onGraft(from: P, message: GraftMessage, now: number): void {
    const { id } = message;
    if (!this.neighbors.has(from)) {
      const ordinal = id === undefined ? undefined : this.memory.window.ordinal(id);
      if (ordinal !== undefined && this.#former?.wasTold(from, ordinal, now)) this.answerGraft(from, id, now);
      else this.node.stats.refusedGrafts++;
      return;
    }
    if (id !== undefined) this.#announcementDispatch?.disturbed(now);
    if (!this.#rooted.graftedBy(from, message, now)) this.makeEager(from);
    this.answerGraft(from, id, now);
  }

  protected override onIHave(from: P, message: IHaveMessage, now: number): void {
    if (!this.neighbors.has(from)) return;
    this.#rooted.announcedBy(from, message.messages);
    this.lazyQueue.withdraw(from, message.messages);
    super.onIHave(from, message, now);
    this.startEvicting(now);
  }

  protected override waitFor(entry: IHaveEntry, now: number): number | undefined {
    return this.#rooted.waitFor(entry, now);
  }

  /** A round whose longer varint would not fit into the frame is not raised: the hop count matters less than the message. */
  protected override roundToPassOn(message: GossipMessage, round: number): number {
    return roundThatFits(this.node.config, message.content.length, super.roundToPassOn(message, round));
  }

  /** A payload that has come through a larger limit than ours is delivered; sending it would break the link. */
  protected override forward(message: GossipMessage, round: number, from: P, now: number): void {
    if (this.neighbors.has(from)) this.#conduct.delivered(from);
    if (!fitsFrame(this.node.config, message.content.length, 1)) {
      this.node.stats.unforwardable++;
      return;
    }
    const tree = this.#rooted.treeFor(message, now);
    if (tree === undefined) super.forward(message, round, from, now);
    else this.#rooted.forward(message, tree, { from, round }, now);
  }

  /** A peer that asks again at once is refused: the payload is on its way already, and asking costs less than answering. */
  protected override answerGraft(to: P, id: GraftMessage['id'], now: number): void {
    const message = id === undefined ? undefined : this.memory.window.get(id);
    if (id === undefined || message === undefined) return;
    if (!fitsFrame(this.node.config, message.content.length, 1)) this.node.stats.unforwardable++;
    else if (this.#isAnswered(to, id, now)) super.answerGraft(to, id, now);
    else this.node.stats.refusedGrafts++;
  }

  #isAnswered(to: P, id: MessageId, now: number): boolean {
    const { graftInterval, graftAnswers } = this.node.config.hardened;
    this.#answers ??= new GraftAnswers(graftInterval);
    return this.#answers.admit(to, id, this.neighbors.has(to) ? graftAnswers : 1, now);
  }

  /**
   * Takes the link to another neighbor into a payload's tree, or into the shared one where it has none. A neighbor that has sent payloads comes
   * first: it is most likely in the tree.
   */
  #growBranch(tree: Tagged, neighbors = this.neighbors.values): void {
    const peer =
      this.#rng.chooseWhere(neighbors, (neighbor) => this.hasDelivered(neighbor)) ??
      this.#rng.chooseWhere(neighbors, () => true);
    if (peer === undefined || this.#rooted.takeIn(tree, peer)) return;
    this.makeEager(peer);
    this.out.send(peer, { type: 'graft', id: undefined, round: 0 });
  }

  /** Payloads that carry a tag. */
  get #rooted(): RootedBroadcast<P> {
    this.#rootedBroadcast ??= new RootedBroadcast({
      node: this.node,
      rng: this.#rng,
      out: this.out,
      neighbors: this.neighbors,
      missing: this.missing,
      queue: this.lazyQueue,
      dispatch: this.#dispatch,
    });
    return this.#rootedBroadcast;
  }

  get #conduct(): Conduct<P> {
    this.#neighborConduct ??= new Conduct(SILENCE * this.config.graftTimeout1);
    return this.#neighborConduct;
  }

  get #dispatch(): AnnouncementDispatch<P> {
    this.#announcementDispatch ??= new AnnouncementDispatch(this.lazyQueue, this.node.config, this.out);
    return this.#announcementDispatch;
  }
}

import type { PeerId } from '../peer-id.js';
import { fitsFrame } from '../wire/max-payload.js';
import type { GossipMessage, GraftMessage, IHaveMessage } from '../wire/message.js';
import type { MessageId } from '../wire/message-id.js';
import { Conduct } from './conduct.js';
import type { Announcement } from './missing-payloads.js';
import { PlumTree } from './plumtree.js';

/** How many times the wait for a graft a neighbor may leave our requests unanswered: 5 s. */
const SILENCE = 64;

/**
 * PlumTree among peers that may lie or have been neighbors until a moment ago. Same messages, same tree; each override says
 * what it keeps from happening.
 *
 * Here `eager` and `lazy` together are exactly the active neighbors: only `neighborUp` and `neighborDown` change that.
 */
export class HardenedPlumTree<P extends PeerId> extends PlumTree<P> {
  readonly #conduct = new Conduct<P>(SILENCE * this.config.graftTimeout1);

  /** Everything that is still cached is news to a new neighbor, perhaps: a gap shorter than the cache loses nothing. */
  override neighborUp(peer: P, now: number): void {
    super.neighborUp(peer, now);
    const ids = this.cache.newestKeys(this.node.config.hardened.announcedToNewNeighbor);
    if (ids.length === 0) return;
    for (const id of ids) {
      const message = this.cache.get(id) as GossipMessage;
      if (message.scope.type === 'swarm') this.queueAnnouncement(peer, { id, round: message.scope.round });
    }
    this.startDispatching();
  }

  /** Announcements to a peer that is gone would have the host dial it again. */
  override neighborDown(peer: P, now: number): void {
    super.neighborDown(peer, now);
    this.lazyQueue.delete(peer);
    this.#conduct.forget(peer);
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
    if (this.#isNeighbor(from)) super.onIHave(from, message, now);
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
    const message = id === undefined ? undefined : this.cache.get(id);
    if (message === undefined || fitsFrame(this.node.config, message.content.length, 1)) super.answerGraft(to, id);
    else this.node.stats.unforwardable++;
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

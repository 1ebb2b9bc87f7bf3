import type { Scope } from '../event.js';
import type { NodeContext } from '../node-context.js';
import type { Outbox } from '../outbox.js';
import type { PeerId } from '../peer-id.js';
import { sameBytes } from '../structures/same-bytes.js';
import type {
  GossipMessage,
  GraftMessage,
  IHaveEntry,
  IHaveMessage,
  PlumTreeMessage,
  PruneMessage,
} from '../wire/message.js';
import { type MessageId, messageIdEquals, messageIdFromBytes } from '../wire/message-id.js';
import { EagerLazyPush } from './eager-lazy-push.js';
import type { Announcement, GraftRequest, MissingPayloads } from './missing-payloads.js';
import { type ExpiryMemory, PayloadMemory } from './payload-memory.js';

/** Rounds are 16-bit numbers on the wire. The reference adds one to the largest and wraps or panics; we stay there. */
const MAX_ROUND = 65_535;
const EVICT = { type: 'evictCache' } as const;
const PRUNE: PruneMessage = { type: 'prune' };

/** The round with which a payload is passed on. */
function nextRound(round: number): number {
  return Math.min(round + 1, MAX_ROUND);
}

/**
 * Broadcast in one topic: PlumTree (Leitão, Pereira, Rodrigues: TR-07-14) as iroh-gossip 0.101 runs it. Payloads travel
 * along *eager* links, which prune themselves down to a spanning tree; ids travel along the remaining *lazy* links, so that
 * whoever misses a payload can graft a new branch.
 *
 * This class decides exactly as the reference does; `HardenedPlumTree` overrides what must not be so in the open.
 */
export class PlumTree<P extends PeerId> extends EagerLazyPush<P> {
  /** Shared until the first payload comes: most topics are quiet. */
  memory: PayloadMemory;
  maxLastDeliveryHop = 0;

  #evicting = false;

  constructor(node: NodeContext<P>, out: Outbox<P>, missing: MissingPayloads<P>, expiry?: ExpiryMemory) {
    super(node, out, missing);
    node.emptyMemory ??= new PayloadMemory(node, expiry);
    this.memory = node.emptyMemory;
  }

  broadcast(content: Uint8Array, scope: Scope, now: number): void {
    this.startEvicting(now);
    const id = messageIdFromBytes(this.node.hash(content));
    switch (scope) {
      case 'swarm': {
        const message = this.compose(id, content, now);
        this.remember(message, 0, now);
        this.published(id, now);
        this.publish(message, now);
        break;
      }
      case 'neighbors':
        this.pushEager({ type: 'gossip', id, content, scope: { type: 'neighbors' } }, this.node.me);
        break;
    }
  }

  receive(from: P, message: PlumTreeMessage, now: number): void {
    this.startEvicting(now);
    switch (message.type) {
      case 'gossip':
        this.#onGossip(from, message, now);
        break;
      case 'prune':
        this.onPrune(from, message, now);
        break;
      case 'graft':
        this.onGraft(from, message, now);
        break;
      case 'ihave':
        this.onIHave(from, message, now);
        break;
    }
  }

  neighborUp(peer: P, now: number): void {
    this.startEvicting(now);
    this.makeEager(peer);
  }

  neighborDown(peer: P, now: number): void {
    this.startEvicting(now);
    this.missing.forget(peer);
    this.eager.delete(peer);
    this.lazy.delete(peer);
  }

  graftTimerExpired(id: MessageId, now: number): void {
    this.startEvicting(now);
    this.missing.timerExpired(id);
    if (this.memory.seen.has(id)) return;
    const request = this.missing.nextRequest(id, now);
    if (request === undefined) return;
    this.ask(id, request, now);
    this.out.schedule(request.delay, this.out.timer({ type: 'sendGraft', id }));
    this.requested(request.peer, now);
  }

  override dispatchTimerExpired(now: number): void {
    this.startEvicting(now);
    super.dispatchTimerExpired(now);
  }

  evictTimerExpired(now: number): void {
    // A timer from an earlier life of the topic may be the first input: the reference then cleans up twice as often.
    this.startEvicting(now);
    this.#evicting = false;
    this.startEvicting(now);
  }

  /** The topic is dropped. */
  release(): void {
    this.memory.clear();
    this.missing.clear();
  }

  /** A payload of our own as it goes out. */
  protected compose(id: MessageId, content: Uint8Array, _now: number): GossipMessage {
    return { type: 'gossip', id, content, scope: { type: 'swarm', round: 0 } };
  }

  /** A payload as it goes on. */
  protected passedOn({ id, content }: GossipMessage, round: number): GossipMessage {
    return { type: 'gossip', id, content, scope: { type: 'swarm', round } };
  }

  /** Sends a payload of our own, or word of it. */
  protected publish(message: GossipMessage, now: number): void {
    this.pushLazy(message.id, 0, this.node.me, now);
    this.pushEager(message, this.node.me);
  }

  /** Asks for a payload. */
  protected ask(id: MessageId, { peer, round }: GraftRequest<P>, _now: number): void {
    this.makeEager(peer);
    this.out.send(peer, { type: 'graft', id, round });
  }

  #onGossip(from: P, message: GossipMessage, now: number): void {
    const isKnown = this.knows(message.id, now);
    if (!(isKnown ? this.#isSameAgain(message) : this.#hasTrueId(message))) {
      this.node.stats.spoofedIds++;
      return;
    }
    if (isKnown) {
      this.onDuplicate(from, message, now);
      return;
    }
    if (message.scope.type === 'swarm') this.#passOn(from, message, message.scope.round, now);
    this.out.emit({ type: 'received', content: message.content, deliveredFrom: from, scope: message.scope });
  }

  #hasTrueId({ id, content }: GossipMessage): boolean {
    return messageIdEquals(id, this.node.hash(content));
  }

  /** The same for a known id: comparing with the cached payload gives the same answer, and costs less than hashing. */
  #isSameAgain(message: GossipMessage): boolean {
    const known = this.memory.window.get(message.id);
    return known === undefined ? this.#hasTrueId(message) : sameBytes(known.content, message.content);
  }

  /** A payload that we have already: its link closes a cycle, so it becomes lazy at both ends. */
  protected onDuplicate(from: P, _message: GossipMessage, _now: number): void {
    this.makeLazy(from);
    this.out.send(from, PRUNE);
  }

  #passOn(from: P, message: GossipMessage, round: number, now: number): void {
    const next = this.roundToPassOn(message, round);
    const forwarded = this.passedOn(message, next);
    this.remember(forwarded, 0, now);
    this.forward(forwarded, next, from, now);
    const announcements = this.missing.arrived(message.id, from, now);
    if (announcements.length > 0) this.optimize(from, forwarded, next, announcements, now);
    if (round > this.maxLastDeliveryHop) this.maxLastDeliveryHop = round;
  }

  /** The round with which a payload of this round goes on. */
  protected roundToPassOn(_message: GossipMessage, round: number): number {
    return nextRound(round);
  }

  /** Sends a payload, or word of it, to everybody but the one that it came from. */
  protected forward(message: GossipMessage, round: number, from: P, now: number): void {
    this.pushEager(message, from);
    this.pushLazy(message.id, round, from, now);
  }

  /** Replaces the link that brought a payload by a link to an announcer that is much closer to the publisher. */
  protected optimize(
    from: P,
    _message: GossipMessage,
    round: number,
    announcements: readonly Announcement<P>[],
    _now: number,
  ): void {
    let best = announcements[0] as Announcement<P>;
    for (const announcement of announcements) if (announcement.round < best.round) best = announcement;
    // A threshold of 0 still asks for a shorter way.
    if (best.round >= round || round - best.round < this.config.optimizationThreshold) return;
    this.replaceBranch(from, best);
  }

  /** Takes payloads from an announcer from now on instead of from the peer that has brought this one. */
  protected replaceBranch(from: P, { peer, round }: Announcement<P>): void {
    if (!this.eager.has(peer)) {
      this.makeEager(peer);
      this.out.send(peer, { type: 'graft', id: undefined, round });
    }
    this.makeLazy(from);
    this.out.send(from, PRUNE);
  }

  protected onPrune(from: P, _message: PruneMessage, _now: number): void {
    this.makeLazy(from);
  }

  protected onGraft(from: P, { id }: GraftMessage, now: number): void {
    this.makeEager(from);
    this.answerGraft(from, id, now);
  }

  protected answerGraft(to: P, id: MessageId | undefined, _now: number): void {
    const message = id === undefined ? undefined : this.memory.window.get(id);
    if (message !== undefined) this.out.send(to, message);
  }

  protected onIHave(from: P, { messages }: IHaveMessage, now: number): void {
    for (const entry of messages) {
      const { id } = entry;
      if (this.knows(id, now)) continue;
      const delay = this.missing.announced(entry, from, now, this.waitFor(entry, now));
      if (delay !== undefined) this.out.schedule(delay, this.out.timer({ type: 'sendGraft', id }));
    }
  }

  /** From the first announcement of a payload to asking for it, where the tree says so. */
  protected waitFor(_entry: IHaveEntry, _now: number): number | undefined {
    return undefined;
  }

  /** Whether a payload that is sent or announced has been here. */
  protected knows(id: MessageId, _now: number): boolean {
    return this.memory.seen.has(id);
  }

  /** A payload is here, in the round in which it is passed on. `age` ago somebody in the swarm had it first. */
  protected remember(message: GossipMessage, age: number, now: number): void {
    this.memory = this.memory.own;
    this.memory.remember(message, age, now);
  }

  /** Before the first input, whatever it is, and then at each interval. */
  protected startEvicting(now: number): void {
    if (this.#evicting) return;
    this.#evicting = true;
    this.memory.expireUntil(now);
    this.out.schedule(this.config.cacheEvictInterval, this.out.timer(EVICT));
  }
}

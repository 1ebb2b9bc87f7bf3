import type { DisconnectReason } from '../event.js';
import type { PeerId } from '../peer-id.js';
import { BoundedSet } from '../structures/bounded-set.js';
import type { HyParViewMessage, PeerInfo, Priority, ShuffleReplyMessage } from '../wire/message.js';
import { PatientHyParView } from './patient-hyparview.js';
import { probeQuestion } from './probe-question.js';

/** How many peers that we have asked for something and that have not answered are remembered; the oldest are forgotten. */
export const MAX_ASKED = 1024;
/** Nodes that a new member asks its neighbors for: as many as a shuffle brings, at default settings. */
const ASKED_NODES = 8;
/**
 * How many new members are told of others between two shuffles. In a storm of joins, lists would only send them to each other, away from the swarm.
 */
const MAX_HANDED = 32;
/** How long the walks that introduce a new member take, in multiples of `neighborRequestTimeout`. */
const WALK_TIME = 2;
export const ASK_FOR_MEMBERS = { type: 'askForMembers' } as const;

/**
 * How a node gets into a swarm, and lets others in: it soon knows other members, whatever becomes of the peer that it joins through, and not all of
 * them from the same source.
 */
export class EnteringHyParView<P extends PeerId> extends PatientHyParView<P> {
  /** Peers that we have asked to let us in and that have not answered: their lists of nodes are welcome. */
  #joiningPeers: BoundedSet<P> | undefined;
  /** The peer that has just let us in: it sends a list of nodes with it, for the time when it is gone. */
  #contact: P | undefined;
  /** Whether a peer has let us in since we have asked for it. */
  #isIn = false;
  /** Whether a peer has refused to let us in, and we have no neighbor yet. */
  #wasRefused = false;
  /** The member that was asked in the place of one that refused. */
  #standIn: P | undefined;
  /** How many new members were told of others since the last shuffle. */
  #handed = 0;

  override requestJoin(peer: P, now: number): void {
    this.#joiningPeers ??= new BoundedSet(MAX_ASKED);
    this.#joiningPeers.add(peer);
    this.#isIn = false; // only a node without neighbors joins
    super.requestJoin(peer, now);
  }

  override receive(from: P, message: HyParViewMessage<P>, now: number): void {
    const letsUsIn = message.type === 'neighbor' && (this.isJoining(from) || from === this.#standIn);
    if (letsUsIn) {
      this.#contact = from;
      this.out.schedule(WALK_TIME * this.config.neighborRequestTimeout, this.out.timer(ASK_FOR_MEMBERS));
    }
    super.receive(from, message, now);
    if (letsUsIn && !this.#isIn && this.active.has(from)) this.#entered(from);
    if (message.type !== 'neighbor' && message.type !== 'disconnect') return;
    this.#joiningPeers?.delete(from);
    if (from === this.#standIn) this.#standIn = undefined; // a second answer is none
  }

  /**
   * Whom we have let in before we were let in ourselves was introduced to nobody, and knows nobody but us. It is introduced now, and told of the peer
   * that has let us in: if we died before it asks around, it would be cut off, and so would be all that join through it.
   */
  #entered(contact: P): void {
    this.#isIn = true;
    for (const peer of this.describe(this.active.values.filter((other) => other !== contact))) {
      this.out.send(peer.id, { type: 'shuffleReply', nodes: this.describe([contact]) });
      this.out.send(contact, { type: 'forwardJoin', peer, ttl: this.config.activeRandomWalkLength });
    }
  }

  override peerDisconnected(peer: P, reason: DisconnectReason): void {
    this.#joiningPeers?.delete(peer);
    super.peerDisconnected(peer, reason);
  }

  override shuffleTimerExpired(): void {
    this.#handed = 0;
    super.shuffleTimerExpired();
  }

  /**
   * In a small swarm the walks that introduce a new member end where it is known already, and before the first shuffle it hears of nobody else:
   * if the peer that has let it in died within that minute, it would be cut off, or the swarm would fall into parts. That peer may be dead already.
   */
  override askTimerExpired(): void {
    this.#contact = undefined;
    if (this.active.size >= this.config.activeViewCapacity / 2) return;
    for (const neighbor of this.active.values) this.out.send(neighbor, probeQuestion(this.node, ASKED_NODES));
    this.refill();
  }

  /** A new member knows nobody but us until a walk has ended, and we may be gone by then: it is told of others at once. */
  protected override introduce(peer: PeerInfo<P>, now: number): void {
    const nodes = this.#handed++ < MAX_HANDED ? this.alternatives(peer.id) : [];
    if (nodes.length > 0) this.out.send(peer.id, { type: 'shuffleReply', nodes });
    super.introduce(peer, now);
  }

  /**
   * At least one of them is a neighbor, which is surely there: where many come and go, all passive peers may have left. Naming more neighbors would
   * overrun them in a storm of joins.
   */
  protected override alternatives(peer: P): readonly PeerInfo<P>[] {
    const { shuffleActiveViewCount, shufflePassiveViewCount } = this.config;
    const count = shuffleActiveViewCount + shufflePassiveViewCount;
    const passive = this.passive.shuffledWithout(peer, count - 1, this.rng);
    const active = this.active.shuffledWithout(peer, count - passive.length, this.rng);
    return this.describe([...active, ...passive]);
  }

  protected override onShuffleReply(from: P, message: ShuffleReplyMessage<P>, now: number): void {
    if (from === this.#contact) {
      this.#contact = undefined;
      this.takeNodes(message.nodes, from, now);
      return;
    }
    // A refusal begins with a list.
    if (this.active.size === 0 && this.isJoining(from)) this.#wasRefused = true;
    super.onShuffleReply(from, message, now);
  }

  protected override neighborAdded(peer: P): void {
    super.neighborAdded(peer);
    this.#wasRefused = false;
  }

  /**
   * A peer that has refused to let us in has more joins to serve than it may. Becoming a neighbor of peers that it lists would introduce us to
   * nobody: where thousands join through one peer at once, they would crowd around the few that it knows, and know hardly anybody else. So we join
   * through one of these peers instead.
   */
  protected override neighborRequest(peer: P, priority: Priority): HyParViewMessage<P> {
    if (!this.#wasRefused || this.active.size > 0) return super.neighborRequest(peer, priority);
    if (this.isAskingStandIn && this.#standIn !== peer) return super.neighborRequest(peer, priority);
    this.#standIn = peer;
    return { type: 'join', data: this.node.peerData };
  }

  /** Whether a member has been asked to let us in because another has refused to, and has not answered. */
  protected get isAskingStandIn(): boolean {
    return this.#standIn !== undefined && this.pending.has(this.#standIn);
  }

  /** Whether a peer has been asked to let us in, and has not answered. */
  protected isJoining(peer: P): boolean {
    return this.#joiningPeers?.has(peer) === true;
  }

  protected override forget(peer: P): void {
    super.forget(peer);
    this.#joiningPeers?.delete(peer);
  }
}

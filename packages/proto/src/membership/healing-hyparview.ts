import type { DisconnectReason } from '../event.js';
import type { NodeContext } from '../node-context.js';
import type { Outbox } from '../outbox.js';
import type { PeerId } from '../peer-id.js';
import { LazySet } from '../structures/lazy.js';
import type { Rng } from '../structures/rng.js';
import type { DisconnectMessage, HyParViewMessage, PeerData, PeerInfo, ShuffleReplyMessage } from '../wire/message.js';
import { DoubtfulPeers } from './doubtful-peers.js';
import { ASK_FOR_MEMBERS, EnteringHyParView, MAX_ASKED } from './entering-hyparview.js';
import { sweepLeftovers } from './leftovers.js';
import { LostPeers } from './lost-peers.js';
import type { PeerOrigin } from './origin.js';
import { probeQuestion } from './probe-question.js';
import { type ProbeCause, Probes } from './probes.js';

/** After this many shuffles that have changed nothing there are no more until something changes. */
const FRUITLESS_SHUFFLES = 3;
/**
 * So often between two shuffles a lost neighbor is tried where many were lost at once, and so many times; from then on at shuffles only. A cut of a
 * minute may be over long before the next shuffle comes.
 */
const TRIES_PER_SHUFFLE = 4;
const MAX_TRIES = 8;
/** Data and marks of peers that are in no view are swept away when they exceed this many times what the views can hold. */
const SWEEP_FACTOR = 2;

/** Nodes that a peer is asked for to find out whether it is in our swarm: as many as it knows, at default settings. */
const PROBED_NODES = 35;

/**
 * HyParView in a swarm that may be split: islands find each other, halves of a cut network meet again, and a swarm that is whole and quiet costs
 * nothing. `WaryHyParView` and `HardenedHyParView` add what peers that lie make necessary.
 */
export class HealingHyParView<P extends PeerId> extends EnteringHyParView<P> {
  #probes: Probes<P> | undefined;
  /** Peers that we have heard from ourselves, besides our neighbors: they exist. */
  readonly #met = new LazySet<P>();
  #lost: LostPeers<P> | undefined;
  #doubtful: DoubtfulPeers<P> | undefined;
  /** How often lost neighbors are still tried between shuffles. A timer runs while it is more than 0. */
  #tries = 0;
  /** Neighbors whose links broke since the last shuffle. */
  #broken = 0;
  /** Shuffles since something has changed in our views. */
  #fruitless = 0;
  /** The number of peers with data above which the next sweep is worth its cost. */
  #sweepDataAbove: number;
  /** The same for peers that we have met. */
  #sweepMetAbove: number;

  constructor(node: NodeContext<P>, rng: Rng, out: Outbox<P>) {
    super(node, rng, out);
    this.#sweepDataAbove = this.maxRemembered;
    this.#sweepMetAbove = this.maxRemembered;
  }

  /**
   * A node that has neighbors and joins once more would push others out of views that are fine: a Join may not be refused. So
   * it asks to be a neighbor where there is room, and otherwise whether the peer is in the same swarm already.
   */
  override requestJoin(peer: P, now: number): void {
    if (this.active.has(peer)) return;
    if (this.active.size === 0) {
      super.requestJoin(peer, now);
      return;
    }
    this.#probe(peer, 'told');
  }

  /**
   * The views of a swarm that has split are soon full again, and so are those of a member that was started anew and that others have joined: without
   * a probe nobody would ever look for the other part.
   */
  override probe(peer: P, _now: number): void {
    if (!this.active.has(peer) && this.active.size > 0) this.#probe(peer, 'presumed');
  }

  /** Asks a peer to be a neighbor where there is room, and otherwise for nodes that it knows. */
  #probe(peer: P, cause: ProbeCause): void {
    this.#probes ??= new Probes(MAX_ASKED);
    this.#probes.add(peer, cause);
    if (!this.hasRoom()) this.out.send(peer, probeQuestion(this.node, PROBED_NODES));
    else this.sendNeighbor(peer, 'low');
  }

  override receive(from: P, message: HyParViewMessage<P>, now: number): void {
    this.#doubtful?.heardFrom(from);
    super.receive(from, message, now);
    if (message.type === 'disconnect' && !message.alive) this.#met.delete(from);
    else if (!this.active.has(from)) this.#met.add(from);
    this.sweep();
  }

  override peerDisconnected(peer: P, reason: DisconnectReason): void {
    const wasNeighbor = this.active.has(peer);
    this.#probes?.delete(peer);
    super.peerDisconnected(peer, reason);
    if (wasNeighbor) this.#met.add(peer);
    if (wasNeighbor && reason !== 'refused') {
      this.#lost ??= new LostPeers(this.config.passiveViewCapacity);
      this.#lost.lost(peer);
      this.#broken++;
      if (this.active.size === 0 || this.#broken >= this.config.activeViewCapacity / 2) this.#doubtAll();
    }
    this.sweep();
  }

  override shuffleTimerExpired(): void {
    this.#fruitless++;
    this.#broken = 0;
    super.shuffleTimerExpired();
    this.#try(this.#lost?.next());
    this.#lookForOthers();
    // Nothing else would wake a node that is short of neighbors and hears from nobody.
    this.refill();
    this.sweep();
  }

  override askTimerExpired(): void {
    super.askTimerExpired();
    if (this.active.size === 0) this.#tries = 0; // it asks one after the other anyway
    if (this.#tries === 0) return;
    const newest = [...(this.#lost?.keys() ?? [])].slice(-this.config.activeViewCapacity);
    this.#try(newest[this.#tries % newest.length]);
    if (--this.#tries > 0) this.#tryLater();
  }

  /** Two halves of a split swarm have full views: only an eviction on either side links them again. */
  #try(lost: P | undefined): void {
    if (lost !== undefined) this.sendNeighbor(lost, 'high');
  }

  #tryLater(): void {
    this.out.schedule(this.config.shuffleInterval / TRIES_PER_SHUFFLE, this.out.timer(ASK_FOR_MEMBERS));
  }

  /** Many neighbors are gone at once: the swarm may have fallen into parts, and passive peers may be gone, too, or in another part. */
  #doubtAll(): void {
    this.#doubtful ??= new DoubtfulPeers(this.config.passiveViewCapacity);
    this.#doubtful.add(this.passive.values);
    if (this.#tries === 0) this.#tryLater();
    this.#tries = MAX_TRIES;
  }

  /**
   * Probes a few doubtful peers at each shuffle; most of them may be gone. Members whose views are full again would otherwise never look for them,
   * and one of them may know nobody who is left, or only a small part of the swarm.
   */
  #lookForOthers(): void {
    for (let i = 0; i < this.config.activeViewCapacity && this.#doubtful && this.active.size > 0; i++) {
      const next = this.#doubtful.next((peer) => !this.active.has(peer) && !this.pending.has(peer));
      if (next === undefined) this.#doubtful = undefined;
      else this.#probe(next, 'doubted');
    }
  }

  /** Shuffles must go on: others hear of the new data only by them. */
  override peerDataUpdated(): void {
    this.#fruitless = 0;
    super.peerDataUpdated();
  }

  override wants(peer: P): boolean {
    return super.wants(peer) || this.hasAskedToJoin(peer);
  }

  override origin(peer: P): PeerOrigin<P> {
    if (this.hasAskedToJoin(peer)) return { trust: 'user' };
    return { trust: this.hasMet(peer) || this.isBridge(peer) ? 'met' : 'hearsay' };
  }

  /**
   * From a peer that we have asked to be our neighbor a list is the beginning of a refusal. The reference goes on to the next
   * candidate, which in a swarm of full views is an endless round of requests and refusals.
   */
  protected override onShuffleReply(from: P, message: ShuffleReplyMessage<P>, now: number): void {
    if (this.pending.has(from) && !this.active.has(from)) {
      // Once the nodes of another swarm are in our views, they look like ours: a list of a peer that will be probed is not taken in before its
      // answer.
      if (this.#probes?.has(from) !== true) this.takeNodes(message.nodes, from, now);
      return;
    }
    const cause = this.#probes?.delete(from);
    const isForeign = cause !== undefined && !this.active.has(from) && this.#isForeign(cause, message.nodes);
    super.onShuffleReply(from, message, now);
    // Two swarms that have full views: only an eviction on either side makes them one.
    if (isForeign) this.sendNeighbor(from, 'high');
  }

  protected override onDisconnect(from: P, message: DisconnectMessage): void {
    const wasRefusal = !this.active.has(from) && (this.pending.has(from) || this.isJoining(from));
    super.onDisconnect(from, message);
    // It has left the topic. The reference keeps such peers, and offers them to others, until a request goes unanswered.
    if (!message.alive) {
      this.passive.delete(from);
      this.#probes?.delete(from);
      this.#lost?.found(from);
    }
    if (wasRefusal && message.alive && this.#probes?.has(from) === true)
      this.out.send(from, probeQuestion(this.node, PROBED_NODES));
    // We are refused, and still alone: on to the next candidate, which may not refuse unless we come too often. With at least one neighbor, the next
    // shuffle is soon enough: see above.
    if (wasRefusal && this.active.size === 0 && !this.isAskingStandIn) this.refillDeclined(from);
  }

  protected override neighborAdded(peer: P): void {
    super.neighborAdded(peer);
    // Its last Disconnect no longer counts: when its link breaks from now on, it may be dead, and must push nobody out of the passive view.
    this.aliveDisconnected.delete(peer);
    this.#met.delete(peer);
    this.#lost?.found(peer);
  }

  protected override addPassive(peer: P, data: PeerData | undefined): void {
    const wasKnown = this.passive.has(peer);
    super.addPassive(peer, data);
    if (!wasKnown && this.passive.has(peer)) this.#fruitless = 0;
  }

  /** Where the last shuffles have changed nothing, the next ones would not either: a quiet topic costs nothing. */
  protected override startShuffling(): void {
    if (this.out.changes.length > 0) this.#fruitless = 0;
    if (!this.#isSettled()) super.startShuffling();
  }

  #isSettled(): boolean {
    if (this.#fruitless < FRUITLESS_SHUFFLES || (this.#lost?.size ?? 0) > 0) return false;
    return this.active.size > 0 || this.passive.size === 0;
  }

  /** How many peers may be remembered in any case. */
  protected get maxRemembered(): number {
    return SWEEP_FACTOR * (this.config.activeViewCapacity + this.config.passiveViewCapacity);
  }

  protected override forget(peer: P): void {
    super.forget(peer);
    this.#probes?.delete(peer);
    this.#lost?.found(peer);
    this.#met.delete(peer);
  }

  /**
   * Whether a peer that knows these nodes is in another swarm than ours. In a large swarm two members may well know nobody in common: where both know
   * as many as they can, that alone says nothing about a peer that is presumed to be in ours. A doubtful peer has probed all that it knew by now: if
   * it still knows less than a full view, it is in a small part. Only such a peer may take the place of another.
   */
  #isForeign(cause: ProbeCause, nodes: readonly PeerInfo<P>[]): boolean {
    if (this.#knowsAnyOf(nodes)) return false;
    switch (cause) {
      case 'told':
        return true;
      case 'presumed':
        return nodes.length < this.config.passiveViewCapacity || !this.passiveIsFull();
      case 'doubted':
        return nodes.length < this.config.activeViewCapacity;
    }
  }

  /** Whether any of these nodes is in our swarm. A node that has lost neighbors is sure only of the remaining ones. */
  #knowsAnyOf(nodes: readonly PeerInfo<P>[]): boolean {
    const isWhole = (this.#lost?.size ?? 0) === 0;
    return nodes.some(({ id }) => this.active.has(id) || (isWhole && (this.passive.has(id) || this.hasMet(id))));
  }

  /** A lost peer may be in the other half of a swarm that has split. */
  protected override isBridge(peer: P): boolean {
    return this.#lost?.has(peer) ?? false;
  }

  /** The peer is a neighbor no longer, if it was one. */
  protected override sendDisconnect(peer: P, options: { alive: boolean }): void {
    super.sendDisconnect(peer, options);
    this.#met.add(peer);
  }

  override hasHeardFrom(peer: P): boolean {
    return this.hasMet(peer);
  }

  /** Whether we have heard from a peer ourselves. */
  protected hasMet(peer: P): boolean {
    return this.active.has(peer) || this.#met.has(peer);
  }

  /** Whether we have anything to do with a peer. */
  protected isKnown(peer: P): boolean {
    return this.wants(peer) || this.passive.has(peer) || this.isBridge(peer);
  }

  /** Whether the user wants us to join a peer that has not answered yet. */
  protected hasAskedToJoin(peer: P): boolean {
    return this.isJoining(peer) || this.#probes?.has(peer) === true;
  }

  /** Data and marks of peers that have left all views must not pile up. */
  protected sweep(): void {
    const isKnown = (peer: P): boolean => this.isKnown(peer);
    if (this.peerData.size > this.#sweepDataAbove) {
      this.#sweepDataAbove = sweepLeftovers(this.peerData, this.peerData.keys(), isKnown, this.maxRemembered);
    }
    if (this.#met.size > this.#sweepMetAbove) {
      this.#sweepMetAbove = sweepLeftovers(this.#met, this.#met, isKnown, this.maxRemembered);
    }
    if (this.aliveDisconnected.size > this.maxRemembered) {
      for (const peer of this.aliveDisconnected) if (!this.passive.has(peer)) this.aliveDisconnected.delete(peer);
    }
  }
}

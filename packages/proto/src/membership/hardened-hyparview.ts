import type { DisconnectReason } from '../event.js';
import type { NodeContext } from '../node-context.js';
import type { Outbox } from '../outbox.js';
import type { PeerId } from '../peer-id.js';
import { BoundedSet } from '../structures/bounded-set.js';
import { LazyMap, LazySet } from '../structures/lazy.js';
import type { Rng } from '../structures/rng.js';
import type {
  DisconnectMessage,
  ForwardJoinMessage,
  HyParViewMessage,
  NeighborMessage,
  PeerData,
  PeerInfo,
  Priority,
  ShuffleMessage,
  ShuffleReplyMessage,
} from '../wire/message.js';
import { DismissedPeers } from './dismissed-peers.js';
import { EvictionLimiter } from './eviction-limiter.js';
import { HyParView, type Removal } from './hyparview.js';
import { LostPeers } from './lost-peers.js';
import { RefillPace } from './refill-pace.js';
import { SendableLists } from './sendable-lists.js';
import { SlowDials } from './slow-dials.js';

/** The first pause after being turned away is this part of the time that an answer may take: healing is hardly slower for it. */
const FIRST_PAUSE = 1 / 16;
const EXPELLED: Removal = { type: 'expelled' };
const REFILL = { type: 'refill' } as const;
const NOBODY: readonly never[] = [];
/** Joins of ours that are remembered as unanswered; the oldest are forgotten. */
const MAX_JOINING = 1024;
/** Our own entry at the end of a shuffle, besides its data: identity, tag, length. */
const OWN_NODE = 32 + 1 + 2;
/** After so many shuffles that have changed nothing there are no more until something changes. */
const FRUITLESS_SHUFFLES = 3;
/** Nodes that a peer is asked for to find out whether it is in our swarm: as many as it knows, at default settings. */
const PROBED_NODES = 35;
/** Remembered data and marks beyond what the views can hold are swept away when they exceed this many times the views. */
const SWEEP_FACTOR = 2;

/**
 * HyParView among peers that may lie, repeat themselves or be slow. Same messages, same views; each override says what it
 * keeps from happening.
 */
export class HardenedHyParView<P extends PeerId> extends HyParView<P> {
  readonly #evictions: EvictionLimiter<P>;
  readonly #lists: SendableLists<P>;
  /** Peers that we have asked to let us in and that have not answered: their lists of nodes are welcome. */
  readonly #joining = new BoundedSet<P>(MAX_JOINING);
  /** Peers that we were told to join although we have neighbors, until it is clear whether they are in our swarm already. */
  readonly #probed = new BoundedSet<P>(MAX_JOINING);
  /** Peers that we have heard from ourselves: they exist. */
  readonly #met = new LazySet<P>();
  /** Peers that the application forbids, as many as it likes. */
  readonly #expelled = new LazySet<P>();
  readonly #lost: LostPeers<P>;
  readonly #dismissed: DismissedPeers<P>;
  readonly #slow = new SlowDials<P>();
  /** Since the last shuffle. */
  #refillPace: RefillPace | undefined;
  /** Requests that a disconnect of ours has followed: the peer may answer them before it reads that. */
  readonly #withdrawn = new LazyMap<P, number>();
  /**
   * Neighbors that have not answered a request of ours in time: what comes late is the answer, and is not answered again. An array, because
   * thousands of topics have one or two of them for ever.
   */
  #answerLate: readonly P[] = NOBODY;
  /** A shuffle of ours is out, so one list of nodes from a stranger is expected. */
  #shuffleOut = false;
  /** Shuffles since something has changed in our views. */
  #fruitless = 0;
  readonly #maxReplaced: number;
  readonly #maxRemembered: number;
  /** The number of peers with data above which the next sweep is worth its cost. */
  #sweepDataAbove: number;
  /** The same for peers that we have met. */
  #sweepMetAbove: number;

  constructor(node: NodeContext<P>, rng: Rng, out: Outbox<P>) {
    super(node, rng, out);
    const { evictionsPerPeer, evictionWindow, replacedPerList } = node.config.hardened;
    const { activeViewCapacity, passiveViewCapacity } = this.config;
    this.#evictions = new EvictionLimiter(evictionsPerPeer, evictionWindow);
    this.#maxReplaced = Math.min(replacedPerList, Math.ceil(passiveViewCapacity / 3));
    this.#maxRemembered = SWEEP_FACTOR * (activeViewCapacity + passiveViewCapacity);
    this.#lists = new SendableLists(node);
    this.#lost = new LostPeers(passiveViewCapacity);
    this.#dismissed = new DismissedPeers(evictionWindow, this.#maxRemembered);
    this.#sweepDataAbove = this.#maxRemembered;
    this.#sweepMetAbove = this.#maxRemembered;
  }

  /**
   * A node that has neighbors and joins once more would push others out of views that are fine: a Join may not be refused. So
   * it asks to be a neighbor where there is room, and otherwise whether the peer is in the same swarm already.
   */
  override requestJoin(peer: P, now: number): void {
    if (this.#isMe(peer) || this.active.has(peer) || this.#expelled.has(peer)) return;
    if (this.active.size === 0) {
      this.#joining.add(peer);
      super.requestJoin(peer, now);
      return;
    }
    this.#probed.add(peer);
    if (!this.hasRoom()) this.#probe(peer);
    else this.sendNeighbor(peer, 'low');
  }

  override receive(from: P, message: HyParViewMessage<P>, now: number): void {
    if (this.#isMe(from)) return;
    this.#met.add(from);
    super.receive(from, message, now);
    if (message.type === 'neighbor' || message.type === 'disconnect') this.#joining.delete(from);
    this.#sweep();
  }

  /**
   * A request that ends because the peer cannot be reached makes room for the next candidate at once. The reference waits for
   * the request's timer, which then finds nothing to do, and stays short of a neighbor.
   */
  override peerDisconnected(peer: P, reason: DisconnectReason): void {
    const wasPending = this.pending.has(peer);
    const wasNeighbor = this.active.has(peer);
    this.#joining.delete(peer);
    this.#probed.delete(peer);
    this.#withdrawn.delete(peer);
    this.#expectNoAnswer(peer);
    super.peerDisconnected(peer, reason);
    if (wasNeighbor && reason !== 'refused') this.#lost.lost(peer);
    if (wasPending) this.refill(peer);
    this.#sweep();
  }

  /** The time that the dial took is not held against the peer: its time to answer begins now. */
  override peerConnected(peer: P): void {
    if (this.pending.has(peer)) this.armRequestTimer(peer);
  }

  /**
   * Behind a gap the peer may not have us any more: it has started anew under its old name, or has given us up while we slept. It
   * answers as a neighbor, becomes one again, or declines. A request that is under way may be lost, and must not be: a request of the peer's
   * that crosses it counts as the answer.
   */
  override linkGap(peer: P): void {
    this.#expectNoAnswer(peer);
    const isNeighbor = this.active.has(peer);
    if (!this.pending.delete(peer) && !isNeighbor) return;
    const others = this.active.size - (isNeighbor ? 1 : 0);
    this.sendNeighbor(peer, others === 0 ? 'high' : 'low');
  }

  /**
   * A dial that is still running keeps the peer; the end of the dial decides. One that is slow holds no place in the view any
   * longer: the next candidate gets its chance. Timers of earlier requests are void.
   *
   * A neighbor answers late where round trips take longer than an answer may. As a request of its own the answer would be answered, late
   * again, and two neighbors would go on confirming each other for ever.
   */
  override requestTimerExpired(peer: P, request: number): void {
    if (this.#withdrawn.get(peer) === request) this.#withdrawn.delete(peer);
    if (this.pending.get(peer) !== request) return;
    if (!this.node.dialing.has(peer)) {
      super.requestTimerExpired(peer, request);
      if (this.active.has(peer) && !this.#answerLate.includes(peer)) this.#answerLate = this.#answerLate.concat(peer);
      if (!this.wants(peer)) this.out.disconnect(peer);
      return;
    }
    const isSlowNow = this.#slow.overdue(peer);
    this.armRequestTimer(peer);
    if (isSlowNow) this.refill(peer);
  }

  /** A list of nodes is expected as the answer to a shuffle, whoever is at the end of its walk. */
  override shuffleTimerExpired(): void {
    this.#fruitless++;
    this.#shuffleOut = this.active.size > 0;
    super.shuffleTimerExpired();
    this.#refillPace = undefined;
    // Two halves of a split swarm have full views: only an eviction on either side links them again.
    const lost = this.#lost.next();
    if (lost !== undefined) this.sendNeighbor(lost, 'high');
    // Nothing else would wake a node that is short of neighbors and hears from nobody.
    this.refill();
    this.#sweep();
  }

  override refillTimerExpired(): void {
    this.#refillPace?.end();
    this.refill();
  }

  /** Others hear of it by shuffles only. */
  override peerDataUpdated(): void {
    this.#fruitless = 0;
    super.peerDataUpdated();
  }

  /** It is not taken back for a while. */
  override dismiss(peer: P, now: number): void {
    super.dismiss(peer, now);
    this.startShuffling();
    this.#dismissed.add(peer, now);
  }

  /** Nothing is left of it here but its name, and where it may take us for a neighbor, it is told. */
  override expel(peer: P): void {
    this.#expelled.add(peer);
    this.passive.delete(peer);
    this.#lost.found(peer);
    if (this.active.has(peer)) this.removeActive(peer, EXPELLED);
    else if (this.wants(peer)) this.sendDisconnect(peer, { alive: true });
    else this.out.disconnect(peer);
    this.pending.delete(peer);
    this.#joining.delete(peer);
    this.#probed.delete(peer);
    this.#withdrawn.delete(peer);
    this.#met.delete(peer);
    this.peerData.delete(peer);
    this.aliveDisconnected.delete(peer);
    this.startShuffling();
  }

  override allow(peer: P): void {
    this.#expelled.delete(peer);
  }

  override isExpelled(peer: P): boolean {
    return this.#expelled.has(peer);
  }

  override wants(peer: P): boolean {
    return super.wants(peer) || this.#joining.has(peer) || this.#probed.has(peer);
  }

  /** The answer to a request of ours is to come over it. The reference closes the link behind the request. */
  protected override keepsLink(peer: P): boolean {
    return super.keepsLink(peer) || this.pending.has(peer);
  }

  /**
   * There is nothing left to close, unless a newer link has come up meanwhile: the reference closes that one. Two peers whose
   * confirmations cross such news would then go on closing each other's links for ever.
   */
  protected override linkIsGone(_peer: P): void {}

  protected override onJoin(from: P, data: PeerData | undefined, now: number): void {
    if (this.#dismissed.has(from, now) || this.#refusesEviction(from, now)) this.sendDisconnect(from, { alive: true });
    else super.onJoin(from, this.#lists.fitData(data), now);
  }

  /**
   * An answer that has crossed our disconnect is void: the peer lets go of us as soon as it reads that. The reference takes it for a
   * fresh consent, pushes somebody out for it, and has a neighbor that does not have it.
   */
  protected override onNeighbor(from: P, message: NeighborMessage, now: number): void {
    if (this.#withdrawn.delete(from)) {
      this.out.send(from, { type: 'disconnect', alive: true, respond: false });
      return;
    }
    if (this.#expectNoAnswer(from) && this.active.has(from) && !this.pending.has(from)) {
      this.storeData(from, message.data);
      return;
    }
    const isUnwelcome = this.#dismissed.has(from, now) || this.#isTooLate(from);
    if (isUnwelcome || (message.priority === 'high' && this.#refusesEviction(from, now))) {
      this.pending.delete(from);
      this.sendDisconnect(from, { alive: true });
    } else {
      super.onNeighbor(from, message, now);
    }
  }

  /** Somebody introduces us to ourselves: the reference would send a neighbor request to itself. */
  protected override onForwardJoin(from: P, message: ForwardJoinMessage<P>): void {
    if (this.#isMe(message.peer.id) || this.#expelled.has(message.peer.id)) return;
    const { peer } = message;
    const data = this.#lists.fitData(peer.data);
    super.onForwardJoin(from, data === peer.data ? message : { ...message, peer: { id: peer.id, data } });
  }

  /** Our own shuffle, or one that claims to be: there is nobody to answer. */
  protected override onShuffle(from: P, message: ShuffleMessage<P>): void {
    if (this.#isMe(message.origin)) return;
    const nodes = this.#lists.fit(message.nodes, 0);
    super.onShuffle(from, nodes === message.nodes ? message : { ...message, nodes });
  }

  /**
   * Lists of nodes fill the passive view, so they count only when they are expected: from a neighbor (whose polite
   * disconnect begins with one), from a peer that we have asked for something, or once per shuffle from anybody.
   */
  protected override onShuffleReply(from: P, message: ShuffleReplyMessage<P>): void {
    if (!this.wants(from)) {
      if (!this.#shuffleOut) {
        this.node.stats.unsolicitedShuffleReplies++;
        return;
      }
      this.#shuffleOut = false;
    }
    // From a peer that we have asked to be our neighbor this is the beginning of a refusal. The reference goes on to the next
    // candidate, which in a swarm of full views is an endless round of requests and refusals.
    if (this.pending.has(from) && !this.active.has(from)) {
      // Once they are taken in, the nodes of another swarm look like ours: those of a peer that will be probed wait for its answer.
      if (!this.#probed.has(from)) this.takeNodes(message.nodes);
      return;
    }
    const isForeign = this.#probed.delete(from) && !this.active.has(from) && !this.#knowsAnyOf(message.nodes);
    super.onShuffleReply(from, message);
    // Two swarms that have full views: only an eviction on either side makes them one.
    if (isForeign) this.sendNeighbor(from, 'high');
  }

  protected override onDisconnect(from: P, message: DisconnectMessage): void {
    this.#withdrawn.delete(from);
    this.#expectNoAnswer(from);
    const wasRefusal = !this.active.has(from) && (this.pending.has(from) || this.#joining.has(from));
    super.onDisconnect(from, message);
    // It has left the topic. The reference keeps such peers, and offers them to others, until a request goes unanswered.
    if (!message.alive) {
      this.passive.delete(from);
      this.#lost.found(from);
    }
    if (wasRefusal && message.alive && this.#probed.has(from)) this.#probe(from);
    // Refused, and still alone: on to the next candidate, which may not refuse either unless we come too often. With a
    // neighbor at least, the next shuffle is soon enough: see above.
    if (wasRefusal && this.active.size === 0) this.refillTurnedAway(from);
  }

  protected override addActive(
    peer: P,
    data: PeerData | undefined,
    priority: Priority,
    options: { reply: boolean },
  ): boolean {
    const isNeighbor = super.addActive(peer, data, priority, options);
    if (isNeighbor) this.#lost.found(peer);
    return isNeighbor;
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
    if (this.#fruitless < FRUITLESS_SHUFFLES || this.#lost.size > 0) return false;
    return this.active.size > 0 || this.passive.size === 0;
  }

  /** One list may push out only a part of the passive view, however long it is. */
  protected override takeNodes(nodes: readonly PeerInfo<P>[]): void {
    let replaced = 0;
    for (const { id, data } of nodes) {
      if (this.#isMe(id) || this.#expelled.has(id)) continue;
      const isNew = !this.active.has(id) && !this.passive.has(id);
      if (isNew && this.passiveIsFull()) {
        if (replaced === this.#maxReplaced) {
          this.node.stats.refusedReplacements++;
          continue;
        }
        replaced++;
      }
      this.addPassive(id, this.#lists.fitData(data));
    }
  }

  /** Every request has a timer, also those that a forward join or an answer has started. */
  protected override sendNeighbor(peer: P, priority: 'high' | 'low'): boolean {
    const sent = super.sendNeighbor(peer, priority);
    if (sent) {
      // What it answers to this request comes after what it has answered to earlier ones, and decides.
      this.#withdrawn.delete(peer);
      this.#slow.begin(peer);
      this.armRequestTimer(peer);
    }
    return sent;
  }

  protected override sendDisconnect(peer: P, options: { alive: boolean }): void {
    this.#expectNoAnswer(peer);
    const request = this.pending.get(peer);
    if (request !== undefined) {
      this.pending.delete(peer);
      this.#withdrawn.set(peer, request);
    }
    super.sendDisconnect(peer, options);
  }

  /**
   * Not at once, unless there is no neighbor left. The reference goes on at the speed of the network for as long as it is turned away:
   * for ever, where nodes that each have one place ask in a circle.
   */
  protected override refillTurnedAway(peer: P): void {
    if (!this.hasRoom()) return;
    if (this.active.size === 0 && this.#pace.admitAtOnce()) {
      this.refill(peer);
    } else {
      this.#refillLater();
    }
  }

  /** A node that has just joined fills its view by lists. A polite disconnect begins with one as well, so they are counted. */
  protected override refillFromList(): void {
    if (!this.hasRoom()) return;
    if (this.#pace.admitAtOnce()) this.refill();
    else this.#refillLater();
  }

  /** Most topics need none. */
  get #pace(): RefillPace {
    const { activeViewCapacity, neighborRequestTimeout, shuffleInterval } = this.config;
    this.#refillPace ??= new RefillPace(
      FIRST_PAUSE * neighborRequestTimeout,
      shuffleInterval,
      activeViewCapacity,
      this.rng,
    );
    return this.#refillPace;
  }

  #refillLater(): void {
    const pause = this.#pace.begin();
    if (pause !== undefined) this.out.schedule(pause, this.out.timer(REFILL));
  }

  /** `sendNeighbor` has set the timer already. */
  protected override watchRefill(_peer: P): void {}

  /** The reference counts a neighbor twice while an answer to its request counts as a request, and waits for the slowest dial. */
  protected override hasRoom(): boolean {
    let room = this.config.activeViewCapacity - this.active.size;
    for (const peer of this.pending.keys()) {
      if (room <= 0) return false;
      if (!this.active.has(peer) && !this.#slow.has(peer)) room--;
    }
    return room > 0;
  }

  /** A list that could not be sent is cut: first data, then nodes. */
  protected override describe(ids: readonly P[]): readonly PeerInfo<P>[] {
    // Room for ourselves, whom a shuffle lists last.
    return this.#lists.fit(super.describe(ids), OWN_NODE + this.node.peerData.length);
  }

  /** Asks a peer for nodes that it knows: a shuffle that ends with it. */
  #probe(peer: P): void {
    const { maxListedNodes } = this.config;
    const count = Math.min(PROBED_NODES, maxListedNodes);
    // The answer has as many nodes as the question, after these were taken in. So the question names nobody but ourselves.
    const nodes: PeerInfo<P>[] = Array.from({ length: count }, () => ({ id: this.node.me, data: undefined }));
    nodes[0] = { id: this.node.me, data: this.node.peerData };
    this.out.send(peer, { type: 'shuffle', origin: this.node.me, nodes, ttl: 0 });
  }

  /** Whether nodes that somebody knows are in our swarm: who has lost neighbors is sure of the remaining ones only. */
  #knowsAnyOf(nodes: readonly PeerInfo<P>[]): boolean {
    const isWhole = this.#lost.size === 0;
    return nodes.some(({ id }) => this.active.has(id) || (isWhole && (this.passive.has(id) || this.#met.has(id))));
  }

  /**
   * The passive view keeps as many peers that we have met as the active view holds. The others may not exist, and whoever lists
   * such nodes in shuffles would soon have pushed out everybody who does.
   */
  protected override makeRoomInPassive(): void {
    let met = 0;
    for (const peer of this.passive.values) if (this.#met.has(peer)) met++;
    if (met > this.config.activeViewCapacity) {
      super.makeRoomInPassive();
      return;
    }
    const stranger = this.passive.pickWhere((peer) => !this.#met.has(peer), this.rng);
    if (stranger === undefined) super.makeRoomInPassive();
    else this.passive.delete(stranger);
  }

  /** It answers a request whose place another has taken meanwhile. One that was lost may be the only link to its half of the swarm. */
  #isTooLate(peer: P): boolean {
    return (
      !this.#lost.has(peer) &&
      this.#slow.has(peer) &&
      this.pending.has(peer) &&
      !this.active.has(peer) &&
      this.activeIsFull()
    );
  }

  #refusesEviction(from: P, now: number): boolean {
    if (this.active.has(from) || !this.activeIsFull() || this.#evictions.admit(from, now)) return false;
    this.node.stats.refusedEvictions++;
    return true;
  }

  #isMe(peer: P): boolean {
    if (peer !== this.node.me) return false;
    this.node.stats.selfReferences++;
    return true;
  }

  /** Data and marks of peers that have left all views must not pile up. */
  #sweep(): void {
    if (this.peerData.size > this.#sweepDataAbove) {
      for (const peer of this.peerData.keys()) if (!this.#knows(peer)) this.peerData.delete(peer);
      // In a storm of joins thousands are known: looking through all of them again at each message would cost their square.
      this.#sweepDataAbove = Math.max(this.#maxRemembered, 2 * this.peerData.size);
    }
    if (this.#met.size > this.#sweepMetAbove) {
      for (const peer of this.#met) if (!this.#knows(peer)) this.#met.delete(peer);
      this.#sweepMetAbove = Math.max(this.#maxRemembered, 2 * this.#met.size);
    }
    this.#slow.sweep(this.pending);
    if (this.aliveDisconnected.size > this.#maxRemembered) {
      for (const peer of this.aliveDisconnected) if (!this.passive.has(peer)) this.aliveDisconnected.delete(peer);
    }
  }

  /** @returns whether it owed one */
  #expectNoAnswer(peer: P): boolean {
    if (!this.#answerLate.includes(peer)) return false;
    this.#answerLate = this.#answerLate.filter((other) => other !== peer);
    return true;
  }

  #knows(peer: P): boolean {
    return this.wants(peer) || this.passive.has(peer) || this.#lost.has(peer);
  }
}

import type { DisconnectReason } from '../event.js';
import type { PeerId } from '../peer-id.js';
import { LazyMap } from '../structures/lazy.js';
import type { DisconnectMessage, HyParViewMessage, NeighborMessage, Priority } from '../wire/message.js';
import { HyParView } from './hyparview.js';
import { RefillPace } from './refill-pace.js';
import { SlowDials } from './slow-dials.js';

/** The first pause after a refusal is this part of the time that an answer may take: it hardly slows healing down. */
const FIRST_PAUSE = 1 / 16;
const NOBODY: readonly never[] = [];
const REFILL = { type: 'refill' } as const;

/**
 * HyParView whose requests meet slow dials, full views and answers that cross: views end symmetric and as full as they can be, and nobody
 * asks in circles. `HealingHyParView` and `HardenedHyParView` build on it.
 *
 * Same messages, same views; each override says what it keeps from happening. They are overrides and no policies because each changes
 * one step of a procedure whose order is a contract.
 */
export class PatientHyParView<P extends PeerId> extends HyParView<P> {
  #slowDials: SlowDials<P> | undefined;
  /** Since the last shuffle. */
  #refillPace: RefillPace | undefined;
  /** Requests after which we have sent a Disconnect: the peer may answer them before it reads that. */
  #withdrawn: LazyMap<P, number> | undefined;
  /**
   * Neighbors that have not answered a request of ours in time: a late Neighbor message of theirs is that answer, and is not answered again. An
   * array, because thousands of topics have one or two of them for ever.
   */
  #answerLate: readonly P[] = NOBODY;

  override receive(from: P, message: HyParViewMessage<P>, now: number): void {
    super.receive(from, message, now);
    this.#slowDials?.sweep(this.pending);
  }

  /**
   * A request that ends because the peer cannot be reached makes room for the next candidate at once. The reference waits for
   * the request's timer, which then finds nothing to do, and stays short of a neighbor.
   */
  override peerDisconnected(peer: P, reason: DisconnectReason): void {
    const wasPending = this.pending.has(peer);
    this.#withdrawn?.delete(peer);
    this.#expectNoAnswer(peer);
    super.peerDisconnected(peer, reason);
    if (wasPending) this.refill(peer);
    this.#slowDials?.sweep(this.pending);
  }

  /** The time that the dial took is not held against the peer: its time to answer begins now. */
  override peerConnected(peer: P): void {
    if (this.pending.has(peer)) this.armRequestTimer(peer);
  }

  /**
   * After a gap the peer may no longer have us as a neighbor: it has started anew under its old name, or has given us up while we slept. So it is
   * asked again, and answers as a neighbor, becomes one again, or declines. A request that was under way may be lost, so it is sent again; a request
   * of the peer's that crosses it counts as the answer.
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
   * Where round trips take longer than an answer may, a neighbor answers late. If that answer counted as a request, it would be answered, late again,
   * and two neighbors would go on confirming each other for ever.
   */
  override requestTimerExpired(peer: P, request: number): void {
    if (this.#withdrawn?.get(peer) === request) this.#withdrawn.delete(peer);
    if (this.pending.get(peer) !== request) return;
    if (!this.node.dialing.has(peer)) {
      super.requestTimerExpired(peer, request);
      if (this.active.has(peer) && !this.#answerLate.includes(peer)) this.#answerLate = this.#answerLate.concat(peer);
      if (!this.wants(peer)) this.out.disconnect(peer);
      return;
    }
    this.#slowDials ??= new SlowDials();
    const isSlowNow = this.#slowDials.overdue(peer);
    this.armRequestTimer(peer);
    if (isSlowNow) this.refill(peer);
  }

  override shuffleTimerExpired(): void {
    super.shuffleTimerExpired();
    this.#refillPace = undefined;
    this.#slowDials?.sweep(this.pending);
  }

  override refillTimerExpired(): void {
    this.#refillPace?.end();
    this.refill();
  }

  /** A link stays open while an answer to a request of ours may come over it. The reference closes the link behind the request. */
  protected override keepsLink(peer: P): boolean {
    return super.keepsLink(peer) || this.pending.has(peer);
  }

  /**
   * There is nothing left to close, unless a newer link has come up meanwhile. The reference closes that one: two peers whose confirmations cross
   * would then go on closing each other's links for ever.
   */
  protected override linkIsGone(_peer: P): void {}

  /**
   * An answer that has crossed our Disconnect is void: the peer drops us as soon as it reads that. The reference takes it for a new consent, pushes
   * somebody out for it, and has a neighbor that does not have it as one.
   */
  protected override onNeighbor(from: P, message: NeighborMessage, now: number): void {
    if (this.#withdrawn?.delete(from)) {
      this.out.send(from, { type: 'disconnect', alive: true, respond: false });
      return;
    }
    if (this.#expectNoAnswer(from) && this.active.has(from) && !this.pending.has(from)) {
      this.storeData(from, message.data);
      return;
    }
    if (!this.#isTooLate(from) && this.isWelcome(from, message.priority, now)) {
      super.onNeighbor(from, message, now);
    } else {
      this.pending.delete(from);
      this.sendDisconnect(from, { alive: true });
    }
  }

  /** Whether a peer may become our neighbor, if there is room or its priority makes room. */
  protected isWelcome(_from: P, _priority: Priority, _now: number): boolean {
    return true;
  }

  protected override onDisconnect(from: P, message: DisconnectMessage): void {
    this.#withdrawn?.delete(from);
    this.#expectNoAnswer(from);
    super.onDisconnect(from, message);
  }

  /** Every request has a timer, also those that a forward join or an answer has started. */
  protected override sendNeighbor(peer: P, priority: Priority): boolean {
    const sent = super.sendNeighbor(peer, priority);
    if (sent) {
      // What it answers to this request comes after what it has answered to earlier ones, and decides.
      this.#withdrawn?.delete(peer);
      this.#slowDials?.begin(peer);
      this.armRequestTimer(peer);
    }
    return sent;
  }

  protected override sendDisconnect(peer: P, options: { alive: boolean }): void {
    this.#expectNoAnswer(peer);
    const request = this.pending.get(peer);
    if (request !== undefined) {
      this.pending.delete(peer);
      this.#withdrawn ??= new LazyMap();
      this.#withdrawn.set(peer, request);
    }
    super.sendDisconnect(peer, options);
  }

  /**
   * Not at once, unless there is no neighbor left. The reference goes on at the speed of the network for as long as it is refused:
   * for ever, where nodes that each have one place ask in a circle.
   */
  protected override refillDeclined(peer: P): void {
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

  /** Made when it is needed: most topics need none. */
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
      if (!this.active.has(peer) && this.#slowDials?.has(peer) !== true) room--;
    }
    return room > 0;
  }

  /** Forgets all about a peer, except what others say about it. */
  protected forget(peer: P): void {
    this.passive.delete(peer);
    this.pending.delete(peer);
    this.peerData.delete(peer);
    this.aliveDisconnected.delete(peer);
    this.#withdrawn?.delete(peer);
    this.#expectNoAnswer(peer);
  }

  /** Whether a peer may be the only link to its part of the swarm. */
  protected isBridge(_peer: P): boolean {
    return false;
  }

  /** Whether it answers a request whose place another has taken meanwhile. */
  #isTooLate(peer: P): boolean {
    return (
      !this.isBridge(peer) &&
      this.#slowDials?.has(peer) === true &&
      this.pending.has(peer) &&
      !this.active.has(peer) &&
      this.activeIsFull()
    );
  }

  /** A late answer no longer counts as one. @returns whether the peer owed one */
  #expectNoAnswer(peer: P): boolean {
    if (!this.#answerLate.includes(peer)) return false;
    const others = this.#answerLate.filter((other) => other !== peer);
    this.#answerLate = others.length === 0 ? NOBODY : others;
    return true;
  }
}

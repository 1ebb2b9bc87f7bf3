import type { NodeContext } from '../node-context.js';
import type { Outbox } from '../outbox.js';
import type { PeerId } from '../peer-id.js';
import type { Rng } from '../structures/rng.js';
import type { NeighborMessage, PeerData, Priority } from '../wire/message.js';
import { ActivePlaces, type Judge } from './active-places.js';
import { DismissedPeers } from './dismissed-peers.js';
import { EvictionRates } from './eviction-rates.js';
import { fitData } from './fit-list.js';
import { WaryHyParView } from './wary-hyparview.js';

/** Requests for a place in the full active view, between two shuffles and in multiples of its capacity, beyond which they count as a crowd. */
const CROWD = 4;

/**
 * HyParView among peers that may lie or repeat themselves: who gets a place in the views, and who keeps it. Each override says what it keeps
 * from happening.
 */
export class HardenedHyParView<P extends PeerId> extends WaryHyParView<P> {
  readonly #places: ActivePlaces<P>;
  #evictions: EvictionRates<P> | undefined;
  #dismissed: DismissedPeers<P> | undefined;
  /** The peer whose answer to a request of our own accord is being handled. */
  #answering: P | undefined;
  /** How many peers have asked for a place in the full active view since the last shuffle, and whether those before that were a crowd. */
  #asked = 0;
  #wasCrowd = false;

  constructor(node: NodeContext<P>, rng: Rng, out: Outbox<P>) {
    super(node, rng, out);
    this.#places = new ActivePlaces(this.active, this.config.activeViewCapacity);
  }

  /** What knows which neighbors are of use. */
  set judge(judge: Judge<P>) {
    this.#places.judge = judge;
  }

  override shuffleTimerExpired(): void {
    this.#wasCrowd = this.#isCrowd;
    this.#asked = 0;
    super.shuffleTimerExpired();
  }

  /** It is not taken back for a while. */
  override dismiss(peer: P, now: number): void {
    super.dismiss(peer, now);
    this.startShuffling();
    this.#dismissed ??= new DismissedPeers(this.node.config, this.maxRemembered);
    this.#dismissed.add(peer, now);
  }

  /** Whether a peer was of no use a while ago. */
  isDismissed(peer: P, now: number): boolean {
    return this.#dismissed?.has(peer, now, { isAlone: this.active.size === 0 }) === true;
  }

  /** What it would answer would be declined here: it would win and lose a neighbor again and again. */
  override requestJoin(peer: P, now: number, { byUser = false } = {}): void {
    if (byUser) this.#dismissed?.delete(peer);
    if (!this.isDismissed(peer, now)) super.requestJoin(peer, now);
  }

  override probe(peer: P, now: number): void {
    if (!this.isDismissed(peer, now)) super.probe(peer, now);
  }

  protected override onJoin(from: P, data: PeerData | undefined, now: number): void {
    this.#answering = this.hasAskedToJoin(from) ? from : undefined;
    if (this.isWelcome(from, 'high', now)) super.onJoin(from, fitData(this.node, data), now);
    else this.sendDisconnect(from, { alive: true });
    this.#answering = undefined;
  }

  protected override onNeighbor(from: P, message: NeighborMessage, now: number): void {
    const isAnswer = this.pending.has(from) && !this.active.has(from) && !this.isIntroduced(from);
    this.#answering = isAnswer || this.hasAskedToJoin(from) ? from : undefined;
    super.onNeighbor(from, message, now);
    this.#answering = undefined;
  }

  protected override isWelcome(from: P, priority: Priority, now: number): boolean {
    if (this.isDismissed(from, now)) return false;
    return priority === 'low' || from === this.#answering || !this.#refusesEviction(from, now);
  }

  protected override neighborAdded(peer: P): void {
    super.neighborAdded(peer);
    if (peer === this.#answering) this.#places.chosen(peer);
    else this.#places.came(peer);
  }

  /** A crowd of identities could otherwise push out everybody: see {@link ActivePlaces}. */
  protected override whoMakesRoom(peer: P, priority: Priority): P | undefined {
    if (peer === this.#answering) {
      return priority === 'high' || this.#isOverrun ? this.#places.forChosen() : undefined;
    }
    if (priority === 'low') return undefined;
    const { sources } = this.node;
    const evicted = this.#places.forNewcomer(sources.get(peer), sources, this.rng);
    if (evicted !== undefined && !this.#places.hasChosen(evicted)) this.markUninvited(evicted);
    return evicted;
  }

  /** One neighbor is not enough to ask with low priority: full views refuse such a request, and the only neighbor may be mute. */
  protected override get isInNeed(): boolean {
    return this.active.size < Math.min(2, this.config.activeViewCapacity / 2);
  }

  /** Where a crowd holds more than half of the places, we look for peers of our own choice, one at a time, although the view is full. */
  protected override hasRoom(): boolean {
    if (super.hasRoom()) return true;
    if (!this.#isOverrun) return false;
    for (const peer of this.pending.keys()) if (!this.active.has(peer) && !this.isIntroduced(peer)) return false;
    return true;
  }

  /** A crowd that has pushed into the active view must not come back as our own choice. */
  protected override isCandidate(peer: P): boolean {
    return super.isCandidate(peer) && !(this.#isOverrun && this.isUninvited(peer));
  }

  /** A peer that came unasked and was pushed out gets free room in the passive view, or the room of another like it. */
  protected override addPassive(peer: P, data: PeerData | undefined): void {
    if (this.passiveIsFull() && !this.passive.has(peer) && this.isUninvited(peer)) {
      const other = this.passive.pickWhere((candidate) => this.isUninvited(candidate), this.rng);
      if (other === undefined) return;
      this.passive.delete(other);
    }
    super.addPassive(peer, data);
  }

  /**
   * The passive view keeps as many peers that we have met as the active view holds. The others may not exist, and whoever lists
   * such nodes in shuffles would soon have pushed out everybody who does.
   */
  protected override makeRoomInPassive(): void {
    let met = 0;
    for (const peer of this.passive.values) if (this.hasMet(peer)) met++;
    if (met > this.config.activeViewCapacity) {
      super.makeRoomInPassive();
      return;
    }
    const stranger = this.passive.pickWhere((peer) => !this.hasMet(peer), this.rng);
    if (stranger === undefined) super.makeRoomInPassive();
    else this.passive.delete(stranger);
  }

  get #isOverrun(): boolean {
    return (this.#wasCrowd || this.#isCrowd) && this.#places.isOverrun;
  }

  get #isCrowd(): boolean {
    return this.#asked > CROWD * this.config.activeViewCapacity;
  }

  #refusesEviction(from: P, now: number): boolean {
    if (this.active.has(from) || !this.activeIsFull()) return false;
    this.#asked++;
    this.#evictions ??= new EvictionRates(this.node.config.hardened);
    if (this.#evictions.admit(from, this.node.sources.get(from), now)) return false;
    this.node.stats.refusedEvictions++;
    return true;
  }
}

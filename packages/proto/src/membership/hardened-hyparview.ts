import type { NodeContext } from '../node-context.js';
import type { Outbox } from '../outbox.js';
import type { PeerId } from '../peer-id.js';
import type { Rng } from '../structures/rng.js';
import type {
  ForwardJoinMessage,
  NeighborMessage,
  PeerData,
  PeerInfo,
  Priority,
  ShuffleMessage,
  ShuffleReplyMessage,
} from '../wire/message.js';
import { ActivePlaces, type Judge } from './active-places.js';
import { DismissedPeers } from './dismissed-peers.js';
import { EvictionRates } from './eviction-rates.js';
import { fitData, fitList } from './fit-list.js';
import { HealingHyParView } from './healing-hyparview.js';
import type { PeerOrigin } from './origin.js';
import { Provenance } from './provenance.js';
import { EXPELLED } from './removal.js';
import { WalkRates } from './walk-rates.js';

/** Our own entry at the end of a shuffle, besides its data: identity, tag, length. */
const OWN_NODE = 32 + 1 + 2;
/** A crowd: so many times as many peers as the active view holds have asked for a place in it, while it was full, from one shuffle to the next. */
const CROWD = 4;

/** HyParView among peers that may lie or repeat themselves. Each override says what it keeps from happening. */
export class HardenedHyParView<P extends PeerId> extends HealingHyParView<P> {
  readonly #places: ActivePlaces<P>;
  #evictions: EvictionRates<P> | undefined;
  #walks: WalkRates<P> | undefined;
  /** Peers that the application forbids, as many as it likes. */
  #expelled: Set<P> | undefined;
  #dismissed: DismissedPeers<P> | undefined;
  #known: Provenance<P> | undefined;
  /** The peer whose answer to a request of our own accord is being handled. */
  #answering: P | undefined;
  /** Peers that have asked for a place in the full active view since the last shuffle, and whether those before it were a crowd. */
  #asked = 0;
  #wasCrowd = false;
  /** Nodes that the shuffle of ours that is out has offered: as many are expected from a stranger, once. */
  #offered = 0;

  constructor(node: NodeContext<P>, rng: Rng, out: Outbox<P>) {
    super(node, rng, out);
    this.#places = new ActivePlaces(this.active, this.config.activeViewCapacity);
  }

  /** Who knows which neighbors are of use. */
  set judge(judge: Judge<P>) {
    this.#places.judge = judge;
  }

  override requestJoin(peer: P, now: number): void {
    if (!this.#isMe(peer) && !this.isExpelled(peer)) super.requestJoin(peer, now);
  }

  /** A list of nodes is expected as the answer to a shuffle, whoever is at the end of its walk. */
  override shuffleTimerExpired(): void {
    this.#offered = 0;
    this.#wasCrowd = this.#isCrowd;
    this.#asked = 0;
    this.#walks = undefined; // a quiet topic does without; nobody gets more than twice its share for it
    super.shuffleTimerExpired();
  }

  protected override offer(to: P): readonly PeerInfo<P>[] {
    const nodes = super.offer(to);
    this.#offered = nodes.length;
    return nodes;
  }

  /** It is not taken back for a while. */
  override dismiss(peer: P, now: number): void {
    super.dismiss(peer, now);
    this.startShuffling();
    this.#dismissed ??= new DismissedPeers(this.node.config.hardened.evictionWindow, this.maxRemembered);
    this.#dismissed.add(peer, now);
  }

  /** Where it may take us for a neighbor, it is told. */
  override expel(peer: P): void {
    this.#expelled ??= new Set();
    this.#expelled.add(peer);
    this.passive.delete(peer);
    if (this.active.has(peer)) this.removeActive(peer, EXPELLED);
    else if (this.wants(peer)) this.sendDisconnect(peer, { alive: true });
    else this.out.disconnect(peer);
    this.forget(peer);
    this.startShuffling();
  }

  override allow(peer: P): void {
    this.#expelled?.delete(peer);
  }

  isExpelled(peer: P): boolean {
    return this.#expelled?.has(peer) === true;
  }

  override origin(peer: P): PeerOrigin<P> {
    const origin = super.origin(peer);
    const namedBy = this.#known?.namedBy(peer);
    return origin.trust === 'hearsay' && namedBy !== undefined ? { ...origin, namedBy } : origin;
  }

  /**
   * Lists of nodes fill the passive view, so they count only when they are expected: from a neighbor (whose polite
   * disconnect begins with one), from a peer that we have asked for something, or once per shuffle from anybody.
   */
  expectsList(from: P): boolean {
    return this.wants(from) || this.#offered > 0;
  }

  /** Whether a stranger's message is a question that {@link probeQuestion} asks: it wants to know whom we know, and nothing more. */
  isProbe(from: P, { origin, ttl }: ShuffleMessage<P>): boolean {
    return origin === from && ttl === 0;
  }

  protected override onJoin(from: P, data: PeerData | undefined, now: number): void {
    this.#answering = this.hasAskedToJoin(from) ? from : undefined;
    if (this.isWelcome(from, 'high', now)) super.onJoin(from, fitData(this.node, data), now);
    else this.sendDisconnect(from, { alive: true });
    this.#answering = undefined;
  }

  /** Each Join sends walks through the swarm, also that of a peer that is a neighbor already, and of one that leaves and comes again. */
  protected override introduce(peer: PeerInfo<P>, now: number): void {
    if (this.#rates.admitJoin(peer.id, now)) super.introduce(peer, now);
    else this.node.stats.refusedIntroductions++;
  }

  protected override onNeighbor(from: P, message: NeighborMessage, now: number): void {
    const isAnswer = this.pending.has(from) && !this.active.has(from) && !this.#isIntroduced(from);
    this.#answering = isAnswer || this.hasAskedToJoin(from) ? from : undefined;
    super.onNeighbor(from, message, now);
    this.#answering = undefined;
  }

  protected override isWelcome(from: P, priority: Priority, now: number): boolean {
    if (this.#dismissed?.has(from, now) === true) return false;
    return priority === 'low' || from === this.#answering || !this.#refusesEviction(from, now);
  }

  /** Somebody introduces us to ourselves: the reference would send a neighbor request to itself. */
  protected override onForwardJoin(from: P, message: ForwardJoinMessage<P>, now: number): void {
    const { peer, ttl } = message;
    if (this.#isMe(peer.id) || this.isExpelled(peer.id)) return;
    if (!this.#rates.admitIntroduction(from, now)) {
      this.node.stats.refusedIntroductions++;
      return;
    }
    if (!this.#mayExist(peer.id)) return;
    const isAsked = this.pending.has(peer.id);
    const wouldAsk = !this.active.has(peer.id) && (ttl === 0 || this.active.size <= 1);
    if (wouldAsk && !isAsked && !this.#canAskIntroduced()) {
      this.node.stats.refusedIntroductions++;
      return;
    }
    this.#named(peer.id, from);
    super.onForwardJoin(from, { ...message, peer: { id: peer.id, data: fitData(this.node, peer.data) } }, now);
    if (!isAsked && this.pending.has(peer.id) && !this.active.has(peer.id)) this.#provenance.introduced(peer.id);
  }

  /** Our own shuffle, or one that claims to be: there is nobody to answer. A stranger may ask and not tell. */
  protected override onShuffle(from: P, message: ShuffleMessage<P>, now: number): void {
    const { origin } = message;
    if (this.#isMe(origin)) return;
    if (!this.#rates.admitShuffle(from, now)) {
      this.node.stats.refusedShuffles++;
      return;
    }
    if (!this.active.has(from)) {
      if (this.isProbe(from, message))
        this.out.send(from, { type: 'shuffleReply', nodes: this.sample(message.nodes.length) });
      return;
    }
    if (!this.#mayExist(origin)) return;
    const offered = this.#rates.cut(message.nodes);
    if (offered !== message.nodes) this.node.stats.truncatedLists++;
    const named = offered.filter(({ id }) => this.#mayExist(id));
    super.onShuffle(from, { ...message, nodes: fitList(this.node, named, 0) }, now);
  }

  protected override onShuffleReply(from: P, message: ShuffleReplyMessage<P>): void {
    if (this.wants(from)) {
      super.onShuffleReply(from, message);
      return;
    }
    const nodes = message.nodes.slice(0, this.#offered);
    this.#offered = 0;
    super.onShuffleReply(from, { ...message, nodes });
  }

  /** One list may push out only a part of the passive view, however long it is. */
  protected override takeNodes(nodes: readonly PeerInfo<P>[], from: P): void {
    const { replacedPerList } = this.node.config.hardened;
    const maxReplaced = Math.min(replacedPerList, Math.ceil(this.config.passiveViewCapacity / 3));
    let replaced = 0;
    for (const { id, data } of nodes) {
      if (this.#isMe(id) || this.isExpelled(id)) continue;
      const isNew = !this.active.has(id) && !this.passive.has(id);
      if (isNew && this.passiveIsFull()) {
        if (replaced === maxReplaced) {
          this.node.stats.refusedReplacements++;
          continue;
        }
        replaced++;
      }
      if (!this.#mayExist(id)) continue;
      this.#named(id, from);
      this.addPassive(id, fitData(this.node, data));
    }
  }

  /** A list that could not be sent is cut: first data, then nodes. */
  protected override describe(ids: readonly P[]): readonly PeerInfo<P>[] {
    // Room for ourselves, whom a shuffle lists last.
    return fitList(this.node, super.describe(ids), OWN_NODE + this.node.peerData.length);
  }

  protected override addActive(
    peer: P,
    data: PeerData | undefined,
    priority: Priority,
    options: { reply: boolean },
  ): boolean {
    const wasNeighbor = this.active.has(peer);
    const isNeighbor = super.addActive(peer, data, priority, options);
    if (!isNeighbor || wasNeighbor) return isNeighbor;
    this.#known?.forget(peer);
    if (peer === this.#answering) this.#places.chosen(peer);
    else this.#places.came(peer);
    return true;
  }

  /** A crowd of identities could otherwise push out everybody: see {@link ActivePlaces}. */
  protected override whoMakesRoom(peer: P, priority: Priority): P | undefined {
    if (peer === this.#answering) {
      return priority === 'high' || this.#isOverrun ? this.#places.forChosen() : undefined;
    }
    if (priority === 'low') return undefined;
    const { sources } = this.node;
    const evicted = this.#places.forNewcomer(sources.get(peer), sources, this.rng);
    if (evicted !== undefined && !this.#places.hasChosen(evicted)) this.#provenance.uninvited(evicted);
    return evicted;
  }

  /** Full views refuse a request with low priority, and the only neighbor that a node has may be mute. */
  protected override get isInNeed(): boolean {
    return this.active.size < Math.min(2, this.config.activeViewCapacity / 2);
  }

  /** Where a crowd holds more than its half, we look for peers of our own choice, one at a time, although the view is full. */
  protected override hasRoom(): boolean {
    if (super.hasRoom()) return true;
    if (!this.#isOverrun) return false;
    for (const peer of this.pending.keys()) if (!this.active.has(peer) && !this.#isIntroduced(peer)) return false;
    return true;
  }

  /** The crowd that takes the active view by storm must not come back as the choice of our own. */
  protected override isCandidate(peer: P): boolean {
    return super.isCandidate(peer) && !(this.#isOverrun && this.#isUninvited(peer));
  }

  /** Who came unasked and was pushed out takes up what room there is in the passive view, and the room of others like it. */
  protected override addPassive(peer: P, data: PeerData | undefined): void {
    if (this.passiveIsFull() && !this.passive.has(peer) && this.#isUninvited(peer)) {
      const other = this.passive.pickWhere((candidate) => this.#isUninvited(candidate), this.rng);
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

  protected override sweep(): void {
    super.sweep();
    this.#known?.sweep(this.pending, (peer) => this.isKnown(peer), this.maxRemembered);
  }

  get #isOverrun(): boolean {
    return (this.#wasCrowd || this.#isCrowd) && this.#places.isOverrun;
  }

  get #isCrowd(): boolean {
    return this.#asked > CROWD * this.config.activeViewCapacity;
  }

  get #rates(): WalkRates<P> {
    this.#walks ??= new WalkRates(this.node.config);
    return this.#walks;
  }

  get #provenance(): Provenance<P> {
    this.#known ??= new Provenance();
    return this.#known;
  }

  #isIntroduced(peer: P): boolean {
    return this.#known?.isIntroduced(peer) === true;
  }

  #isUninvited(peer: P): boolean {
    return this.#known?.isUninvited(peer) === true;
  }

  #canAskIntroduced(): boolean {
    return (this.#known?.asking ?? 0) < this.node.config.hardened.introducedRequests;
  }

  /** Whether there can be a peer of this name. Those that we have met are. */
  #mayExist(peer: P): boolean {
    if (this.passive.has(peer) || this.hasMet(peer) || this.node.isPeer(peer)) return true;
    this.node.stats.impossiblePeers++;
    return false;
  }

  #named(peer: P, by: P): void {
    if (!this.hasMet(peer) && peer !== by) this.#provenance.named(peer, by);
  }

  #refusesEviction(from: P, now: number): boolean {
    if (this.active.has(from) || !this.activeIsFull()) return false;
    this.#asked++;
    this.#evictions ??= new EvictionRates(this.node.config.hardened);
    if (this.#evictions.admit(from, this.node.sources.get(from), now)) return false;
    this.node.stats.refusedEvictions++;
    return true;
  }

  #isMe(peer: P): boolean {
    if (peer !== this.node.me) return false;
    this.node.stats.selfReferences++;
    return true;
  }
}

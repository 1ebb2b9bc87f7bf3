import type { NodeContext } from '../node-context.js';
import type { Outbox } from '../outbox.js';
import type { PeerId } from '../peer-id.js';
import { LazySet } from '../structures/lazy.js';
import type { Rng } from '../structures/rng.js';
import type {
  ForwardJoinMessage,
  HyParViewMessage,
  PeerData,
  PeerInfo,
  Priority,
  ShuffleMessage,
  ShuffleReplyMessage,
} from '../wire/message.js';
import { DismissedPeers } from './dismissed-peers.js';
import { EvictionLimiter } from './eviction-limiter.js';
import { fitData, fitList } from './fit-list.js';
import { HealingHyParView } from './healing-hyparview.js';
import { EXPELLED } from './removal.js';

/** Our own entry at the end of a shuffle, besides its data: identity, tag, length. */
const OWN_NODE = 32 + 1 + 2;

/** HyParView among peers that may lie or repeat themselves. Each override says what it keeps from happening. */
export class HardenedHyParView<P extends PeerId> extends HealingHyParView<P> {
  readonly #evictions: EvictionLimiter<P>;
  /** Peers that the application forbids, as many as it likes. */
  readonly #expelled = new LazySet<P>();
  #dismissed: DismissedPeers<P> | undefined;
  /** A shuffle of ours is out, so one list of nodes from a stranger is expected. */
  #shuffleOut = false;

  constructor(node: NodeContext<P>, rng: Rng, out: Outbox<P>) {
    super(node, rng, out);
    const { evictionsPerPeer, evictionWindow } = node.config.hardened;
    this.#evictions = new EvictionLimiter(evictionsPerPeer, evictionWindow);
  }

  override requestJoin(peer: P, now: number): void {
    if (!this.#isMe(peer) && !this.#expelled.has(peer)) super.requestJoin(peer, now);
  }

  override receive(from: P, message: HyParViewMessage<P>, now: number): void {
    if (!this.#isMe(from)) super.receive(from, message, now);
  }

  /** A list of nodes is expected as the answer to a shuffle, whoever is at the end of its walk. */
  override shuffleTimerExpired(): void {
    this.#shuffleOut = this.active.size > 0;
    super.shuffleTimerExpired();
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
    this.#expelled.add(peer);
    this.passive.delete(peer);
    if (this.active.has(peer)) this.removeActive(peer, EXPELLED);
    else if (this.wants(peer)) this.sendDisconnect(peer, { alive: true });
    else this.out.disconnect(peer);
    this.forget(peer);
    this.startShuffling();
  }

  override allow(peer: P): void {
    this.#expelled.delete(peer);
  }

  override isExpelled(peer: P): boolean {
    return this.#expelled.has(peer);
  }

  protected override onJoin(from: P, data: PeerData | undefined, now: number): void {
    if (this.isWelcome(from, 'high', now)) super.onJoin(from, fitData(this.node, data), now);
    else this.sendDisconnect(from, { alive: true });
  }

  protected override isWelcome(from: P, priority: Priority, now: number): boolean {
    return this.#dismissed?.has(from, now) !== true && !(priority === 'high' && this.#refusesEviction(from, now));
  }

  /** Somebody introduces us to ourselves: the reference would send a neighbor request to itself. */
  protected override onForwardJoin(from: P, message: ForwardJoinMessage<P>): void {
    const { peer } = message;
    if (this.#isMe(peer.id) || this.#expelled.has(peer.id)) return;
    const data = fitData(this.node, peer.data);
    super.onForwardJoin(from, data === peer.data ? message : { ...message, peer: { id: peer.id, data } });
  }

  /** Our own shuffle, or one that claims to be: there is nobody to answer. */
  protected override onShuffle(from: P, message: ShuffleMessage<P>): void {
    if (this.#isMe(message.origin)) return;
    const nodes = fitList(this.node, message.nodes, 0);
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
    super.onShuffleReply(from, message);
  }

  /** One list may push out only a part of the passive view, however long it is. */
  protected override takeNodes(nodes: readonly PeerInfo<P>[]): void {
    const { replacedPerList } = this.node.config.hardened;
    const maxReplaced = Math.min(replacedPerList, Math.ceil(this.config.passiveViewCapacity / 3));
    let replaced = 0;
    for (const { id, data } of nodes) {
      if (this.#isMe(id) || this.#expelled.has(id)) continue;
      const isNew = !this.active.has(id) && !this.passive.has(id);
      if (isNew && this.passiveIsFull()) {
        if (replaced === maxReplaced) {
          this.node.stats.refusedReplacements++;
          continue;
        }
        replaced++;
      }
      this.addPassive(id, fitData(this.node, data));
    }
  }

  /** A list that could not be sent is cut: first data, then nodes. */
  protected override describe(ids: readonly P[]): readonly PeerInfo<P>[] {
    // Room for ourselves, whom a shuffle lists last.
    return fitList(this.node, super.describe(ids), OWN_NODE + this.node.peerData.length);
  }

  /**
   * The passive view keeps as many peers that we have met as the active view holds. The others may not exist, and whoever lists
   * such nodes in shuffles would soon have pushed out everybody who does.
   */
  protected override makeRoomInPassive(): void {
    let met = 0;
    for (const peer of this.passive.values) if (this.met.has(peer)) met++;
    if (met > this.config.activeViewCapacity) {
      super.makeRoomInPassive();
      return;
    }
    const stranger = this.passive.pickWhere((peer) => !this.met.has(peer), this.rng);
    if (stranger === undefined) super.makeRoomInPassive();
    else this.passive.delete(stranger);
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
}

import type { PeerId } from '../peer-id.js';
import type { ForwardJoinMessage, PeerInfo, ShuffleMessage, ShuffleReplyMessage } from '../wire/message.js';
import { fitData, fitList } from './fit-list.js';
import { HealingHyParView } from './healing-hyparview.js';
import type { PeerOrigin } from './origin.js';
import { Provenance } from './provenance.js';
import { EXPELLED } from './removal.js';
import { WalkRates } from './walk-rates.js';

/** Our own entry at the end of a shuffle, besides its data: identity, tag, length. */
const OWN_NODE = 32 + 1 + 2;

/**
 * HyParView that does not believe all it hears about others: lists, introductions and walks are counted, cut, and taken only from peers from which
 * they are expected. `HardenedHyParView` decides who keeps a place.
 */
export class WaryHyParView<P extends PeerId> extends HealingHyParView<P> {
  #walks: WalkRates<P> | undefined;
  /** Peers that the application forbids, as many as it likes. */
  #expelled: Set<P> | undefined;
  #known: Provenance<P> | undefined;
  /** How many nodes our last shuffle has offered: as many are expected from a stranger, once. */
  #offered = 0;
  /** How many lists have come since our last shuffle. The first few are taken from anybody, and nothing is counted by peer in a quiet topic. */
  #lists = 0;

  override requestJoin(peer: P, now: number): void {
    if (!this.#isMe(peer) && !this.isExpelled(peer)) super.requestJoin(peer, now);
  }

  override probe(peer: P, now: number): void {
    if (!this.#isMe(peer) && !this.isExpelled(peer)) super.probe(peer, now);
  }

  /** A list of nodes is expected as the answer to a shuffle, whoever is at the end of its walk. */
  override shuffleTimerExpired(): void {
    this.#offered = this.#lists = 0;
    this.#walks = undefined; // a quiet topic needs none; dropping the counts gives nobody more than twice its share
    super.shuffleTimerExpired();
  }

  protected override offer(to: P): readonly PeerInfo<P>[] {
    const nodes = super.offer(to);
    this.#offered = nodes.length;
    return nodes;
  }

  /** A peer that may take us for a neighbor is told. */
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

  /** The peers in both views and what they say about themselves, each view in random order. */
  everybody(): readonly PeerInfo<P>[] {
    const shuffled = [this.active, this.passive].flatMap((view) => view.shuffled(view.size, this.rng));
    return shuffled.map((id) => ({ id, data: this.peerData.get(id) }));
  }

  /** A list that could not be sent is cut. */
  fit(nodes: readonly PeerInfo<P>[]): readonly PeerInfo<P>[] {
    return fitList(this.node, nodes, 0);
  }

  /** A peer has turned out to be a leaf, which cannot be dialed. */
  forgetLeaf(peer: P): void {
    this.forget(peer);
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

  /** Each Join starts walks through the swarm, even if the peer is a neighbor already, or leaves and comes again. */
  protected override introduce(peer: PeerInfo<P>, now: number): void {
    if (this.#rates.admitJoin(peer.id, now)) super.introduce(peer, now);
    else this.node.stats.refusedIntroductions++;
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
    if (wouldAsk && !isAsked && !this.#canAskIntroduced(from)) {
      this.node.stats.refusedIntroductions++;
      return;
    }
    this.#named(peer.id, from);
    super.onForwardJoin(from, { ...message, peer: { id: peer.id, data: fitData(this.node, peer.data) } }, now);
    if (!isAsked && this.pending.has(peer.id) && !this.active.has(peer.id)) this.#provenance.introduced(peer.id, from);
  }

  /** Nobody has to answer our own shuffle, or one that claims to be ours. A stranger may ask for nodes, and tell us of none. */
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

  protected override onShuffleReply(from: P, message: ShuffleReplyMessage<P>, now: number): void {
    if (this.wants(from)) {
      super.onShuffleReply(from, message, now);
      return;
    }
    const nodes = message.nodes.slice(0, this.#offered);
    this.#offered = 0;
    super.onShuffleReply(from, { ...message, nodes }, now);
  }

  /** One list may push out only a part of the passive view, however long it is. */
  protected override takeNodes(nodes: readonly PeerInfo<P>[], from: P, now: number): void {
    const { replacedPerList, shufflesPerPeer } = this.node.config.hardened;
    if (this.#lists++ >= shufflesPerPeer && !this.#rates.admitList(from, now)) {
      this.node.stats.refusedShuffles++;
      return;
    }
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
    // This leaves room for our own entry, which a shuffle lists last.
    return fitList(this.node, super.describe(ids), OWN_NODE + this.node.peerData.length);
  }

  protected override neighborAdded(peer: P): void {
    super.neighborAdded(peer);
    this.#known?.forget(peer);
  }

  protected override sweep(): void {
    super.sweep();
    this.#known?.sweep(this.pending, (peer) => this.isKnown(peer), this.maxRemembered);
  }

  /** Whether we have asked it to be a neighbor because others have introduced it: we have not chosen it. */
  protected isIntroduced(peer: P): boolean {
    return this.#known?.isIntroduced(peer) === true;
  }

  /** Whether it came unasked and was pushed out of the active view. */
  protected isUninvited(peer: P): boolean {
    return this.#known?.isUninvited(peer) === true;
  }

  protected markUninvited(peer: P): void {
    this.#provenance.uninvited(peer);
  }

  get #rates(): WalkRates<P> {
    this.#walks ??= new WalkRates(this.node.config);
    return this.#walks;
  }

  get #provenance(): Provenance<P> {
    this.#known ??= new Provenance();
    return this.#known;
  }

  /** Whether another introduced peer may be asked. A peer that introduces many keeps nobody else from introducing one. */
  #canAskIntroduced(by: P): boolean {
    const known = this.#known;
    const { introducedRequests: limit } = this.node.config.hardened;
    if (!known || known.asking < limit) return true;
    return known.asking < 2 * limit && !known.hasIntroduced(by);
  }

  /** Whether there can be a peer of this name. Those that we have met exist. */
  #mayExist(peer: P): boolean {
    if (this.passive.has(peer) || this.hasMet(peer) || this.node.isPeer(peer)) return true;
    this.node.stats.impossiblePeers++;
    return false;
  }

  #named(peer: P, by: P): void {
    if (!this.hasMet(peer) && peer !== by) this.#provenance.named(peer, by);
  }

  #isMe(peer: P): boolean {
    if (peer !== this.node.me) return false;
    this.node.stats.selfReferences++;
    return true;
  }
}

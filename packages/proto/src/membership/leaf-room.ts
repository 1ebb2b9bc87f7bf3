import type { DisconnectReason, NeighborDownReason } from '../event.js';
import type { NodeContext } from '../node-context.js';
import type { Outbox } from '../outbox.js';
import type { PeerId } from '../peer-id.js';
import { LazySet } from '../structures/lazy.js';
import type { HyParViewMessage, PeerData, ShuffleMessage } from '../wire/message.js';
import type { HardenedHyParView } from './hardened-hyparview.js';
import { KnownHubs } from './known-hubs.js';
import { RateLimit } from './rate-limit.js';

/**
 * The leaves among the neighbors in one topic. A *leaf* can dial and not be dialed (a browser tab). As an ordinary member it would be named in
 * shuffles and dialed in vain, and tabs would push the neighbors of the few nodes that they reach out of their views.
 *
 * So leaves have room of their own and count in no view; they evict nobody and are named to nobody, and their shuffles are answered here, with
 * members that they can dial. In the broadcast layer they are neighbors like any other.
 */
export class LeafRoom<P extends PeerId> {
  readonly #node: NodeContext<P>;
  readonly #out: Outbox<P>;
  readonly #swarm: HardenedHyParView<P>;
  /** Both are made when they are needed: most nodes are no hubs. */
  #admitted: LazySet<P> | undefined;
  #knownHubs: KnownHubs<P> | undefined;
  #shuffles: RateLimit<P> | undefined;

  constructor(node: NodeContext<P>, out: Outbox<P>, swarm: HardenedHyParView<P>) {
    this.#node = node;
    this.#out = out;
    this.#swarm = swarm;
    out.listener = this;
  }

  /** Somebody has said how a peer is reached. Only a hub has leaves that will ask. */
  learn(peer: P, data: PeerData): void {
    const { isHub, peerData } = this.#node;
    if (isHub?.(peerData) === true) this.#hubs.learn(peer, data);
  }

  /** Whether what a peer says about membership is for us: it is a leaf, and had not become an ordinary neighbor before that was known. */
  isFor(peer: P): boolean {
    return this.#node.leaves.has(peer) && !this.#swarm.active.has(peer);
  }

  /** Whether a leaf is a neighbor. */
  has(peer: P): boolean {
    return this.#admitted?.has(peer) === true;
  }

  /** The leaves that are neighbors, in the order in which they came. */
  get neighbors(): readonly P[] {
    return this.#admitted === undefined ? NOBODY : [...this.#admitted];
  }

  receive(from: P, message: HyParViewMessage<P>, now: number): void {
    switch (message.type) {
      case 'join':
      case 'neighbor':
        this.#admit(from, now);
        break;
      case 'disconnect':
        this.#remove(from, message.alive ? 'evicted' : 'left');
        break;
      case 'shuffle':
        this.#answer(from, message, now);
        break;
      // A leaf has its list from hubs: it is no news.
      case 'shuffleReply':
        this.#node.stats.unsolicitedShuffleReplies++;
        break;
      case 'forwardJoin':
        this.#node.stats.strangerForwardJoins++;
        break;
    }
    if (!this.has(from)) this.#out.disconnect(from);
  }

  /** A leaf has dialed us: whatever was believed about it, it is no candidate for a view. */
  peerConnected(peer: P): void {
    this.#swarm.forgetLeaf(peer);
  }

  /** The last link to a peer is gone, or could not be made. */
  peerDisconnected(peer: P, reason: DisconnectReason): void {
    this.#knownHubs?.forget(peer);
    this.#remove(peer, reason);
  }

  /** What a leaf believes about us may have changed: a page that was reloaded is a new node. */
  linkGap(peer: P): void {
    if (this.has(peer)) this.#confirm(peer);
  }

  /** The broadcast layer has no use for a leaf. */
  dismiss(peer: P): void {
    if (this.#remove(peer, 'timeout')) this.#sendAway(peer, { alive: true });
  }

  /** The application forbids a peer. */
  expel(peer: P): void {
    this.#knownHubs?.forget(peer);
    if (this.#remove(peer, 'refused')) this.#sendAway(peer, { alive: true });
  }

  /** We leave the topic: leaves are told where else to go. */
  quit(): void {
    for (const peer of this.neighbors) {
      this.#admitted?.delete(peer);
      this.#sendAway(peer, { alive: false });
    }
  }

  get #hubs(): KnownHubs<P> {
    this.#knownHubs ??= new KnownHubs(this.#node, this.#swarm);
    return this.#knownHubs;
  }

  #admit(from: P, now: number): void {
    const isNew = !this.has(from);
    if (isNew && this.#swarm.isDismissed(from, now)) return this.#sendAway(from, { alive: true });
    if (isNew && this.neighbors.length >= this.#node.config.hardened.leafCapacity) {
      this.#node.stats.refusedLeaves++;
      return this.#sendAway(from, { alive: true });
    }
    if (isNew) {
      this.#admitted ??= new LazySet();
      this.#admitted.add(from);
      this.#out.neighborUp(from);
    }
    this.#confirm(from);
  }

  #confirm(peer: P): void {
    this.#out.send(peer, { type: 'neighbor', priority: 'high', data: this.#node.peerData });
  }

  #answer(from: P, { nodes }: ShuffleMessage<P>, now: number): void {
    const { shufflesPerPeer, rateWindow } = this.#node.config.hardened;
    this.#shuffles ??= new RateLimit(shufflesPerPeer, rateWindow);
    if (this.#shuffles.admit(from, now)) {
      this.#out.send(from, { type: 'shuffleReply', nodes: this.#hubs.sample(nodes.length) });
    } else {
      this.#node.stats.refusedShuffles++;
    }
  }

  /** As a member does when it makes room: with some nodes to try instead. */
  #sendAway(peer: P, { alive }: { alive: boolean }): void {
    const { shuffleActiveViewCount, shufflePassiveViewCount } = this.#node.config.membership;
    const nodes = this.#hubs.sample(shuffleActiveViewCount + shufflePassiveViewCount);
    this.#out.send(peer, { type: 'shuffleReply', nodes });
    this.#out.send(peer, { type: 'disconnect', alive, respond: false });
    this.#out.disconnect(peer);
  }

  #remove(peer: P, reason: NeighborDownReason): boolean {
    if (this.#admitted?.delete(peer) !== true) return false;
    this.#out.neighborDown(peer, reason);
    return true;
  }
}

const NOBODY: readonly never[] = [];

import type { DisconnectReason } from '../event.js';
import type { PeerId } from '../peer-id.js';
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
import { cutMessage } from './cut-message.js';
import type { PeerOrigin } from './origin.js';
import { DISMISSED, downReason, EVICTED, type Removal } from './removal.js';
import { Views } from './views.js';

const SHUFFLE = { type: 'shuffle' } as const;

/**
 * Membership of one topic: HyParView (Leitão, Pereira, Rodrigues: TR-07-13) as iroh-gossip 0.101 runs it. It keeps a
 * small *active view* of peers to talk to, symmetric across the swarm, and a larger *passive view* of replacements.
 *
 * This class decides exactly as the reference does; `HardenedHyParView` overrides what must not be so in the open.
 * Wherever a random choice is made, the order of draws is part of the contract.
 */
export class HyParView<P extends PeerId> extends Views<P> {
  #requests = 0;
  #shuffling = false;

  /** Asks a peer to let us in. */
  requestJoin(peer: P, _now: number): void {
    this.out.send(peer, { type: 'join', data: this.node.peerData });
    this.startShuffling();
  }

  receive(from: P, received: HyParViewMessage<P>, now: number): void {
    const message = cutMessage(received, this.config, this.node.stats);
    switch (message.type) {
      case 'join':
        this.onJoin(from, message.data, now);
        break;
      case 'forwardJoin':
        this.onForwardJoin(from, message, now);
        break;
      case 'shuffle':
        this.onShuffle(from, message, now);
        break;
      case 'shuffleReply':
        this.onShuffleReply(from, message, now);
        break;
      case 'neighbor':
        this.onNeighbor(from, message, now);
        break;
      case 'disconnect':
        this.onDisconnect(from, message);
        break;
    }
    // A peer that is no active neighbor has no business with us beyond this message.
    if (message.type !== 'disconnect' && !this.keepsLink(from)) this.out.disconnect(from);
    this.startShuffling();
  }

  /** The last link to a peer is gone. */
  peerDisconnected(peer: P, reason: DisconnectReason): void {
    this.pending.delete(peer);
    if (this.active.has(peer)) {
      this.removeActive(peer, { type: 'connectionClosed', reason });
    } else if (!this.aliveDisconnected.delete(peer)) {
      this.passive.delete(peer);
      this.peerData.delete(peer);
    }
    this.startShuffling();
  }

  /** A link to a peer exists. */
  peerConnected(_peer: P): void {}

  /** What a peer believes about us may have changed: it may have started anew behind a new link. */
  linkGap(_peer: P): void {}

  /** Our own data has changed: it travels with the next message that carries it. */
  peerDataUpdated(): void {
    this.startShuffling();
  }

  shuffleTimerExpired(): void {
    const target = this.active.pick(this.rng);
    if (target !== undefined) {
      const nodes = this.offer(target);
      this.out.send(target, { type: 'shuffle', origin: this.node.me, nodes, ttl: this.config.shuffleRandomWalkLength });
    }
    const isFirstInput = !this.#shuffling;
    this.#shuffling = false;
    this.startShuffling();
    // A timer from an earlier life of the topic: the reference shuffles twice as often from then on.
    if (isFirstInput) this.#scheduleShuffle();
  }

  /** The swarm has let us in a while ago. */
  askTimerExpired(): void {}

  /** A neighbor request has gone unanswered for too long. */
  requestTimerExpired(peer: P, _request: number): void {
    if (this.pending.delete(peer)) {
      this.passive.delete(peer);
      this.refill();
    }
    this.startShuffling();
  }

  /** The time has come to ask the next candidate. */
  refillTimerExpired(): void {}

  /** A neighbor is of no use: makes room for another. */
  dismiss(peer: P, _now: number): void {
    if (this.active.has(peer)) this.removeActive(peer, DISMISSED);
  }

  // What the reference knows nothing of. It ignores it.

  /** A peer is forbidden: it must leave. */
  expel(_peer: P): void {}

  /** A peer is forbidden no longer. */
  allow(_peer: P): void {}

  /** Finds out whether a peer is in our swarm, although we have neighbors. */
  probe(_peer: P, _now: number): void {}

  /** Whether a peer has said anything since it last left the topic. The reference does not remember. */
  hasHeardFrom(_peer: P): boolean {
    return true;
  }

  /** How a peer has come to be known. */
  origin(_peer: P): PeerOrigin<P> {
    return { trust: 'met' };
  }

  /** Tells all neighbors that we leave. The topic's state is dropped afterwards. */
  quit(): void {
    for (const peer of [...this.active.values]) {
      this.active.delete(peer);
      this.sendDisconnect(peer, { alive: false });
    }
    this.startShuffling();
  }

  /** Whether the link to a peer that we have just heard from is kept. */
  protected keepsLink(peer: P): boolean {
    return this.active.has(peer);
  }

  /** The link to a neighbor was closed. */
  protected linkIsGone(peer: P): void {
    this.out.disconnect(peer);
  }

  protected onJoin(from: P, data: PeerData | undefined, now: number): void {
    this.addActive(from, data, 'high', { reply: true });
    this.introduce({ id: from, data }, now);
  }

  /** Starts a walk at each other neighbor. At the ends of the walks a new member finds neighbors. */
  protected introduce(peer: PeerInfo<P>, _now: number): void {
    for (const neighbor of this.active.values) {
      if (neighbor === peer.id) continue;
      this.out.send(neighbor, { type: 'forwardJoin', peer, ttl: this.config.activeRandomWalkLength });
    }
  }

  protected onForwardJoin(from: P, { peer, ttl }: ForwardJoinMessage<P>, _now: number): void {
    if (this.active.has(peer.id) || ttl === 0 || this.active.size <= 1) {
      this.storeData(peer.id, peer.data);
      // It enters the view only when it answers: the reference departs from the paper so that a peer that cannot be
      // reached takes up no place.
      this.sendNeighbor(peer.id, 'high');
      return;
    }
    if (ttl === this.config.passiveRandomWalkLength) this.addPassive(peer.id, peer.data);
    if (this.pending.has(peer.id)) return;
    const next = this.active.pickWhere((candidate) => candidate !== from, this.rng);
    if (next !== undefined) this.out.send(next, { type: 'forwardJoin', peer, ttl: ttl - 1 });
  }

  protected onNeighbor(from: P, { priority, data }: NeighborMessage, _now: number): void {
    const isReply = this.pending.delete(from);
    if (!this.addActive(from, data, priority, { reply: !isReply })) this.sendDisconnect(from, { alive: true });
  }

  protected onDisconnect(from: P, { alive }: DisconnectMessage): void {
    this.pending.delete(from);
    if (this.active.has(from)) {
      this.removeActive(from, { type: 'disconnectReceived', alive });
    } else if (alive && this.passive.has(from)) {
      this.aliveDisconnected.add(from);
    }
  }

  protected onShuffle(from: P, { origin, nodes, ttl }: ShuffleMessage<P>, now: number): void {
    if (ttl === 0 || this.active.size <= 1) {
      this.takeNodes(nodes, from, now);
      this.out.send(origin, { type: 'shuffleReply', nodes: this.sample(nodes.length) });
      return;
    }
    const next = this.active.pickWhere((peer) => peer !== origin && peer !== from, this.rng);
    if (next !== undefined) this.out.send(next, { type: 'shuffle', origin, nodes, ttl: ttl - 1 });
  }

  protected onShuffleReply(from: P, { nodes }: ShuffleReplyMessage<P>, now: number): void {
    this.takeNodes(nodes, from, now);
    this.refillFromList();
  }

  /** Makes a peer an active neighbor; false when it is refused. */
  protected addActive(peer: P, data: PeerData | undefined, priority: Priority, { reply }: { reply: boolean }): boolean {
    if (peer === this.node.me) return false;
    this.storeData(peer, data);
    if (this.active.has(peer)) {
      if (reply) this.sendNeighbor(peer, priority);
      return true;
    }
    if (this.activeIsFull()) {
      const evicted = this.whoMakesRoom(peer, priority);
      if (evicted === undefined) return false;
      this.#removeActiveAt(this.active.values.indexOf(evicted), EVICTED);
    }
    this.passive.delete(peer);
    this.active.add(peer);
    this.out.neighborUp(peer);
    this.neighborAdded(peer);
    if (reply) this.sendNeighbor(peer, priority);
    return true;
  }

  /** A peer has entered the active view. */
  protected neighborAdded(_peer: P): void {}

  /** Who leaves a full active view for a peer; nobody when the peer is refused. */
  protected whoMakesRoom(_peer: P, priority: Priority): P | undefined {
    return priority === 'low' ? undefined : this.active.pick(this.rng);
  }

  /** Asks a peer to become, or tells it that it has become, a neighbor; false when that is under way already. */
  protected sendNeighbor(peer: P, priority: Priority): boolean {
    if (this.pending.has(peer)) return false;
    this.pending.set(peer, ++this.#requests);
    this.out.send(peer, this.neighborRequest(peer, priority));
    return true;
  }

  /** The message that asks a peer to become a neighbor, or tells it that it has become one. */
  protected neighborRequest(_peer: P, priority: Priority): HyParViewMessage<P> {
    return { type: 'neighbor', priority, data: this.node.peerData };
  }

  /** Gives the pending request to a peer a new number, which makes its earlier timers void, and a new timer. */
  protected armRequestTimer(peer: P): void {
    const request = ++this.#requests;
    this.pending.set(peer, request);
    this.out.schedule(this.config.neighborRequestTimeout, this.out.timer({ type: 'neighborRequest', peer, request }));
  }

  /** Asks a random passive peer to become a neighbor, if there is room. */
  protected refill(skip?: P): void {
    if (!this.hasRoom()) return;
    const peer = this.passive.pickWhere((candidate) => candidate !== skip && this.isCandidate(candidate), this.rng);
    if (peer === undefined) return;
    this.sendNeighbor(peer, this.isInNeed ? 'high' : 'low');
    this.watchRefill(peer);
  }

  /** Whether there are so few neighbors that the next one is asked with high priority (HyParView, section 4.3: none). */
  protected get isInNeed(): boolean {
    return this.active.size === 0;
  }

  /** Whether a passive peer may be asked. */
  protected isCandidate(peer: P): boolean {
    return !this.pending.has(peer);
  }

  /** Replaces a neighbor that stays in the swarm and has declined or ended the link. */
  protected refillDeclined(peer: P): void {
    this.refill(peer);
  }

  /** Fills the active view after a list of nodes has come. */
  protected refillFromList(): void {
    this.refill();
  }

  /** Keeps an unanswered refill from waiting for ever. */
  protected watchRefill(peer: P): void {
    this.armRequestTimer(peer);
  }

  /** Ends being neighbors, and names some nodes to try instead, so that nobody who has just joined is left alone. */
  protected sendDisconnect(peer: P, { alive }: { alive: boolean }): void {
    this.out.send(peer, { type: 'shuffleReply', nodes: this.alternatives(peer) });
    this.out.send(peer, { type: 'disconnect', alive, respond: false });
    this.out.disconnect(peer);
  }

  /** Whom a peer can turn to in our place. */
  protected alternatives(_peer: P): readonly PeerInfo<P>[] {
    const { shuffleActiveViewCount, shufflePassiveViewCount } = this.config;
    return this.sample(shuffleActiveViewCount + shufflePassiveViewCount);
  }

  protected removeActive(peer: P, removal: Removal): void {
    this.#removeActiveAt(this.active.values.indexOf(peer), removal);
    if (removal.type === 'disconnectReceived' && removal.alive) this.refillDeclined(peer);
    else this.refill(peer);
  }

  #removeActiveAt(index: number, removal: Removal): void {
    const peer = this.active.deleteAt(index);
    this.out.neighborDown(peer, downReason(removal));
    switch (removal.type) {
      case 'evicted':
      case 'dismissed':
      case 'expelled':
        this.sendDisconnect(peer, { alive: true });
        break;
      case 'disconnectReceived':
        this.out.disconnect(peer);
        break;
      case 'connectionClosed':
        this.linkIsGone(peer);
        break;
    }

    if (!this.#staysKnown(peer, removal)) return;
    // Taken out and stored again: the reference tells its host the data a second time, and so do we.
    const data = this.peerData.get(peer);
    this.peerData.delete(peer);
    this.addPassive(peer, data);
    if (removal.type !== 'connectionClosed') this.aliveDisconnected.add(peer);
  }

  #staysKnown(peer: P, removal: Removal): boolean {
    switch (removal.type) {
      case 'evicted':
        return true;
      case 'disconnectReceived':
        return removal.alive;
      case 'connectionClosed':
        return this.aliveDisconnected.delete(peer);
      case 'dismissed':
      case 'expelled':
        return false;
    }
  }

  /** After the first input, whatever it was, and after each shuffle. */
  protected startShuffling(): void {
    if (this.#shuffling) return;
    this.#shuffling = true;
    this.#scheduleShuffle();
  }

  #scheduleShuffle(): void {
    this.out.schedule(this.config.shuffleInterval, this.out.timer(SHUFFLE));
  }
}

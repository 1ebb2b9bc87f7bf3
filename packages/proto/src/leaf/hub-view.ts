import type { WaryMembership } from '../entrance.js';
import type { DisconnectReason, NeighborDownReason } from '../event.js';
import { cutMessage } from '../membership/cut-message.js';
import { DismissedPeers } from '../membership/dismissed-peers.js';
import type { PeerOrigin } from '../membership/origin.js';
import { RefillPace } from '../membership/refill-pace.js';
import type { NodeContext } from '../node-context.js';
import type { Outbox } from '../outbox.js';
import type { PeerId } from '../peer-id.js';
import type { Rng } from '../structures/rng.js';
import { SortedSet } from '../structures/sorted-set.js';
import type {
  DisconnectMessage,
  HyParViewMessage,
  NeighborMessage,
  Priority,
  ShuffleReplyMessage,
} from '../wire/message.js';
import { HubList } from './hub-list.js';
import { HubRequests } from './hub-requests.js';
import { HubSearch } from './hub-search.js';

/** The first pause after a refusal is this part of the time that an answer may take, as for members. */
const FIRST_PAUSE = 1 / 16;

const REFILL = { type: 'refill' } as const;

/**
 * Membership of a leaf (a node that dials and cannot be dialed, as a browser tab): it keeps a few hubs as neighbors and knows more. It introduces
 * nobody, no walk goes through it, nobody is evicted for it, and it keeps no swarm in balance. What remains of HyParView is the requests, the
 * refusals and the way to the next hub, with the same messages and the same times.
 *
 * Hubs answer as `LeafRoom` does: a request with `Neighbor`, or with hubs to try instead and a polite `Disconnect`; a shuffle with hubs.
 */
export class HubView<P extends PeerId> implements WaryMembership<P> {
  readonly active = new SortedSet<P>();
  readonly #known: HubList<P>;
  readonly #requests: HubRequests<P>;
  readonly #search: HubSearch<P>;
  /** Hubs that we were told to join, until they have answered. */
  readonly #wanted = new Set<P>();
  readonly #expelled = new Set<P>();
  readonly #dismissed: DismissedPeers<P>;
  readonly #node: NodeContext<P>;
  readonly #rng: Rng;
  readonly #out: Outbox<P>;
  /** Since the last shuffle. */
  #pace: RefillPace | undefined;

  constructor(node: NodeContext<P>, rng: Rng, out: Outbox<P>) {
    this.#node = node;
    this.#rng = rng;
    this.#out = out;
    this.#known = new HubList(node, out);
    this.#requests = new HubRequests(node, out);
    this.#search = new HubSearch(node, out, this.active);
    this.#dismissed = new DismissedPeers(node.config, node.config.membership.passiveViewCapacity);
  }

  /** The hubs that have been asked and have not answered. */
  get pending(): { keys(): Iterable<P> } {
    return { keys: () => this.#requests.peers };
  }

  /** Hubs to go to next. */
  get passive(): { readonly values: readonly P[] } {
    return { values: this.#known.peers.filter((peer) => !this.active.has(peer)) };
  }

  requestJoin(peer: P, _now: number, { byUser = false } = {}): void {
    if (byUser) this.#dismissed.delete(peer);
    if (peer === this.#node.me) {
      this.#node.stats.selfReferences++;
      return;
    }
    if (this.active.has(peer) || this.isExpelled(peer)) return;
    this.#known.meet(peer);
    if (this.active.size > 0) return this.#fill();
    this.#wanted.add(peer);
    this.#requests.restart(peer);
    this.#out.send(peer, { type: 'join', data: this.#node.peerData });
    this.#search.somethingChanged();
  }

  /** A leaf is no bridge between swarms, and where it has room it may be in both. */
  probe(peer: P, now: number): void {
    if (this.active.size > 0) this.requestJoin(peer, now);
  }

  hasHeardFrom(_peer: P): boolean {
    return true;
  }

  receive(from: P, received: HyParViewMessage<P>, now: number): void {
    const message = cutMessage(received, this.#node.config.membership, this.#node.stats);
    switch (message.type) {
      case 'join':
      case 'neighbor':
        this.#onNeighbor(from, message, now);
        break;
      case 'disconnect':
        this.#onDisconnect(from, message);
        break;
      case 'shuffleReply':
        this.#onShuffleReply(from, message);
        break;
      case 'shuffle':
        // A peer that takes us for a member gets an answer over the link that is there, and the walk ends.
        if (message.origin === from) this.#out.send(from, { type: 'shuffleReply', nodes: [] });
        break;
      case 'forwardJoin':
        this.#node.stats.refusedIntroductions++;
        break;
    }
    if (!this.wants(from)) this.#out.disconnect(from);
  }

  peerConnected(peer: P): void {
    if (this.#requests.has(peer)) this.#requests.restart(peer); // the time that the dial took is not held against it
  }

  peerDisconnected(peer: P, reason: DisconnectReason): void {
    this.#giveUp(peer);
    if (this.active.has(peer)) {
      if (reason !== 'refused') this.#search.lost.lost(peer);
      this.#remove(peer, reason);
    }
    this.#known.forget(peer);
    this.#fill();
  }

  /** A hub that was started anew does not have us: it confirms, or sends us on. */
  linkGap(peer: P): void {
    if (this.wants(peer)) this.#ask(peer);
  }

  /** The time to answer is over, unless the dial goes on. A slow dial holds no place. */
  requestTimerExpired(peer: P, request: number): void {
    if (!this.#requests.isCurrent(peer, request)) return;
    if (this.#node.dialing.has(peer)) {
      if (this.#requests.dialIsOverdue(peer)) this.#fill();
      return;
    }
    this.#giveUp(peer);
    if (!this.active.has(peer)) this.#known.forget(peer);
    if (!this.wants(peer)) this.#out.disconnect(peer);
    this.#fill();
  }

  refillTimerExpired(): void {
    this.#pace?.end();
    this.#fill();
  }

  shuffleTimerExpired(): void {
    this.#search.shuffled();
    this.#pace = undefined;
    const hub = this.#rng.chooseWhere(this.active.values, () => true);
    if (hub !== undefined) this.#search.ask(hub);
    const lost = this.#search.lost.next();
    if (lost !== undefined) this.#known.meet(lost);
    this.#fill();
    this.#search.shuffleLater();
  }

  askTimerExpired(): void {
    this.#search.lookAgain(this.#isFull ? [] : this.active.values);
  }

  /** Nobody can dial us: there is nothing to tell. */
  peerDataUpdated(): void {}

  dismiss(peer: P, now: number): void {
    if (!this.active.has(peer)) return;
    this.#dismissed.add(peer, now);
    this.#known.forget(peer);
    this.#remove(peer, 'timeout');
    this.#sendDisconnect(peer, { alive: true });
    this.#fill();
  }

  isDismissed(peer: P, now: number): boolean {
    return this.#dismissed.has(peer, now, { isAlone: this.active.size === 0 });
  }

  expel(peer: P): void {
    this.#expelled.add(peer);
    this.#known.forget(peer);
    this.#search.lost.found(peer);
    const wasWanted = this.wants(peer);
    if (this.active.has(peer)) this.#remove(peer, 'refused');
    if (wasWanted) this.#sendDisconnect(peer, { alive: true });
    else this.#out.disconnect(peer);
    this.#fill();
  }

  allow(peer: P): void {
    this.#expelled.delete(peer);
  }

  quit(): void {
    for (const peer of [...this.active.values]) {
      this.active.delete(peer);
      this.#sendDisconnect(peer, { alive: false });
    }
  }

  wants(peer: P): boolean {
    return this.active.has(peer) || this.#requests.has(peer) || this.#wanted.has(peer);
  }

  origin(peer: P): PeerOrigin<P> {
    if (this.#wanted.has(peer)) return { trust: 'user' };
    return { trust: this.active.has(peer) || this.#search.lost.has(peer) ? 'met' : 'hearsay' };
  }

  isExpelled(peer: P): boolean {
    return this.#expelled.has(peer);
  }

  expectsList(from: P): boolean {
    return this.wants(from);
  }

  /** No stranger asks a leaf. */
  isProbe(): boolean {
    return false;
  }

  get #isFull(): boolean {
    return this.active.size >= this.#node.config.membership.activeViewCapacity;
  }

  get #hasRoom(): boolean {
    let taken = this.active.size;
    for (const peer of this.#requests.peers) if (!this.active.has(peer) && this.#requests.holdsPlace(peer)) taken++;
    return taken < this.#node.config.membership.activeViewCapacity;
  }

  // Asking.

  #ask(peer: P): void {
    const others = this.active.size - (this.active.has(peer) ? 1 : 0);
    const priority: Priority = others < 2 ? 'high' : 'low';
    this.#requests.begin(peer);
    this.#out.send(peer, { type: 'neighbor', priority, data: this.#node.peerData });
  }

  #giveUp(peer: P): void {
    this.#requests.end(peer);
    this.#wanted.delete(peer);
  }

  /** Asks as many hubs as there are places. */
  #fill(): void {
    while (this.#hasRoom) {
      const peer = this.#rng.chooseWhere(this.#known.peers, (candidate) => !this.wants(candidate));
      if (peer === undefined) return;
      this.#ask(peer);
    }
  }

  /** After a refusal: a few times at once, then after ever longer pauses. */
  #fillLater(): void {
    if (!this.#hasRoom) return;
    const { activeViewCapacity, neighborRequestTimeout, shuffleInterval } = this.#node.config.membership;
    this.#pace ??= new RefillPace(FIRST_PAUSE * neighborRequestTimeout, shuffleInterval, activeViewCapacity, this.#rng);
    if (this.#pace.admitAtOnce()) return this.#fill();
    const pause = this.#pace.begin();
    if (pause !== undefined) this.#out.schedule(pause, this.#out.timer(REFILL));
  }

  // Answers.

  /** A hub has let us in, or takes us for its neighbor. */
  #onNeighbor(from: P, { data }: Pick<NeighborMessage, 'data'>, now: number): void {
    const wasAsked = this.wants(from);
    this.#giveUp(from);
    if (this.isDismissed(from, now) || (this.#isFull && !this.active.has(from)))
      return this.#sendDisconnect(from, { alive: true });
    this.#known.meet(from, data);
    if (this.active.has(from)) return;
    this.#search.lost.found(from);
    this.active.add(from);
    this.#out.neighborUp(from);
    if (!wasAsked) this.#ask(from); // it may be waiting for a word of ours
    this.#search.somethingChanged();
    if (this.#isFull) return;
    this.#search.look([from]);
    this.#fill();
  }

  /** A hub is full, or leaves. The others come first from now on. */
  #onDisconnect(from: P, { alive }: DisconnectMessage): void {
    this.#giveUp(from);
    if (this.active.has(from)) this.#remove(from, alive ? 'evicted' : 'left');
    this.#known.forget(from);
    if (alive && this.#known.peers.length === 0) this.#known.meet(from);
    this.#search.somethingChanged();
    this.#fillLater();
  }

  #onShuffleReply(from: P, { nodes }: ShuffleReplyMessage<P>): void {
    const before = this.#known.peers.length;
    this.#known.learn(nodes, (peer) => this.isExpelled(peer));
    if (this.#known.peers.length > before) this.#search.somethingChanged();
    if (this.active.has(from)) this.#fillLater(); // from a hub that we have asked to take us it is the beginning of a refusal
  }

  // Leaving.

  #remove(peer: P, reason: NeighborDownReason): void {
    this.active.delete(peer);
    this.#out.neighborDown(peer, reason);
    this.#search.somethingChanged();
    if (this.#search.isShort) this.#search.look(this.active.values);
  }

  #sendDisconnect(peer: P, { alive }: { alive: boolean }): void {
    this.#giveUp(peer);
    this.#out.send(peer, { type: 'disconnect', alive, respond: false });
    this.#out.disconnect(peer);
  }
}

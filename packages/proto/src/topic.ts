import type { DistantPast } from './broadcast/distant-past.js';
import type { WindowEntry } from './broadcast/payload-window.js';
import type { PlumTree } from './broadcast/plumtree.js';
import type { LossEntry } from './broadcast/told-losses.js';
import type { Entrance } from './entrance.js';
import type { Command, DisconnectReason, InEvent, ReconcileReason } from './event.js';
import type { LeafRoom } from './membership/leaf-room.js';
import type { Membership } from './membership/membership.js';
import type { PeerOrigin } from './membership/origin.js';
import type { Outbox } from './outbox.js';
import type { PeerId } from './peer-id.js';
import type { StateTotals, TopicSnapshot } from './snapshot.js';
import { LazySet } from './structures/lazy.js';
import type { TimerTask } from './timer.js';
import type { TopicLayers } from './topic-layers.js';
import type { Message } from './wire/message.js';
import type { MessageId } from './wire/message-id.js';

const NOBODY: readonly never[] = [];

type RecoveredEvent<P extends PeerId> = Extract<InEvent<P>, { readonly type: 'recovered' }>;

/**
 * One topic: routes inputs to the membership and the broadcast layer, and tells the latter about neighbors that the
 * former has gained and lost.
 */
export class Topic<P extends PeerId> {
  /** Which life of the topic this is; its timers carry the number. */
  readonly generation: number;
  /** Peers that this topic has heard from and not let go of: their links stay open. */
  readonly links = new LazySet<P>();
  /** Neighbors whose link was replaced. One of them that then joins was started anew, and has not handled what it was told before. */
  #replaced: LazySet<P> | undefined;
  readonly #out: Outbox<P>;
  readonly #entrance: Entrance<P> | undefined;
  readonly #swarm: Membership<P>;
  readonly #leaves: LeafRoom<P> | undefined;
  readonly #tree: PlumTree<P>;

  constructor({ swarm, leaves, tree, entrance }: TopicLayers<P>, generation: number, out: Outbox<P>) {
    this.generation = generation;
    this.#out = out;
    this.#swarm = swarm;
    this.#leaves = leaves;
    this.#tree = tree;
    this.#entrance = entrance;
  }

  command(command: Command<P>, now: number): void {
    switch (command.type) {
      case 'join':
        // A leaf that is linked comes by itself.
        for (const peer of command.peers)
          if (this.#leaves?.isFor(peer) !== true) this.#swarm.requestJoin(peer, now, command);
        break;
      case 'probe':
        for (const peer of command.peers) if (this.#leaves?.isFor(peer) !== true) this.#swarm.probe(peer, now);
        break;
      case 'broadcast':
        this.#tree.broadcast(command.content, command.scope, now);
        break;
      case 'quit':
        this.#leaves?.quit();
        this.#swarm.quit();
        break;
    }
    this.#settle(now);
  }

  receive(from: P, message: Message<P>, now: number): void {
    switch (message.type) {
      case 'gossip':
      case 'prune':
      case 'graft':
      case 'ihave':
        this.#tree.receive(from, message, now);
        break;
      case 'join':
      case 'forwardJoin':
      case 'shuffle':
      case 'shuffleReply':
      case 'neighbor':
      case 'disconnect':
        if (this.#leaves?.isFor(from)) this.#leaves.receive(from, message, now);
        else this.#swarm.receive(from, message, now);
        if (isMeeting(message) && this.#replaced?.delete(from) === true) this.#tree.linkGap(from, 'linkReplaced');
        break;
    }
    this.#settle(now);
  }

  timerExpired(task: TimerTask<P>, now: number): void {
    switch (task.type) {
      case 'shuffle':
        this.#swarm.shuffleTimerExpired();
        break;
      case 'askForMembers':
        this.#swarm.askTimerExpired();
        break;
      case 'neighborRequest':
        this.#swarm.requestTimerExpired(task.peer, task.request);
        break;
      case 'refill':
        this.#swarm.refillTimerExpired();
        break;
      case 'sendGraft':
        this.#tree.graftTimerExpired(task.id, now);
        break;
      case 'dispatchLazyPush':
        this.#tree.dispatchTimerExpired(now);
        break;
      case 'evictCache':
        this.#tree.evictTimerExpired(now);
        break;
      case 'announceCache':
        this.#tree.announceTimerExpired(task.peer);
        break;
    }
    this.#settle(now);
  }

  peerDisconnected(peer: P, reason: DisconnectReason, now: number): void {
    this.#replaced?.delete(peer);
    this.#leaves?.peerDisconnected(peer, reason);
    this.#swarm.peerDisconnected(peer, reason);
    this.#tree.neighborDown(peer, now);
    this.#settle(now);
  }

  peerConnected(peer: P): void {
    if (this.#leaves?.isFor(peer)) this.#leaves.peerConnected(peer);
    else this.#swarm.peerConnected(peer);
  }

  /** Messages to or from a peer may be lost. */
  linkGap(peer: P, reason: ReconcileReason): void {
    // Where only a queue has overflowed, both ends are who they were.
    if (reason !== 'overflow') {
      this.#swarm.linkGap(peer);
      this.#leaves?.linkGap(peer);
    }
    if (reason === 'linkReplaced' && this.#isNeighbor(peer)) {
      this.#replaced ??= new LazySet();
      this.#replaced.add(peer);
    }
    this.#tree.linkGap(peer, reason);
  }

  recovered({ from, content, round, age }: RecoveredEvent<P>, now: number): void {
    this.#tree.recovered(from, content, { round, age }, now);
  }

  unavailable(from: P, ids: readonly MessageId[], now: number): void {
    this.#tree.unavailable(from, ids, now);
  }

  lossesReported(from: P, losses: readonly LossEntry[], now: number): void {
    this.#tree.lossesReported(from, losses, now);
  }

  /** Neighbors that take nothing at the moment. */
  stalled(peers: readonly P[], now: number): void {
    this.#tree.stalled(peers, now);
  }

  announceCache(peer: P, now: number): void {
    this.#tree.announceCache(peer, now);
  }

  /** The application forbids a peer. */
  expel(peer: P, now: number): void {
    this.#replaced?.delete(peer);
    this.#leaves?.expel(peer);
    this.#swarm.expel(peer);
    this.#settle(now);
  }

  /** The application forbids a peer no longer. */
  allow(peer: P): void {
    this.#swarm.allow(peer);
  }

  /** Whether a message is to be handled: see {@link Entrance}. The reference handles every one. */
  admits(from: P, message: Message<P>, now: number): boolean {
    return this.#entrance?.admits(from, message, now) ?? true;
  }

  /** The application rejects a payload. */
  discard(content: Uint8Array, from: P, now: number): void {
    this.#tree.discard(content, from, now);
  }

  /** Payloads that are or were here within the retention, oldest first. */
  window(now: number): Iterable<WindowEntry> {
    return this.#tree.memory.window.entries(now);
  }

  /** Payloads that were here, and whose time was over a moment ago. */
  expired(now: number): Iterable<LossEntry> {
    return this.#tree.memory.expired(now);
  }

  /** Payloads that subscribers have been told are lost. */
  losses(now: number): Iterable<LossEntry> {
    return this.#tree.losses(now);
  }

  /** The last messages that were known, however long ago. */
  past(now: number): DistantPast {
    return this.#tree.past(now);
  }

  payload(id: MessageId): Uint8Array | undefined {
    return this.#tree.memory.window.get(id)?.content;
  }

  /** Whether a payload has been here, or was told lost. */
  hasSeen(id: MessageId): boolean {
    return this.#tree.memory.seen.has(id);
  }

  seenIds(): Iterable<MessageId> {
    return this.#tree.memory.idsHere();
  }

  peerDataUpdated(): void {
    this.#swarm.peerDataUpdated();
  }

  /** Whether this topic has any use for a link to a peer. */
  wants(peer: P): boolean {
    return this.#swarm.wants(peer) || this.#leaves?.has(peer) === true;
  }

  /** Whether a peer has said anything here since it last left. */
  hasHeardFrom(peer: P): boolean {
    return this.#swarm.hasHeardFrom(peer);
  }

  /** Whether a peer was dismissed a while ago, and is not asked again yet. */
  isDismissed(peer: P, now: number): boolean {
    return this.#swarm.isDismissed?.(peer, now) === true;
  }

  /** How a peer has come to be known in this topic. */
  origin(peer: P): PeerOrigin<P> {
    return this.#swarm.origin(peer);
  }

  /** The topic is dropped: gives back what it has of the node's budgets. */
  release(): void {
    this.#tree.release();
  }

  get neighbors(): readonly P[] {
    const leaves = this.#leaves?.neighbors ?? NOBODY;
    return leaves.length === 0 ? this.#swarm.active.values : [...this.#swarm.active.values, ...leaves];
  }

  get eagerPeers(): readonly P[] {
    return this.#tree.receivers();
  }

  addTo(totals: { -readonly [K in keyof StateTotals]: number }): void {
    const { seen, window } = this.#tree.memory;
    totals.neighbors += this.neighbors.length;
    totals.cachedPayloads += window.size;
    totals.cachedBytes += window.bytes;
    totals.seenIds += seen.size;
  }

  snapshot(): TopicSnapshot<P> {
    const swarm = this.#swarm;
    const tree = this.#tree;
    return {
      activeView: [...swarm.active.values],
      leaves: [...(this.#leaves?.neighbors ?? NOBODY)],
      passiveView: [...swarm.passive.values],
      pendingNeighborRequests: [...swarm.pending.keys()],
      eagerPeers: [...tree.branches()],
      lazyPeers: [...tree.others()],
      missingPayloads: tree.missing.size,
      queuedAnnouncements: tree.lazyQueue.size,
      payloadCache: { count: tree.memory.window.size, bytes: tree.memory.window.bytes },
      seenIds: tree.memory.seen.size,
      maxLastDeliveryHop: tree.maxLastDeliveryHop,
    };
  }

  #isNeighbor(peer: P): boolean {
    return this.#swarm.active.has(peer) || this.#leaves?.has(peer) === true;
  }

  /** After each input, tells each layer what the other wants of it: which neighbors to dismiss, and which neighbors have come and gone. */
  #settle(now: number): void {
    for (const peer of this.#out.takeDismissed()) {
      this.#leaves?.dismiss(peer);
      this.#swarm.dismiss(peer, now);
    }
    for (const { type, peer } of this.#out.takeChanges()) {
      switch (type) {
        case 'neighborUp':
          this.#tree.neighborUp(peer, now);
          break;
        case 'neighborDown':
          this.#tree.neighborDown(peer, now);
          break;
      }
    }
  }
}

/** Whether the sender makes us its neighbor, or asks to. */
export function isMeeting({ type }: Message<PeerId>): boolean {
  return type === 'join' || type === 'neighbor';
}

import type { NeighborDownReason, ReconcileReason, TopicEvent } from './event.js';
import type { NodeContext } from './node-context.js';
import type { PeerId } from './peer-id.js';
import type { Timer, TimerTask } from './timer.js';
import type { Message, PeerData } from './wire/message.js';
import type { TopicId } from './wire/topic-id.js';

/** A neighbor that came or went while the membership layer handled an input. */
export type NeighborChange<P extends PeerId> = Extract<TopicEvent<P>, { readonly type: 'neighborUp' | 'neighborDown' }>;

/**
 * Where the layers of one topic put what they want of the host. Events are put together here once, in their final form:
 * no layer rewraps those of the layer below.
 */
export class Outbox<P extends PeerId> {
  /** Who else wants to know what peers say about themselves. */
  listener: { learn(peer: P, data: PeerData): void } | undefined;

  readonly #node: NodeContext<P>;
  readonly #topic: TopicId;
  readonly #generation: number;
  /** Lets go of a peer for this topic; true when no other topic needs the link. */
  readonly #release: (peer: P, topic: TopicId) => boolean;
  #changes: NeighborChange<P>[] = NOTHING;
  #dismissed: P[] = NOTHING;

  constructor(node: NodeContext<P>, topic: TopicId, generation: number, release: (peer: P, topic: TopicId) => boolean) {
    this.#node = node;
    this.#topic = topic;
    this.#generation = generation;
    this.#release = release;
  }

  send(to: P, message: Message<P>): void {
    this.#node.outputs.sendMessage(to, this.#topic, message);
  }

  emit(event: TopicEvent<P>): void {
    this.#node.outputs.emitEvent(this.#topic, event);
  }

  /** A timer of this topic. It can be scheduled again and again. */
  timer(task: TimerTask<P>): Timer<P> {
    return { topic: this.#topic, generation: this.#generation, task };
  }

  schedule(delay: number, timer: Timer<P>): void {
    this.#node.outputs.scheduleTimer(delay, timer);
  }

  disconnect(peer: P): void {
    if (this.#release(peer, this.#topic)) this.#node.outputs.disconnectPeer(peer);
  }

  peerData(peer: P, data: PeerData): void {
    this.#node.outputs.peerData(peer, data);
    this.listener?.learn(peer, data);
  }

  reconcile(peer: P, reason: ReconcileReason): void {
    this.#node.outputs.reconcile(this.#topic, peer, reason);
  }

  /** Neighbors that came or went and that the broadcast layer has not been told about yet. */
  get changes(): readonly NeighborChange<P>[] {
    return this.#changes;
  }

  takeChanges(): readonly NeighborChange<P>[] {
    const changes = this.#changes;
    this.#changes = NOTHING;
    return changes;
  }

  /** Neighbors that the broadcast layer has no use for and that the membership layer has not been told about yet. */
  takeDismissed(): readonly P[] {
    const dismissed = this.#dismissed;
    this.#dismissed = NOTHING;
    return dismissed;
  }

  dismiss(neighbor: P): void {
    this.#dismissed = appended(this.#dismissed, neighbor);
  }

  neighborUp(peer: P): void {
    const event: NeighborChange<P> = { type: 'neighborUp', peer };
    this.#changes = appended(this.#changes, event);
    this.emit(event);
  }

  neighborDown(peer: P, reason: NeighborDownReason): void {
    const event: NeighborChange<P> = { type: 'neighborDown', peer, reason };
    this.#changes = appended(this.#changes, event);
    this.emit(event);
  }
}

/** Most topics are quiet: all empty lists are one. */
const NOTHING: never[] = [];

function appended<T>(list: T[], item: T): T[] {
  if (list === NOTHING) return [item];
  list.push(item);
  return list;
}

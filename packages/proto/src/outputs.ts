import type { OutEvent, ReconcileReason, TopicEvent } from './event.js';
import type { PeerId } from './peer-id.js';
import type { Timer } from './timer.js';
import type { Message, PeerData } from './wire/message.js';
import type { TopicId } from './wire/topic-id.js';

/**
 * Takes what a node wants of its host at the moment when the kernel knows it: a method for each kind of {@link OutEvent}, with the same meaning. For
 * hosts for which a list and its objects cost too much, such as a simulator. The calls come while the kernel handles an event: do not feed it another
 * one, do not ask it anything, and do not throw.
 */
export interface Outputs<P extends PeerId> {
  sendMessage(to: P, topic: TopicId, message: Message<P>): void;
  emitEvent(topic: TopicId, event: TopicEvent<P>): void;
  scheduleTimer(delay: number, timer: Timer<P>): void;
  disconnectPeer(peer: P): void;
  peerData(peer: P, data: PeerData): void;
  reconcile(topic: TopicId, peer: P, reason: ReconcileReason): void;
}

/** Outputs as a list. */
export class OutputList<P extends PeerId> implements Outputs<P> {
  #events: OutEvent<P>[] = [];

  /** Hands the list over and begins another one. */
  take(): OutEvent<P>[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  sendMessage(to: P, topic: TopicId, message: Message<P>): void {
    this.#events.push({ type: 'sendMessage', to, topic, message });
  }

  emitEvent(topic: TopicId, event: TopicEvent<P>): void {
    this.#events.push({ type: 'emitEvent', topic, event });
  }

  scheduleTimer(delay: number, timer: Timer<P>): void {
    this.#events.push({ type: 'scheduleTimer', delay, timer });
  }

  disconnectPeer(peer: P): void {
    this.#events.push({ type: 'disconnectPeer', peer });
  }

  peerData(peer: P, data: PeerData): void {
    this.#events.push({ type: 'peerData', peer, data });
  }

  reconcile(topic: TopicId, peer: P, reason: ReconcileReason): void {
    this.#events.push({ type: 'reconcile', topic, peer, reason });
  }
}

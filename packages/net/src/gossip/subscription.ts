import type { Scope, TopicId } from '@grapevine/proto';
import type { EndpointAddr } from '../address/endpoint-addr.js';
import { MessageTooLargeError, NoNeighborsError, TopicClosedError } from '../errors.js';
import type { EndpointId } from '../identity/endpoint-id.js';
import { abortable } from '../util/deferred.js';
import { EventQueue } from './event-queue.js';
import type { GossipEvent, TopicCommand, TopicSession } from './service.js';
import type { TopicRoom } from './topic-room.js';

/** What a subscription needs of the actor. */
export interface SubscriptionHost {
  maxContentLength(scope: Scope): number;
  /** Settles when the node's queues have room for another broadcast. */
  room(): Promise<void>;
  /** Whether {@link SubscriptionHost.room} would wait. */
  readonly congested: boolean;
  broadcast(topic: TopicId, content: Uint8Array, scope: Scope): void;
  joinPeers(room: TopicRoom, peers: readonly (EndpointId | EndpointAddr)[]): void;
  /** Both halves of all subscriptions of a topic are closed. */
  leave(room: TopicRoom): void;
}

/** One subscription to a topic of the node in this process. */
export class Subscription implements TopicSession {
  readonly topic: TopicId;
  readonly #room: TopicRoom;
  readonly #host: SubscriptionHost;
  readonly #queue: EventQueue;
  #senderClosed = false;
  #receiverClosed = false;

  constructor(room: TopicRoom, host: SubscriptionHost, queueCapacity: number) {
    this.topic = room.id;
    this.#room = room;
    this.#host = host;
    this.#queue = new EventQueue(queueCapacity);
    room.addReader(this.#queue);
  }

  neighbors(): readonly EndpointId[] {
    return [...this.#room.neighbors];
  }

  maxContentLength(scope: Scope): number {
    return this.#host.maxContentLength(scope);
  }

  joined(signal?: AbortSignal): Promise<void> {
    return this.#room.joined(signal);
  }

  async send(command: TopicCommand, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#checkOpen();
    switch (command.type) {
      case 'joinPeers':
        return this.#host.joinPeers(this.#room, command.peers);
      case 'broadcast': {
        const limit = this.#host.maxContentLength(command.scope);
        if (command.content.length > limit) throw new MessageTooLargeError(command.content.length, limit);
        while (this.#host.congested) {
          await abortable(this.#host.room(), signal);
          this.#checkOpen();
        }
        return this.#broadcast(command);
      }
    }
  }

  next(): Promise<IteratorResult<GossipEvent, undefined>> {
    return this.#queue.next();
  }

  closeSender(): void {
    if (this.#senderClosed) return;
    this.#senderClosed = true;
    this.#closeHalf();
  }

  closeReceiver(): void {
    if (this.#receiverClosed) return;
    this.#receiverClosed = true;
    this.#room.removeReader(this.#queue);
    this.#closeHalf();
  }

  #broadcast({ content, scope, whenAlone }: TopicCommand & { type: 'broadcast' }): void {
    if (this.#room.neighbors.size > 0) return this.#host.broadcast(this.topic, content, scope);
    switch (whenAlone) {
      case 'reject':
        throw new NoNeighborsError('the topic has no neighbor; wait for joined(), or let the message be kept');
      case 'keep':
        if (this.#room.keep({ content, scope })) return;
        throw new NoNeighborsError('the topic has no neighbor, and no more messages can be kept for the first one');
    }
  }

  #checkOpen(): void {
    if (this.#senderClosed || this.#room.closed) throw new TopicClosedError();
  }

  #closeHalf(): void {
    if (this.#room.closeHalf() && !this.#room.closed) this.#host.leave(this.#room);
  }
}

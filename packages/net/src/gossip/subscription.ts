import type { Scope, TopicId } from '@grapevine/proto';
import type { EndpointAddr } from '../address/endpoint-addr.js';
import { MessageTooLargeError, NoNeighborsError, TopicClosedError } from '../errors.js';
import type { EndpointId } from '../identity/endpoint-id.js';
import { abortable } from '../util/deferred.js';
import { EventQueue } from './event-queue.js';
import type { LocalTopic } from './local-topic.js';
import type { GossipEvent, TopicCommand, TopicSession } from './service.js';

/** What a subscription needs of the actor. */
export interface SubscriptionHost {
  maxContentLength(scope: Scope): number;
  /** Whether most of a topic's neighbors have so much queued that a broadcast has to wait. */
  isCongested(local: LocalTopic): boolean;
  /** Settles when that may have changed. */
  congestionEased(): Promise<void>;
  broadcast(topic: TopicId, content: Uint8Array, scope: Scope): void;
  joinPeers(local: LocalTopic, peers: readonly (EndpointId | EndpointAddr)[]): void;
  /** Both halves of all subscriptions of a topic are closed. */
  leave(local: LocalTopic): void;
}

/** One subscription to a topic of the node in this process. */
export class Subscription implements TopicSession {
  readonly topic: TopicId;
  readonly #local: LocalTopic;
  readonly #host: SubscriptionHost;
  readonly #queue: EventQueue;
  #senderClosed = false;
  #receiverClosed = false;

  constructor(local: LocalTopic, host: SubscriptionHost, queueCapacity: number) {
    this.topic = local.id;
    this.#local = local;
    this.#host = host;
    this.#queue = new EventQueue(queueCapacity);
    local.addReader(this.#queue);
  }

  neighbors(): readonly EndpointId[] {
    return [...this.#local.neighbors];
  }

  maxContentLength(scope: Scope): number {
    return this.#host.maxContentLength(scope);
  }

  joined(signal?: AbortSignal): Promise<void> {
    return this.#local.joined(signal);
  }

  async send(command: TopicCommand, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#checkOpen();
    switch (command.type) {
      case 'joinPeers':
        return this.#host.joinPeers(this.#local, command.peers);
      case 'broadcast': {
        const limit = this.#host.maxContentLength(command.scope);
        if (command.content.length > limit) throw new MessageTooLargeError(command.content.length, limit);
        while (this.#host.isCongested(this.#local)) {
          await abortable(this.#host.congestionEased(), signal);
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
    this.#local.removeReader(this.#queue);
    this.#closeHalf();
  }

  #broadcast({ content, scope, whenAlone }: TopicCommand & { type: 'broadcast' }): void {
    if (this.#local.neighbors.size > 0) return this.#host.broadcast(this.topic, content, scope);
    switch (whenAlone) {
      case 'reject':
        throw new NoNeighborsError('the topic has no neighbor; wait for joined(), or let the message be kept');
      case 'keep':
        if (this.#local.enqueue({ content, scope })) return;
        throw new NoNeighborsError('the topic has no neighbor, and no more messages can be kept for the first one');
    }
  }

  #checkOpen(): void {
    if (this.#senderClosed || this.#local.closed) throw new TopicClosedError();
  }

  #closeHalf(): void {
    if (this.#local.closeHalf() && !this.#local.closed) this.#host.leave(this.#local);
  }
}

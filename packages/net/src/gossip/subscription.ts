import type { MessageId, Scope, TopicId } from '@grapevine/proto';
import type { EndpointAddr } from '../address/endpoint-addr.js';
import { MessageTooLargeError, NoNeighborsError, TopicClosedError } from '../errors.js';
import type { EndpointId } from '../identity/endpoint-id.js';
import { abortable } from '../util/deferred.js';
import { checkCommand } from './check-commands.js';
import { EventQueue, type EventQueueOptions } from './event-queue.js';
import type { KeptBroadcast } from './kept-broadcasts.js';
import type { LocalTopic } from './local-topic.js';
import { MembershipReaders } from './membership-readers.js';
import type { FlushResult, GossipEvent, MembershipReader, TopicCommand, TopicSession, WhenAlone } from './service.js';

/** What a subscription needs of the node. */
export interface SubscriptionHost {
  maxContentLength(scope: Scope): number;
  /**
   * Whether a broadcast has to wait: too much is queued to most of the neighbors that get the topic's payloads, or too much was published at once.
   */
  isCongested(local: LocalTopic): boolean;
  /** Settles when that may have changed. */
  congestionEased(): Promise<void>;
  /** A broadcast of this many bytes begins. */
  published(bytes: number): void;
  broadcast(topic: TopicId, content: Uint8Array, scope: Scope): void;
  /** The id that content has in the swarm. */
  messageId(content: Uint8Array): MessageId;
  /** Whether a message has been in the topic already: published here, or received. */
  hasSeen(topic: TopicId, id: MessageId): boolean;
  /** Settles when what is queued about a topic was handed to the connections of its neighbors. @returns those where it was not */
  written(local: LocalTopic): Promise<readonly EndpointId[]>;
  joinPeers(local: LocalTopic, peers: readonly (EndpointId | EndpointAddr)[]): void;
  /** Both halves of all subscriptions of a topic are closed. */
  leave(local: LocalTopic): void;
}

/** One subscription to a topic of the node in this process. */
export class Subscription implements TopicSession {
  readonly #local: LocalTopic;
  readonly #host: SubscriptionHost;
  readonly #queue: EventQueue;
  /** The queue that does not get what is published here. */
  readonly #deaf: EventQueue | undefined;
  #membership: { readonly readers: MembershipReaders; readonly stop: () => void } | undefined;
  #senderClosed = false;
  #receiverClosed = false;

  constructor(local: LocalTopic, host: SubscriptionHost, queue: EventQueueOptions, echo: boolean) {
    this.#local = local;
    this.#host = host;
    this.#queue = new EventQueue(queue, local.now);
    this.#deaf = echo ? undefined : this.#queue;
    local.subscribers.add(this.#queue, local.neighbors);
  }

  get topic(): TopicId {
    return this.#local.id;
  }

  neighbors(): readonly EndpointId[] {
    const hasLeft = this.#senderClosed && this.#receiverClosed;
    return hasLeft || this.#local.closed ? [] : [...this.#local.neighbors];
  }

  maxContentLength(scope: Scope): number {
    return this.#host.maxContentLength(scope);
  }

  joined(signal?: AbortSignal): Promise<void> {
    return this.#local.joined(signal);
  }

  async send(command: TopicCommand, signal?: AbortSignal): Promise<void> {
    checkCommand(command);
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
        this.#host.published(command.content.length);
        return this.#broadcast(command);
      }
    }
  }

  next(signal?: AbortSignal): Promise<IteratorResult<GossipEvent, undefined>> {
    return this.#queue.next(signal);
  }

  get closed(): Promise<void> {
    return this.#queue.closed;
  }

  membership(): MembershipReader {
    this.#membership ??= this.#openMembership();
    return this.#membership.readers.open(this.#receiverClosed ? [] : this.neighbors());
  }

  async flush(signal?: AbortSignal): Promise<FlushResult> {
    signal?.throwIfAborted();
    this.#checkOpen();
    const lost = await abortable(this.#host.written(this.#local), signal);
    return { kept: this.#local.kept, lost, refused: 0 };
  }

  closeSender(): void {
    if (this.#senderClosed) return;
    this.#senderClosed = true;
    this.#closeHalf();
  }

  closeReceiver(): void {
    if (this.#receiverClosed) return;
    this.#receiverClosed = true;
    this.#local.subscribers.remove(this.#queue);
    this.#membership?.stop();
    this.#closeHalf();
  }

  #openMembership(): { readonly readers: MembershipReaders; readonly stop: () => void } {
    const readers = new MembershipReaders();
    const stop = this.#local.subscribers.addMembershipReaders(readers);
    if (this.#receiverClosed) stop();
    return { readers, stop };
  }

  #broadcast({ content, scope, whenAlone }: TopicCommand & { type: 'broadcast' }): void {
    const local = this.#local;
    const isAlone = local.neighbors.length === 0;
    const isHeard = local.subscribers.hasListener(this.#deaf);
    // Equal contents are one message, for subscribers on this node as for the swarm.
    const id = scope === 'swarm' && (isAlone || isHeard) ? this.#host.messageId(content) : undefined;
    let isNews = id === undefined || !this.#host.hasSeen(this.topic, id);
    if (isAlone) isNews = !this.#keep({ id, content, scope }, whenAlone) && isNews;
    else this.#host.broadcast(this.topic, content, scope);
    if (isHeard && isNews) local.subscribers.emitPublished(content, scope, this.#deaf);
  }

  /** @returns whether an equal one is kept already. @throws NoNeighborsError */
  #keep(broadcast: KeptBroadcast, whenAlone: WhenAlone): boolean {
    switch (whenAlone) {
      case 'reject':
        throw new NoNeighborsError('the topic has no neighbor; wait for joined(), or let the message be kept');
      case 'keep':
        return this.#local.keep(broadcast);
    }
  }

  #checkOpen(): void {
    this.#local.checkOpen();
    if (this.#senderClosed) throw new TopicClosedError();
  }

  #closeHalf(): void {
    if (this.#local.subscribers.closeHalf() && !this.#local.closed) this.#host.leave(this.#local);
  }
}

import type { EndpointId, GossipEvent, TopicId } from '@grapevine/api';
import {
  abortable,
  ConnectionClosedError,
  type Deferred,
  deferred,
  EventQueue,
  GossipClosedError,
  type Logger,
  MessageTooLargeError,
  NoNeighborsError,
  TopicClosedError,
  type TopicCommand,
  type TopicSession,
} from '@grapevine/net';
import { decode } from '@grapevine/postcard';
import type { LinkedStream } from './client-link.js';
import { ItemTooLargeError } from './errors.js';
import { ItemReader } from './item-reader.js';
import { writeItem } from './item-writer.js';
import { StreamCode } from './protocol.js';
import { type Command, commandSchema, eventSchema, type WireEvent } from './wire.js';

/** What a subscription needs besides its stream. */
export interface SessionOptions {
  readonly queueCapacity: number;
  readonly logger: Logger;
  /** Longest broadcast, while nobody knows better. */
  readonly maxContentLength: number;
  /** Tells the server where these peers are, as far as we know and it can be told. @returns their ids */
  teach(peers: TopicCommand & { readonly type: 'joinPeers' }): Promise<readonly EndpointId[]>;
  /** The node's neighbors as the server says; undefined if it can't be asked. */
  askNeighbors(topic: TopicId): Promise<readonly EndpointId[] | undefined>;
}

/**
 * A subscription to a topic of a node in another process.
 *
 * Events are read as they come, whether anybody takes them or not, so that neighbors are right and what a slow reader misses is
 * counted; the queue drops the oldest. The stream is stopped only when both halves are closed: a sender needs to know whether the
 * topic has neighbors.
 */
export class RemoteSession implements TopicSession {
  readonly topic: TopicId;
  /** What the server says, if it does. */
  limit: number | undefined;
  /** Settles when the server sends no more. */
  readonly over: Promise<void>;
  readonly #stream: LinkedStream;
  readonly #options: SessionOptions;
  readonly #queue: EventQueue;
  readonly #neighbors = new Set<EndpointId>();
  #joined: Deferred<void> = quietly(deferred());
  #senderClosed = false;
  #receiverClosed = false;
  #over = false;
  #failure: unknown;
  #hasEvents = false;
  /** While the stream has all that it likes to queue. */
  #full: Promise<void> | undefined;

  constructor(topic: TopicId, stream: LinkedStream, options: SessionOptions) {
    this.topic = topic;
    this.#stream = stream;
    this.#options = options;
    this.#queue = new EventQueue(options.queueCapacity);
    this.over = this.#read();
    void stream.send.stopped.then((code) => this.#onStopped(code));
  }

  /**
   * Why there is nothing to hand to the program: the connection was lost at once, or the node takes part in no topic any more. A
   * topic that has ended in any other way is still a topic, whose events can be read.
   */
  get refusal(): Error | undefined {
    if (!this.#over || this.#hasEvents) return undefined;
    if (this.#failure === undefined) return new GossipClosedError();
    return this.#failure instanceof ConnectionClosedError ? this.#failure : undefined;
  }

  neighbors(): readonly EndpointId[] {
    return [...this.#neighbors];
  }

  maxContentLength(): number {
    return this.limit ?? this.#options.maxContentLength;
  }

  joined(signal?: AbortSignal): Promise<void> {
    return abortable(this.#joined.promise, signal);
  }

  async send(command: TopicCommand, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#checkOpen();
    switch (command.type) {
      case 'joinPeers':
        return await this.#write({ type: 'joinPeers', peers: await this.#options.teach(command) }, signal);
      case 'broadcast': {
        const { content, scope, whenAlone } = command;
        const limit = this.maxContentLength();
        if (content.length > limit) throw new MessageTooLargeError(content.length, limit);
        if (whenAlone === 'reject' && this.#neighbors.size === 0) {
          throw new NoNeighborsError('the topic has no neighbor; wait for joined(), or let the message be kept');
        }
        return await this.#write({ type: scope === 'swarm' ? 'broadcast' : 'broadcastNeighbors', content }, signal);
      }
    }
  }

  next(): Promise<IteratorResult<GossipEvent, undefined>> {
    return this.#queue.next();
  }

  closeSender(): void {
    if (this.#senderClosed) return;
    this.#senderClosed = true;
    this.#stream.send.finish();
    this.#closeIfBoth();
  }

  closeReceiver(): void {
    if (this.#receiverClosed) return;
    this.#receiverClosed = true;
    this.#queue.discard();
    this.#closeIfBoth();
  }

  /** Closes both halves. Settles when the server has got every command, or the connection is gone. */
  async finish(): Promise<void> {
    this.closeSender();
    this.closeReceiver();
    await this.#stream.send.stopped;
  }

  #closeIfBoth(): void {
    if (!this.#senderClosed || !this.#receiverClosed) return;
    this.#stream.recv.stop(StreamCode.none);
    this.#end();
  }

  async #write(command: Command, signal: AbortSignal | undefined): Promise<void> {
    const { send, on } = this.#stream;
    // Room first: what was aborted was not sent.
    while (this.#full) await abortable(this.#full, signal);
    this.#checkOpen();
    const hasRoom = writeItem(send, commandSchema, command);
    on.items++;
    if (hasRoom) return;
    this.#full = send.drained.then(() => {
      this.#full = undefined;
    });
  }

  #checkOpen(): void {
    if (this.#senderClosed || this.#over) throw new TopicClosedError();
  }

  async #read(): Promise<void> {
    const { recv } = this.#stream;
    const reader = new ItemReader(recv);
    try {
      for (let body = await reader.next(); body; body = await reader.next()) this.#onEvent(decode(eventSchema, body));
    } catch (error) {
      recv.stop(error instanceof ItemTooLargeError ? StreamCode.tooLarge : StreamCode.none);
      this.#failure = error;
      if (!this.#over) this.#options.logger.warn({ topic: this.topic, error: String(error) }, 'a remote topic ended');
    }
    this.#stream.send.finish();
    this.#end();
  }

  #onEvent(event: WireEvent): void {
    this.#hasEvents = true;
    switch (event.type) {
      case 'neighborUp':
        this.#neighborUp(event.peer);
        return this.#queue.push(event);
      case 'neighborDown':
        this.#neighborDown(event.peer);
        return this.#queue.push({ ...event, reason: 'unknown' });
      case 'received':
        return this.#queue.push(event);
      case 'lagged':
        void this.#afterLag();
        return this.#queue.push({ type: 'lagged', missed: 1 }); // how many it were, the wire does not say
    }
  }

  #neighborUp(peer: EndpointId): void {
    this.#neighbors.add(peer);
    this.#joined.resolve();
  }

  #neighborDown(peer: EndpointId): void {
    if (this.#neighbors.delete(peer) && this.#neighbors.size === 0) this.#joined = quietly(deferred());
  }

  /** Changes of neighbors may be among what is lost. What comes after the gap is applied on top, whichever is first here. */
  async #afterLag(): Promise<void> {
    const now = await this.#options.askNeighbors(this.topic);
    if (!now || this.#over) return;
    for (const peer of this.#neighbors) if (!now.includes(peer)) this.#neighborDown(peer);
    for (const peer of now) this.#neighborUp(peer);
  }

  #onStopped(code: number | undefined): void {
    if (code === undefined || this.#over) return;
    const why = code === StreamCode.tooLarge ? 'max message size exceeded' : `code ${code}`;
    this.#options.logger.warn({ topic: this.topic, why }, 'the server takes no more commands for a topic');
    this.#senderClosed = true;
    if (this.#receiverClosed) this.#closeIfBoth();
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#neighbors.clear();
    this.#queue.end();
    this.#joined.reject(new TopicClosedError());
    // A topic that had neighbors was joined; nobody may join what has ended.
    this.#joined = quietly(deferred());
    this.#joined.reject(new TopicClosedError());
  }
}

/** Nobody may be waiting when it is rejected. */
function quietly(waiting: Deferred<void>): Deferred<void> {
  waiting.promise.catch(() => {});
  return waiting;
}

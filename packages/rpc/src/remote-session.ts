import type { EndpointId, GossipEvent, TopicId } from '@grapevine/api';
import {
  abortable,
  ConnectionClosedError,
  deferred,
  EndpointClosedError,
  EventQueue,
  type EventQueueOptions,
  type FlushResult,
  GossipClosedError,
  JoinTimeoutError,
  type Logger,
  type MembershipReader,
  MessageTooLargeError,
  NoNeighborsError,
  TopicClosedError,
  type TopicCommand,
  type TopicSession,
  type TriedPeer,
} from '@grapevine/net';
import { checkCommand } from '@grapevine/net/transport';
import { decode } from '@grapevine/postcard';
import { atMost } from './at-most.js';
import type { LinkedStream } from './client-link.js';
import { ItemTooLargeError, RpcRefusedError } from './errors.js';
import { ItemReader } from './item-reader.js';
import { encodeItem } from './item-writer.js';
import { CloseCode, StreamCode } from './protocol.js';
import { RemoteNeighbors } from './remote-neighbors.js';
import type { TopicNews, TopicOrder, TopicWire } from './topic-wire.js';

/** What a subscription needs besides its stream. */
export interface SessionOptions {
  readonly wire: TopicWire;
  readonly queue: EventQueueOptions;
  readonly logger: Logger;
  /** Longest broadcast, until the server has told another limit. */
  readonly maxContentLength: number;
  /** The bootstrap peers of the subscription. */
  readonly bootstrap: readonly EndpointId[];
  /** Tells the server where these peers are, as far as we know and it can be told. @returns their ids */
  teach(peers: TopicCommand & { readonly type: 'joinPeers' }): Promise<readonly EndpointId[]>;
  /** The node's neighbors as the server says; undefined if it can't be asked. */
  askNeighbors(topic: TopicId): Promise<readonly EndpointId[] | undefined>;
  /** Waits until what was published in the topic is with the node's neighbors. */
  flush(topic: TopicId, signal: AbortSignal | undefined): Promise<FlushResult>;
  /** The outcome of the node's dials of these peers, as far as the server tells. */
  askTried(peers: readonly EndpointId[]): Promise<readonly TriedPeer[]>;
}

/**
 * A subscription to a topic of a node in another process.
 *
 * Events are read as they come, whether or not the program reads them, so that the list of neighbors is correct and what a slow reader misses is
 * counted. The queue drops the oldest events. The stream is stopped only when both halves are closed: a sender needs to know whether the
 * topic has neighbors.
 */
export class RemoteSession implements TopicSession {
  readonly topic: TopicId;
  /** The limit that the server has told, if it has. */
  limit: number | undefined;
  /** Settles when the server has joined the topic, or {@link refusal} says why not. A Rust server says nothing until it is over. */
  readonly answered: Promise<void>;
  /** Settles when the server sends no more. */
  readonly over: Promise<void>;
  readonly #stream: LinkedStream;
  readonly #options: SessionOptions;
  readonly #queue: EventQueue;
  readonly #neighbors = new RemoteNeighbors();
  readonly #named: Set<EndpointId>;
  readonly #answer = deferred<void>();
  #senderClosed = false;
  #receiverClosed = false;
  #over = false;
  /** What the stream ended with, if not in good order. */
  #broken: unknown;
  /** Why the topic ended, if its readers are told. */
  #failure: Error | undefined;
  #hasJoined = false;
  /** While the stream is over its high-water mark. */
  #full: Promise<void> | undefined;

  constructor(topic: TopicId, stream: LinkedStream, options: SessionOptions) {
    this.topic = topic;
    this.#stream = stream;
    this.#options = options;
    this.#queue = new EventQueue(options.queue);
    this.#named = new Set(options.bootstrap);
    this.answered = this.#answer.promise;
    this.over = this.#read();
    void stream.send.stopped.then((code) => this.#onStopped(code));
  }

  /** Why there is no topic to return: it is over before the server has joined it, or has said anything else. */
  get refusal(): Error | undefined {
    if (!this.#over || this.#hasJoined) return undefined;
    if (this.#failure) return this.#failure;
    if (this.#broken === undefined) return new GossipClosedError();
    if (this.#broken instanceof ConnectionClosedError) return this.#broken;
    if (!this.#options.wire.isFull) return undefined; // what it has sent tells nothing
    return new RpcRefusedError('failed', 'the node did not join the topic; the server log says why');
  }

  neighbors(): readonly EndpointId[] {
    return this.#over || (this.#senderClosed && this.#receiverClosed) ? [] : this.#neighbors.all();
  }

  maxContentLength(): number {
    return this.limit ?? this.#options.maxContentLength;
  }

  async joined(signal?: AbortSignal): Promise<void> {
    try {
      await abortable(this.#neighbors.joined, signal);
    } catch (error) {
      const isLate =
        signal?.aborted && error === signal.reason && error instanceof Error && error.name === 'TimeoutError';
      if (!isLate) throw error;
      throw new JoinTimeoutError(await this.#options.askTried([...this.#named].slice(0, MAX_TRIED)), { cause: error });
    }
  }

  async send(command: TopicCommand, signal?: AbortSignal): Promise<void> {
    checkCommand(command);
    signal?.throwIfAborted();
    this.#checkOpen();
    switch (command.type) {
      case 'joinPeers': {
        const peers = await this.#options.teach(command);
        for (const peer of peers) if (this.#named.size < MAX_TRIED) this.#named.add(peer);
        return await this.#write({ type: 'joinPeers', peers }, signal);
      }
      case 'broadcast': {
        const limit = this.maxContentLength();
        if (command.content.length > limit) throw new MessageTooLargeError(command.content.length, limit);
        if (command.whenAlone === 'reject' && this.#neighbors.size === 0) {
          throw new NoNeighborsError('the topic has no neighbor; wait for joined(), or let the message be kept');
        }
        return await this.#write(command, signal);
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
    return this.#neighbors.read(this.neighbors());
  }

  async flush(signal?: AbortSignal): Promise<FlushResult> {
    signal?.throwIfAborted();
    this.#checkOpen();
    try {
      return await this.#options.flush(this.topic, signal);
    } catch (error) {
      // What ends the topic may come later than this answer: it is on the other connection.
      if (error instanceof RpcRefusedError && error.reason === 'failed')
        await abortable(atMost(END_MS, this.over), signal);
      if (this.#over) this.#checkOpen(); // that is why
      throw error;
    }
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
    this.#neighbors.endReaders();
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

  async #write(order: TopicOrder, signal: AbortSignal | undefined): Promise<void> {
    const { send, on } = this.#stream;
    // Wait for space first: what was aborted was not sent.
    while (this.#full) await abortable(this.#full, signal);
    this.#checkOpen();
    const hasRoom = send.write(encodeItem(this.#options.wire.order, order));
    on.items++;
    if (hasRoom) return;
    this.#full = send.drained.then(() => {
      this.#full = undefined;
    });
  }

  #checkOpen(): void {
    if (this.#over && this.#failure) throw this.#failure;
    if (this.#senderClosed || this.#over) throw new TopicClosedError();
  }

  async #read(): Promise<void> {
    const { recv, send } = this.#stream;
    const reader = new ItemReader(recv);
    try {
      for (let body = await reader.next(); body; body = await reader.next()) {
        this.#onNews(decode(this.#options.wire.news, body));
      }
    } catch (error) {
      recv.stop(error instanceof ItemTooLargeError ? StreamCode.tooLarge : StreamCode.none);
      this.#broken = error;
      if (error instanceof ConnectionClosedError && !(await this.#endedWell())) this.#failure ??= error;
      if (!this.#over) this.#options.logger.warn({ topic: this.topic, error: String(error) }, 'a remote topic ended');
    }
    send.finish();
    this.#end(this.#failure);
  }

  /** A server that shuts down ends its topics in order; one that was lost does not. */
  async #endedWell(): Promise<boolean> {
    const closed = await this.#stream.on.connection.closed;
    return closed.type === 'local' || (closed.type === 'peer' && closed.code === CloseCode.none);
  }

  #onNews(news: TopicNews): void {
    this.#hasJoined ||= news.type !== 'failed';
    switch (news.type) {
      case 'joined':
        this.limit = news.maxContentLength;
        return this.#answer.resolve();
      case 'neighborUp':
        this.#neighbors.up(news);
        return this.#queue.push(news);
      case 'neighborDown':
        this.#neighbors.down(news);
        return this.#queue.push(news);
      case 'received':
        return this.#queue.push(news);
      case 'lagged':
        if (!this.#options.wire.isFull) void this.#afterLag();
        return this.#queue.push(news);
      case 'failed':
        this.#failure = new EndpointClosedError(news.cause === undefined ? {} : { cause: new Error(news.cause) });
        return;
    }
  }

  /** Over Rust's wire, changes of neighbors may be among what is lost. What comes after the gap is applied on top, whichever is first here. */
  async #afterLag(): Promise<void> {
    const now = await this.#options.askNeighbors(this.topic);
    if (now && !this.#over) this.#neighbors.correct(now);
  }

  #onStopped(code: number | undefined): void {
    if (code === undefined || this.#over) return;
    const why = code === StreamCode.tooLarge ? 'max message size exceeded' : `code ${code}`;
    this.#options.logger.warn({ topic: this.topic, why }, 'the server takes no more commands for a topic');
    this.#senderClosed = true;
    if (this.#receiverClosed) this.#closeIfBoth();
  }

  #end(error?: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#answer.resolve();
    this.#queue.end(error);
    this.#neighbors.endReaders(error);
    this.#neighbors.end(error ?? new TopicClosedError());
  }
}

/** Peers that are named when nobody was met in time. */
const MAX_TRIED = 16;

/** Longest wait for the end of a topic that the node is not in any more. */
const END_MS = 2_000;

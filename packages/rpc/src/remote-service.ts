import type { EndpointAddr, EndpointId, GossipService, GossipSnapshot, TopicId } from '@grapevine/api';
import {
  abortable,
  ConnectionClosedError,
  DEFAULT_UNREAD_BYTES,
  type FlushResult,
  GossipClosedError,
  SharedBudget,
  type SubscribeOptions,
  type TopicSession,
  type TriedPeer,
} from '@grapevine/net';
import { checkSubscribe } from '@grapevine/net/transport';
import type { Complete } from '@grapevine/proto/check';
import { atMost } from './at-most.js';
import { ClientLink, type CountedConnection, refusedBy, retryOnce } from './client-link.js';
import type { ResolvedClientOptions } from './client-options.js';
import { Dialer } from './dialer.js';
import { clientClosed, RpcRefusedError } from './errors.js';
import { writeItem } from './item-writer.js';
import { NodeControl } from './node-control.js';
import { StreamCode } from './protocol.js';
import { RemoteSession } from './remote-session.js';
import { TopicsLink } from './topics-link.js';

/** As in the node of this process. */
const DEFAULT_QUEUE_CAPACITY = 2_048;

const CLOSE_MS = 2_000;

/** Longest wait for the list of peers that the node has tried, after `joined()` has timed out. */
const TRIED_MS = 500;

/** A gossip node in another process. */
export class RemoteService implements GossipService {
  readonly control: NodeControl;
  readonly #options: ResolvedClientOptions;
  readonly #dialer: Dialer;
  readonly #topics: TopicsLink;
  readonly #controlLink: ClientLink;
  /** Connections to servers that have only the remote API: each is asked once. */
  readonly #plain = new WeakSet<CountedConnection>();
  readonly #sessions = new Set<RemoteSession>();
  readonly #unread = new SharedBudget(DEFAULT_UNREAD_BYTES);
  /** The connection of the last write. */
  #written: CountedConnection | undefined;
  #shutdown: Promise<void> | undefined;
  /** How the client has ended. */
  #end: 'closed' | 'node shut down' | undefined;

  constructor(options: ResolvedClientOptions) {
    this.#options = options;
    this.#dialer = new Dialer(options);
    this.#topics = new TopicsLink(this.#dialer, options);
    this.#controlLink = new ClientLink(this.#dialer, options.controlAlpn);
    this.control = new NodeControl(this.#controlLink);
  }

  /** With a Grapevine server it resolves when the server has joined, so that no later message is missed. */
  async subscribe(topic: TopicId, options: SubscribeOptions = {}): Promise<TopicSession> {
    checkSubscribe(topic, options);
    const { bootstrap = [], queueCapacity = DEFAULT_QUEUE_CAPACITY, echo = false } = options;
    if (!Number.isInteger(queueCapacity) || queueCapacity < 1) {
      throw new RangeError(`queueCapacity must be a whole number of at least 1, got ${queueCapacity}`);
    }
    this.#checkOpen();
    return await retryOnce(() => this.#subscribe(topic, { bootstrap, queueCapacity, echo }));
  }

  async #subscribe(
    topic: TopicId,
    { bootstrap, queueCapacity, echo }: Complete<SubscribeOptions>,
  ): Promise<TopicSession> {
    const ids = await this.#teach(bootstrap);
    const { stream, wire } = await this.#topics.openBi();
    if (echo && !wire.isFull) {
      stream.send.reset(StreamCode.none);
      throw new RpcRefusedError('unsupported', 'the server has only the remote API of Rust, without echo');
    }
    writeItem(stream.send, wire.request, { topic, bootstrap: ids, echo });
    stream.on.items++;
    this.#written = stream.on;
    const session = new RemoteSession(topic, stream, {
      wire,
      queue: { capacity: queueCapacity, budget: this.#unread },
      logger: this.#options.logger,
      maxContentLength: this.#options.maxContentLength,
      bootstrap: ids,
      teach: ({ peers }) => this.#teach(peers),
      askNeighbors: (of) => this.#ifGrapevine(stream.on, () => this.control.neighbors(of)).catch(() => undefined),
      askTried: (peers) => this.#tried(stream.on, peers),
      flush: (of, signal) => this.#flushTopic(stream.on, of, signal),
    });
    this.#sessions.add(session);
    void session.over.then(() => this.#sessions.delete(session));
    try {
      if (wire.isFull) await session.answered;
      else await this.#ifGrapevine(stream.on, () => this.control.settle(stream.on.items));
      this.#checkOpen();
      const { refusal } = session;
      if (refusal) throw refusal instanceof ConnectionClosedError ? await refusedBy(stream.on, refusal) : refusal;
    } catch (error) {
      session.closeSender();
      session.closeReceiver();
      throw error;
    }
    return session;
  }

  /** Includes the effect of everything that this client has sent before. */
  async snapshot(): Promise<GossipSnapshot> {
    await this.#settled();
    return await this.control.snapshot();
  }

  /** Shuts the node down. @throws RpcRefusedError unless the server lets clients do that */
  async shutdown(): Promise<void> {
    this.#shutdown ??= this.control.shutdown();
    try {
      await this.#shutdown;
      this.#end ??= 'node shut down';
    } catch (error) {
      this.#shutdown = undefined; // the caller may try again
      throw error;
    }
  }

  /** Waits until the server has handled all that was sent. @returns commands that were not carried out, if the server can tell */
  async flush(signal: AbortSignal | undefined): Promise<number | undefined> {
    return this.#written ? await this.#handled(this.#written, signal) : 0;
  }

  async #flushTopic(
    connection: CountedConnection,
    topic: TopicId,
    signal: AbortSignal | undefined,
  ): Promise<FlushResult> {
    const refused = await this.#handled(connection, signal);
    if (refused === undefined) {
      throw new RpcRefusedError('unsupported', 'the server has only the remote API of Rust, without flush');
    }
    const { kept, lost } = await abortable(this.control.flush(topic), signal);
    return { kept, lost, refused };
  }

  /** Waits until the server has handled what was written on a connection. @returns as {@link RemoteService.flush} */
  async #handled(connection: CountedConnection, signal: AbortSignal | undefined): Promise<number | undefined> {
    const { items } = connection;
    for (;;) {
      const settled = await abortable(
        this.#ifGrapevine(connection, () => this.control.settle(items)),
        signal,
      );
      if (!settled) return undefined;
      if (settled.isClosed) throw new GossipClosedError();
      if (settled.handled === undefined) throw new ConnectionClosedError('the server had not handled everything');
      if (settled.handled >= items) return settled.dropped;
    }
  }

  /** Ends the topics and the connections of this client, once the server has all that was sent (at most 2 s). The node keeps running. */
  async close(): Promise<void> {
    this.#end = 'closed';
    const sent = [...this.#sessions].map((session) => session.finish());
    await atMost(
      CLOSE_MS,
      Promise.all(sent).then(() => this.#settled()),
    );
    this.#topics.close();
    this.#controlLink.close();
    await this.#dialer.close();
  }

  #checkOpen(): void {
    switch (this.#end) {
      case undefined:
        return;
      case 'closed':
        throw clientClosed();
      case 'node shut down':
        throw new GossipClosedError();
    }
  }

  /** Waits until a Grapevine server has handled all that was sent. */
  async #settled(): Promise<void> {
    const connection = await this.#topics.current();
    if (connection && connection.items > 0) {
      await this.#ifGrapevine(connection, () => this.control.settle(connection.items));
    }
  }

  /** The remote API carries ids only; known addresses go over the control protocol. */
  async #teach(peers: readonly (EndpointId | EndpointAddr)[]): Promise<readonly EndpointId[]> {
    const addrs = peers.filter((peer) => typeof peer !== 'string').filter(({ addrs }) => addrs.length > 0);
    if (addrs.length > 0) {
      try {
        const connection = await this.#topics.connection();
        await this.#ifGrapevine(connection, () => this.control.learn(addrs));
        if (this.#plain.has(connection)) this.#cannotTeach('it is no Grapevine server');
      } catch (error) {
        if (!(error instanceof RpcRefusedError)) throw error;
        this.#cannotTeach(error.message);
      }
    }
    return peers.map((peer) => (typeof peer === 'string' ? peer : peer.id));
  }

  /** The outcome of the node's dials of some peers; empty if the server can't be asked. */
  async #tried(connection: CountedConnection, ids: readonly EndpointId[]): Promise<readonly TriedPeer[]> {
    const asked = this.#ifGrapevine(connection, () => this.control.snapshot()).catch(() => undefined);
    const peers = (await atMost(TRIED_MS, asked))?.peers ?? [];
    return ids.map((id) => {
      const { dialFailures = 0, lastDialError } = peers.find((peer) => peer.id === id) ?? {};
      return { id, dialFailures, lastDialError };
    });
  }

  #cannotTeach(why: string): void {
    this.#options.logger.warn({ why }, 'the server was not told the addresses of peers: it must find them itself');
  }

  /** A call that only Grapevine servers know: undefined with any other. */
  async #ifGrapevine<T>(connection: CountedConnection, call: () => Promise<T>): Promise<T | undefined> {
    if (this.#plain.has(connection)) return undefined;
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof RpcRefusedError && error.cause !== undefined)) throw error;
      this.#plain.add(connection);
      return undefined;
    }
  }
}

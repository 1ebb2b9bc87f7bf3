import {
  type Bootstrap,
  type EndpointAddr,
  type EndpointId,
  type GossipSnapshot,
  parseBootstraps,
  type TopicId,
} from '@grapevine/api';
import { ConnectError, ConnectionClosedError, endpointAddr, StreamResetError } from '@grapevine/net';
import { anArrayOf, anEndpointAddr, aTopicId } from '@grapevine/net/transport';
import { decode } from '@grapevine/postcard';
import { type ClientLink, refusedBy, retryOnce } from './client-link.js';
import {
  type ControlRequest,
  type ControlResponse,
  controlRequestSchema,
  controlResponseSchema,
} from './control-wire.js';
import { RpcProtocolError, RpcRefusedError } from './errors.js';
import { ItemReader } from './item-reader.js';
import { writeItem } from './item-writer.js';
import { CloseCode, StreamCode } from './protocol.js';

type Response<T extends ControlResponse['type']> = ControlResponse & { readonly type: T };

/**
 * What a Grapevine server does besides the remote `GossipApi`. Each call may reject with ConnectError, ConnectionClosedError, and
 * RpcRefusedError: with reason `unsupported` from a server that has no such calls, such as a Rust one.
 *
 * @example
 * ```ts
 * await using remote = connectRpc(server);
 * console.log(await remote.control.topics());
 * ```
 */
export class NodeControl {
  readonly #link: ClientLink;

  /** @internal */
  constructor(link: ClientLink) {
    this.#link = link;
  }

  /** A request without effect. @returns how long the answer took, in milliseconds */
  async ping(): Promise<number> {
    const start = performance.now();
    await this.#ask({ type: 'ping' }, 'done');
    return performance.now() - start;
  }

  /** The node's own id and addresses; `formatTicket` makes a ticket of it. */
  async addr(): Promise<EndpointAddr> {
    return (await this.#ask({ type: 'addr' }, 'addr')).addr;
  }

  /** The topics that the node is in, whoever joined them. */
  async topics(): Promise<readonly TopicId[]> {
    return (await this.#ask({ type: 'topics' }, 'topics')).topics;
  }

  /** The node's direct neighbors in a topic; none if it is not in the topic. */
  async neighbors(topic: TopicId): Promise<readonly EndpointId[]> {
    aTopicId('topic', topic);
    return (await this.#ask({ type: 'neighbors', topic }, 'neighbors')).neighbors;
  }

  /** How many subscribers a topic has on the node, without the node itself. They get what is published there. */
  async listeners(topic: TopicId): Promise<number> {
    aTopicId('topic', topic);
    return (await this.#ask({ type: 'listeners', topic }, 'listeners')).listeners;
  }

  /** What the node looks like right now. */
  async snapshot(): Promise<GossipSnapshot> {
    return (await this.#ask({ type: 'snapshot' }, 'snapshot')).snapshot;
  }

  /** Tells the node the addresses of peers. */
  async learn(addrs: readonly EndpointAddr[]): Promise<void> {
    anArrayOf('addresses', anEndpointAddr)('addrs', addrs);
    await this.#ask({ type: 'learn', addrs }, 'done');
  }

  /**
   * Has the node itself take part in a topic from now on, whatever its clients do. If it is in the topic already, these are more peers to join.
   *
   * @param peers in the topic already: tickets, addresses or ids; none: wait for others
   * @returns whether it was not in it before
   * @throws ParseError when a text is neither a ticket nor an id
   */
  async enter(topic: TopicId, peers: readonly Bootstrap[] = []): Promise<boolean> {
    aTopicId('topic', topic);
    const addrs = parseBootstraps('peers', peers).map((peer) => (typeof peer === 'string' ? endpointAddr(peer) : peer));
    return (await this.#ask({ type: 'enter', topic, peers: addrs }, 'moved')).moved;
  }

  /** Has the node itself leave a topic. It stays in the topic while clients are subscribed. @returns whether it took part by itself */
  async leave(topic: TopicId): Promise<boolean> {
    aTopicId('topic', topic);
    return (await this.#ask({ type: 'leave', topic }, 'moved')).moved;
  }

  /** Shuts the node down, if the server lets clients do that. Resolves when it is done, also if the server ends with the node. */
  async shutdown(): Promise<void> {
    const { connection } = await this.#link.connection().catch(asRefused);
    try {
      await this.#ask({ type: 'shutdown' }, 'done');
    } catch (error) {
      if (!(error instanceof ConnectionClosedError)) throw error;
      const closed = await connection.closed;
      if (closed.type !== 'peer' || closed.code !== CloseCode.none) throw error;
    }
  }

  /**
   * Waits until the server has handled this many items of the client's newest connection (at most 2 s).
   *
   * @internal
   * @returns whether the node was shut down; how many items have been dealt with, undefined where the connection is gone; and commands among
   *   them that the node did not carry out
   */
  settle(items: number): Promise<Response<'settled'>> {
    return this.#ask({ type: 'settle', items }, 'settled');
  }

  /**
   * Waits until what this client has published in a topic is with the transports of the node's neighbors.
   *
   * @internal
   */
  flush(topic: TopicId): Promise<Response<'flushed'>> {
    return this.#ask({ type: 'flush', topic }, 'flushed');
  }

  async #ask<T extends ControlResponse['type']>(request: ControlRequest, expected: T): Promise<Response<T>> {
    const exchange = () => this.#exchange(request);
    const response = await (request.type === 'shutdown' ? exchange() : retryOnce(exchange));
    if (response.type === 'refused') throw new RpcRefusedError(response.reason, response.message);
    if (response.type !== expected) {
      throw new RpcProtocolError(`the server answers ${request.type} with ${response.type}`);
    }
    return response as Response<T>;
  }

  async #exchange(request: ControlRequest): Promise<ControlResponse> {
    const { send, recv, on } = await this.#link.openBi().catch(asRefused);
    try {
      writeItem(send, controlRequestSchema, request);
      send.finish();
      const body = await new ItemReader(recv).next();
      recv.stop(StreamCode.none);
      if (!body) throw new RpcProtocolError(`the server does not answer ${request.type}`);
      return decode(controlResponseSchema, body);
    } catch (error) {
      if (error instanceof StreamResetError) {
        throw new RpcProtocolError(`the server does not understand ${request.type}`, { cause: error });
      }
      if (error instanceof ConnectionClosedError) throw await refusedBy(on, error);
      throw error;
    }
  }
}

/** The error for a server that does not know the protocol's name. */
function asRefused(error: unknown): never {
  if (error instanceof ConnectError && error.reason === 'alpn-mismatch') {
    throw new RpcRefusedError('unsupported', 'the server has only the remote API of Rust, without such calls', {
      cause: error,
    });
  }
  throw error;
}

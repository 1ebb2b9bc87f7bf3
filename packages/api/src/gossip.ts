import {
  type Connection,
  type Endpoint,
  GOSSIP_ALPN,
  GossipNode,
  type GossipOptions,
  type ProtocolCompanion,
  type ProtocolHandler,
} from '@grapevine/net';
import type { TopicId } from '@grapevine/proto';
import type { BindOptions } from './bind.js';
import type { BoundGossip } from './bound-gossip.js';
import { GossipApi } from './gossip-api.js';

/**
 * A gossip node in this process: {@link Gossip.bind} starts a whole one, {@link Gossip.spawn} one on an endpoint that the program has.
 *
 * @example
 * ```ts
 * await using endpoint = await Endpoint.bind();
 * await using gossip = Gossip.spawn(endpoint);
 * await using router = new Router(endpoint).accept(Gossip.ALPN, gossip).spawn();
 * ```
 */
export class Gossip extends GossipApi implements ProtocolHandler, AsyncDisposable {
  /** The protocol's name: register the node under it with the router. */
  static readonly ALPN = GOSSIP_ALPN;

  /** The name that this node speaks; {@link Gossip.ALPN} unless the options say otherwise. */
  readonly alpn: string;
  readonly #node: GossipNode;

  private constructor(node: GossipNode) {
    super(node);
    this.#node = node;
    this.alpn = node.alpn;
  }

  /**
   * Starts a whole node: binds an endpoint, starts gossip on it, and a router that brings incoming connections there.
   *
   * @throws TypeError, RangeError that name the option; BindError when the address can't be bound; UnsupportedPlatformError where there is no
   *   QUIC. Nothing is left open then.
   *
   * @example
   * ```ts
   * await using node = await Gossip.bind();
   * await using topic = await node.subscribe(topicIdFrom('my-room'), { bootstrap: ticket });
   * ```
   */
  // The method that this overrides is `Function.prototype.bind`.
  static override async bind(options: BindOptions = {}): Promise<BoundGossip> {
    const { bindGossip } = await import('./bind-gossip.js'); // programs that only spawn never load it
    return bindGossip(options, (node) => new Gossip(node));
  }

  /**
   * Starts a node on an endpoint. It dials by itself; to be dialed, it must be registered with the endpoint's router.
   *
   * @throws TypeError, RangeError naming the option and what it should be
   */
  static spawn(endpoint: Endpoint, options?: GossipOptions): Gossip {
    return new Gossip(new GossipNode(endpoint, options));
  }

  /** Protocols that belong to this one; the router registers them by itself. */
  get companions(): readonly ProtocolCompanion[] {
    return this.#node.companions;
  }

  /** Takes over an incoming connection. The router calls it. */
  accept(connection: Connection): void {
    this.#node.accept(connection);
  }

  /**
   * Asks `allowPeer` again about every peer, or every peer of a topic. Call it when the application's answers have changed. Peers that are
   * refused now are dropped from all views, in this very turn where `allowPeer` answers synchronously; peers that are allowed again may come back.
   *
   * @throws TypeError, RangeError when the topic is no topic id
   */
  reviewPeers(topic?: TopicId): void {
    this.#node.reviewPeers(topic);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }
}

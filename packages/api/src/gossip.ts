import {
  type Connection,
  type Endpoint,
  GOSSIP_ALPN,
  GossipNode,
  type GossipOptions,
  type ProtocolCompanion,
  type ProtocolHandler,
} from '@grapevine/net';
import { GossipApi } from './gossip-api.js';

/**
 * A gossip node in this process.
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
   * Starts a node on an endpoint. It dials by itself; to be dialed, it must be registered with the endpoint's router.
   *
   * @throws RangeError naming the option that is out of range
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

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }
}

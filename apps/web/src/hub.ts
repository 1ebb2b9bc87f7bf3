import { type Bootstrap, type BoundGossip, Gossip, type GossipTopic } from '@grapevine/api';
import { type Endpoint, type EndpointAddr, SecretKey } from '@grapevine/net';
import { Endpoint as QuicEndpoint } from '@grapevine/net/quic';
import type { TopicId } from '@grapevine/proto';
import { HubEndpoint, WebListener } from '@grapevine/web/listener';

/** Binds what members without a browser dial. */
export type BindEndpoint = (options: { readonly secretKey: SecretKey; readonly address: string }) => Promise<Endpoint>;

/** How to start a {@link Hub}. */
export interface HubOptions {
  readonly topic: TopicId;
  /** Where the endpoint binds, `HOST:PORT`. */
  readonly address: string;
  /** Where the listener for browsers binds, `HOST:PORT`. */
  readonly webAddress: string;
  /** Members to join through. Default: none. */
  readonly bootstrap?: readonly Bootstrap[];
  readonly secretKey?: SecretKey;
  /** Default: a QUIC endpoint. */
  readonly bindEndpoint?: BindEndpoint;
}

/** A member that browsers can dial. It reads nothing itself: it passes on. */
export class Hub implements AsyncDisposable {
  readonly #node: BoundGossip;
  readonly #endpoint: Endpoint;
  readonly #listener: WebListener;
  readonly #topic: GossipTopic;

  private constructor(node: BoundGossip, endpoint: Endpoint, listener: WebListener, topic: GossipTopic) {
    this.#node = node;
    this.#endpoint = endpoint;
    this.#listener = listener;
    this.#topic = topic;
    void this.#drain();
  }

  /** @throws BindError */
  static async start(options: HubOptions): Promise<Hub> {
    const { topic: id, address, webAddress, bootstrap = [], secretKey = SecretKey.generate() } = options;
    const bindEndpoint = options.bindEndpoint ?? ((request) => QuicEndpoint.bind(request));
    const endpoint = await bindEndpoint({ secretKey, address });
    let listener: WebListener;
    try {
      listener = await WebListener.bind({ secretKey, address: webAddress });
    } catch (error) {
      await endpoint.close();
      throw error;
    }
    const node = await Gossip.bind({ endpoint: new HubEndpoint(endpoint, listener) });
    return new Hub(node, endpoint, listener, await node.subscribe(id, { bootstrap: [...bootstrap] }));
  }

  /** Where members with an endpoint of the same kind reach it. */
  get addr(): EndpointAddr {
    return this.#endpoint.addr();
  }

  /** Where browsers reach it. Changes with the certificate, every eleven days. */
  get webAddr(): EndpointAddr {
    return this.#listener.addr();
  }

  /** What the node looks like right now. */
  snapshot(): ReturnType<BoundGossip['snapshot']> {
    return this.#node.snapshot();
  }

  close(): Promise<void> {
    return this.#node.shutdown();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** A hub keeps no events for anybody. */
  async #drain(): Promise<void> {
    while (!(await this.#topic.next()).done);
  }
}

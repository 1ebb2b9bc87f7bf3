import { type Bootstrap, Gossip, type GossipTopic } from '@grapevine/api';
import { type EndpointAddr, SecretKey } from '@grapevine/net';
import { Endpoint, Router } from '@grapevine/net/quic';
import type { TopicId } from '@grapevine/proto';
import { WebListener } from '@grapevine/web/listener';

/** How to start a {@link Hub}. */
export interface HubOptions {
  readonly topic: TopicId;
  /** Where the QUIC endpoint binds, `HOST:PORT`. */
  readonly address: string;
  /** Where the listener for browsers binds, `HOST:PORT`. */
  readonly webAddress: string;
  /** Members to join through. Default: none. */
  readonly bootstrap?: readonly Bootstrap[];
  readonly secretKey?: SecretKey;
}

/** A member that browsers can dial. It reads nothing itself: it passes on. */
export class Hub implements AsyncDisposable {
  readonly #endpoint: Endpoint;
  readonly #listener: WebListener;
  readonly #routers: readonly Router[];
  readonly #topic: GossipTopic;

  private constructor(endpoint: Endpoint, listener: WebListener, routers: readonly Router[], topic: GossipTopic) {
    this.#endpoint = endpoint;
    this.#listener = listener;
    this.#routers = routers;
    this.#topic = topic;
    void this.#drain();
  }

  /** @throws BindError */
  static async start(options: HubOptions): Promise<Hub> {
    const { topic: id, address, webAddress, bootstrap = [], secretKey = SecretKey.generate() } = options;
    const endpoint = await Endpoint.bind({ secretKey, address });
    let listener: WebListener;
    try {
      listener = await WebListener.bind({ secretKey, address: webAddress });
    } catch (error) {
      await endpoint.close();
      throw error;
    }
    const gossip = Gossip.spawn(endpoint);
    const routers = [endpoint, listener].map((acceptor) => new Router(acceptor).accept(Gossip.ALPN, gossip).spawn());
    return new Hub(endpoint, listener, routers, await gossip.subscribe(id, { bootstrap: [...bootstrap] }));
  }

  /** Where members with a QUIC endpoint reach it. */
  get addr(): EndpointAddr {
    return this.#endpoint.addr();
  }

  /** Where browsers reach it. Changes with the certificate, every eleven days. */
  get webAddr(): EndpointAddr {
    return this.#listener.addr();
  }

  async close(): Promise<void> {
    await Promise.all(this.#routers.map((router) => router.shutdown()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** A hub keeps no events for anybody. */
  async #drain(): Promise<void> {
    while (!(await this.#topic.next()).done);
  }
}

import type {
  AddressLookup,
  Connection,
  ConnectOptions,
  Endpoint,
  EndpointAddr,
  EndpointCloseReason,
  EndpointId,
  Incoming,
  TransportLosses,
  TransportLossReason,
} from '@grapevine/net';
import { AsyncQueue, anEndpoint, NO_TRANSPORT_LOSSES } from '@grapevine/net/transport';
import type { WebListener } from './web-listener.js';

/**
 * An endpoint and a listener for browsers as one: what a *hub* is. It dials as the endpoint does, accepts from both, and has the listener among its
 * addresses. So tickets and gossip spread the listener's address, and a tab whose hub dies knows other hubs.
 *
 * @example
 * ```ts
 * const endpoint = await Endpoint.bind({ secretKey });
 * const listener = await WebListener.bind({ secretKey, address: '0.0.0.0:8443' });
 * await using hub = await Gossip.bind({ endpoint: new HubEndpoint(endpoint, listener) });
 * ```
 */
export class HubEndpoint implements Endpoint {
  readonly id: EndpointId;
  readonly addressLookup: AddressLookup;
  readonly #endpoint: Endpoint;
  readonly #listener: WebListener;
  readonly #incoming = new AsyncQueue<Incoming>();
  #open = 2;

  /** Takes both over: they are closed with it. @throws TypeError when they have different keys */
  constructor(endpoint: Endpoint, listener: WebListener) {
    anEndpoint('endpoint', endpoint);
    anEndpoint('listener', listener);
    if (endpoint.id !== listener.id) throw new TypeError('the endpoint and the listener must have the same key');
    this.id = endpoint.id;
    this.addressLookup = endpoint.addressLookup;
    this.#endpoint = endpoint;
    this.#listener = listener;
    for (const acceptor of [endpoint, listener]) void this.#take(acceptor);
  }

  addr(): EndpointAddr {
    return { id: this.id, addrs: [...this.#endpoint.addr().addrs, ...this.#listener.addr().addrs] };
  }

  watchAddr(): AsyncIterable<EndpointAddr> {
    const queue = new AsyncQueue<EndpointAddr>();
    let open = 2;
    const watch = async (acceptor: Endpoint): Promise<void> => {
      for await (const _ of acceptor.watchAddr()) queue.push(this.addr());
      if (--open === 0) queue.end();
    };
    void watch(this.#endpoint);
    void watch(this.#listener);
    return queue;
  }

  setAlpns(alpns: readonly string[]): void {
    this.#endpoint.setAlpns(alpns);
    this.#listener.setAlpns(alpns);
  }

  connect(to: EndpointAddr | EndpointId, alpn: string, options?: ConnectOptions): Promise<Connection> {
    return this.#endpoint.connect(to, alpn, options);
  }

  accept(): AsyncIterable<Incoming> {
    return this.#incoming;
  }

  /** Of both together. */
  losses(): TransportLosses {
    const sum = { ...(this.#endpoint.losses?.() ?? NO_TRANSPORT_LOSSES) };
    for (const [reason, count] of Object.entries(this.#listener.losses())) sum[reason as TransportLossReason] += count;
    return sum;
  }

  /** As the endpoint's: when only the listener's socket dies, the hub loses its tabs and stays open. */
  get closed(): Promise<EndpointCloseReason> {
    return this.#endpoint.closed;
  }

  async close(): Promise<void> {
    await Promise.all([this.#listener.close(), this.#endpoint.close()]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #take(acceptor: Endpoint): Promise<void> {
    for await (const incoming of acceptor.accept()) this.#incoming.push(incoming);
    if (--this.#open === 0) this.#incoming.end();
  }
}

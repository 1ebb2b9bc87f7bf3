import {
  type AddressLookup,
  type Connection,
  type ConnectOptions,
  type Endpoint,
  type EndpointAddr,
  type EndpointId,
  type Incoming,
  SecretKey,
} from '@grapevine/net';
import type { EndpointOptions } from '@grapevine/net/quic';
import { WebEndpoint } from '../src/index.js';
import { QuicDialer, WebListener, type WebListenerOptions } from '../src/listener/index.js';

/** The options with which a pair dials. */
export type DialingEndpoint = Pick<Endpoint, 'id' | 'addressLookup' | 'connect' | 'close'>;

/** A listener and an endpoint that dials, with one key, which the compliance suite tests from both sides. */
export class WebPair implements Endpoint {
  readonly id: EndpointId;
  readonly addressLookup: AddressLookup;
  readonly #listener: WebListener;
  readonly #endpoint: DialingEndpoint;
  readonly #dialer: QuicDialer | undefined;

  constructor(parts: { listener: WebListener; endpoint: DialingEndpoint; dialer?: QuicDialer }) {
    this.#listener = parts.listener;
    this.#endpoint = parts.endpoint;
    this.#dialer = parts.dialer;
    this.id = parts.listener.id;
    this.addressLookup = parts.endpoint.addressLookup;
  }

  static async bind(options: WebListenerOptions = {}): Promise<WebPair> {
    const { secretKey = SecretKey.generate(), alpns, origins, authority, maxSessions, ...quic } = options;
    const listener = await WebListener.bind({ address: '127.0.0.1:0', ...options, secretKey });
    const dialer = await QuicDialer.bind({ address: '127.0.0.1:0', ...(quic as EndpointOptions) });
    const { handshakeTimeoutMs } = options;
    const endpoint = new WebEndpoint({
      key: secretKey,
      dialer: dialer.dial,
      ...(handshakeTimeoutMs !== undefined && { handshakeTimeoutMs }),
    });
    return new WebPair({ listener, endpoint, dialer });
  }

  addr(): EndpointAddr {
    return this.#listener.addr();
  }

  watchAddr(): AsyncIterable<EndpointAddr> {
    return this.#listener.watchAddr();
  }

  setAlpns(alpns: readonly string[]): void {
    this.#listener.setAlpns(alpns);
  }

  connect(to: EndpointAddr | EndpointId, alpn: string, options?: ConnectOptions): Promise<Connection> {
    return this.#endpoint.connect(to, alpn, options);
  }

  accept(): AsyncIterable<Incoming> {
    return this.#listener.accept();
  }

  get closed() {
    return this.#listener.closed;
  }

  async close(): Promise<void> {
    await Promise.all([this.#endpoint.close(), this.#listener.close()]);
    await this.#dialer?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

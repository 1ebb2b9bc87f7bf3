import { AddressBook, type AddressLookup } from '../address/address-book.js';
import { directAddrs, type EndpointAddr, endpointAddr } from '../address/endpoint-addr.js';
import { isLoopback } from '../address/socket-addr.js';
import { ConnectError } from '../errors.js';
import type { EndpointId } from '../identity/endpoint-id.js';
import type { EndpointCloseReason } from '../transport/close-reason.js';
import type { TransportLosses } from '../transport/losses.js';
import type { Connection, ConnectOptions, Incoming, Endpoint as TransportEndpoint } from '../transport/seam.js';
import { checkAlpns } from '../util/check-alpns.js';
import { checkConnect } from '../util/check-connect.js';
import { addrsOf } from './advertise.js';
import { BoundSocket } from './bound-socket.js';
import { plainAddress, QuicConnection } from './connection.js';
import type { EndpointStats } from './core.js';
import { type EndpointOptions, resolveOptions } from './options.js';

/**
 * A QUIC endpoint: one identity on one UDP socket, which dials and is dialed.
 *
 * Both sides of every connection prove an Ed25519 key in a TLS 1.3 handshake; 0-RTT and session resumption are off.
 *
 * @example
 * ```ts
 * await using endpoint = await Endpoint.bind({ address: '127.0.0.1:0' });
 * const connection = await endpoint.connect(peer, '/my-protocol/1');
 * ```
 */
export class Endpoint implements TransportEndpoint {
  readonly id: EndpointId;
  readonly addressLookup: AddressLookup;
  readonly #bound: BoundSocket;

  private constructor(bound: BoundSocket) {
    const { secretKey, addressLookup } = bound.settings;
    this.#bound = bound;
    this.id = secretKey.id;
    this.addressLookup = addressLookup ?? new AddressBook({ allowLoopback: isLoopback(bound.addr) });
  }

  /**
   * Binds a UDP socket.
   *
   * @throws BindError when the address is taken or not ours; TypeError, RangeError for options; ParseError for the address
   */
  static async bind(options: EndpointOptions = {}): Promise<Endpoint> {
    return new Endpoint(await BoundSocket.bind(resolveOptions(options, 'identity')));
  }

  addr(): EndpointAddr {
    const { addr, settings } = this.#bound;
    return endpointAddr(this.id, ...addrsOf(addr, settings.advertise));
  }

  /** Yields {@link Endpoint.addr} once and ends when the endpoint closes: the interfaces of the machine are not watched. */
  async *watchAddr(): AsyncIterable<EndpointAddr> {
    if (this.#bound.isClosed) return;
    yield this.addr();
    await this.closed;
  }

  setAlpns(alpns: readonly string[]): void {
    this.#bound.setAlpns(alpns);
  }

  async connect(to: EndpointAddr | EndpointId, alpn: string, options: ConnectOptions = {}): Promise<Connection> {
    checkConnect(to, options);
    const { signal } = options;
    const [checkedAlpn] = checkAlpns([alpn]) as [string];
    const id = typeof to === 'string' ? to : to.id;
    const find = async () => {
      if (id === this.id) throw new ConnectError('self', 'an endpoint cannot dial itself');
      const addrs = directAddrs(await this.#resolve(to, signal));
      return { expected: { type: 'id', id }, alpn: checkedAlpn, addrs } as const;
    };
    const driver = await this.#bound.dial(find, signal);
    this.addressLookup.add(endpointAddr(id, plainAddress(driver.remote)), 'proven');
    return new QuicConnection(driver, await driver.handshake.promise);
  }

  accept(): AsyncIterable<Incoming> {
    return this.#bound.acceptor.queue;
  }

  get closed(): Promise<EndpointCloseReason> {
    return this.#bound.closed.promise;
  }

  close(): Promise<void> {
    return this.#bound.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Plain numbers about the socket and what is on it. */
  stats(): EndpointStats {
    return this.#bound.stats();
  }

  /** What of it is a loss, by reason. */
  losses(): TransportLosses {
    return this.#bound.losses();
  }

  async #resolve(to: EndpointAddr | EndpointId, signal: AbortSignal | undefined): Promise<EndpointAddr> {
    if (typeof to !== 'string' && to.addrs.length > 0) return to;
    return this.addressLookup.resolve(typeof to === 'string' ? to : to.id, signal ? { signal } : {});
  }
}

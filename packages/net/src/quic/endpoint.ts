import { AddressBook, type AddressLookup } from '../address/address-book.js';
import { directAddrs, type EndpointAddr, endpointAddr } from '../address/endpoint-addr.js';
import { formatSocketAddr, isLoopback, type SocketAddr } from '../address/socket-addr.js';
import { BindError, ConnectError, EndpointClosedError } from '../errors.js';
import type { EndpointId } from '../identity/endpoint-id.js';
import type { Connection, ConnectOptions, Incoming, Endpoint as TransportEndpoint } from '../transport/seam.js';
import { AsyncQueue } from '../util/async-queue.js';
import { checkAlpns } from '../util/check-alpns.js';
import { type Deferred, deferred } from '../util/deferred.js';
import { Acceptor } from './acceptor.js';
import { advertisedAddrs } from './advertise.js';
import { Configs } from './config.js';
import { plainAddress, QuicConnection } from './connection.js';
import { Core, type EndpointStats } from './core.js';
import { dial } from './dialer.js';
import { type EndpointOptions, resolveOptions, type Settings } from './options.js';
import type { UdpSocket } from './udp-socket.js';

/**
 * A QUIC endpoint: one identity on one UDP socket, which dials and is dialled.
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
  readonly #settings: Settings;
  readonly #socket: UdpSocket;
  readonly #bound: SocketAddr;
  readonly #core: Core;
  readonly #configs: Configs;
  readonly #acceptor: Acceptor;
  readonly #watchers = new Set<AsyncQueue<EndpointAddr>>();
  /** Rejects the dials that are under way. */
  readonly #dials = new Set<Deferred<never>>();
  #closing: Promise<void> | undefined;

  private constructor(settings: Settings, socket: UdpSocket, bound: SocketAddr) {
    this.#settings = settings;
    this.#socket = socket;
    this.#bound = bound;
    this.id = settings.secretKey.id;
    this.addressLookup = settings.addressLookup ?? new AddressBook({ allowLoopback: isLoopback(bound) });
    this.#core = new Core(settings, bound, socket);
    this.#configs = new Configs(settings);
    this.#acceptor = new Acceptor(this.#core, this.#configs);
    socket.onDatagram(this.#core.receive);
    socket.onError((error) => this.#onSocketError(error));
    this.#core.onStray = (datagram, host, port) => this.#acceptor.onStray(datagram, host, port);
  }

  /**
   * Binds a UDP socket.
   *
   * @throws BindError when the address is taken or not ours; TypeError, RangeError for options; ParseError for the address
   */
  static async bind(options: EndpointOptions = {}): Promise<Endpoint> {
    const settings = resolveOptions(options);
    const socket = settings.socket();
    try {
      return new Endpoint(settings, socket, await socket.bind(settings.address));
    } catch (error) {
      throw new BindError(formatSocketAddr(settings.address), error as Error);
    }
  }

  addr(): EndpointAddr {
    return endpointAddr(this.id, ...advertisedAddrs(this.#bound));
  }

  /** Yields {@link Endpoint.addr} once and ends when the endpoint closes: the interfaces of the machine are not watched. */
  watchAddr(): AsyncIterable<EndpointAddr> {
    const queue = new AsyncQueue<EndpointAddr>();
    if (this.#closing) queue.end();
    else {
      queue.push(this.addr());
      this.#watchers.add(queue);
    }
    return queue;
  }

  setAlpns(alpns: readonly string[]): void {
    this.#acceptor.alpns = checkAlpns(alpns);
  }

  async connect(to: EndpointAddr | EndpointId, alpn: string, options: ConnectOptions = {}): Promise<Connection> {
    const { signal } = options;
    const [checkedAlpn] = checkAlpns([alpn]) as [string];
    signal?.throwIfAborted();
    if (this.#closing) throw new EndpointClosedError();
    const id = typeof to === 'string' ? to : to.id;
    if (id === this.id) throw new ConnectError('self', 'an endpoint can not dial itself');

    const cancel = deferred<never>();
    cancel.promise.catch(() => {}); // also when nobody races it any more
    const onAbort = () => cancel.reject(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#dials.add(cancel);
    try {
      const addrs = directAddrs(await Promise.race([cancel.promise, this.#resolve(to, signal)]));
      const driver = await dial(this.#core, this.#configs, { id, alpn: checkedAlpn, addrs }, cancel.promise);
      this.addressLookup.add(endpointAddr(id, plainAddress(driver.remote)), 'proven');
      return new QuicConnection(driver, await driver.proven.promise);
    } finally {
      this.#dials.delete(cancel);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  accept(): AsyncIterable<Incoming> {
    return this.#acceptor.queue;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Plain numbers about the socket and what is on it. */
  stats(): EndpointStats {
    return {
      connections: this.#core.drivers.size,
      routes: this.#core.routes.size,
      halfOpen: this.#acceptor.halfOpen.total,
      ...this.#core.counters,
    };
  }

  async #resolve(to: EndpointAddr | EndpointId, signal: AbortSignal | undefined): Promise<EndpointAddr> {
    if (typeof to !== 'string' && to.addrs.length > 0) return to;
    return this.addressLookup.resolve(typeof to === 'string' ? to : to.id, signal ? { signal } : {});
  }

  async #close(): Promise<void> {
    const error = new EndpointClosedError();
    for (const dial of this.#dials) dial.reject(error);
    this.#acceptor.close();
    for (const driver of [...this.#core.drivers]) {
      driver.proven.reject(error);
      driver.close(0, '');
    }
    this.#core.stop();
    for (const watcher of this.#watchers) watcher.end();
    this.#watchers.clear();
    await this.#socket.close();
  }

  #onSocketError(error: Error): void {
    if (this.#closing) return;
    this.#settings.logger.error({ error: String(error) }, 'the UDP socket failed: the endpoint closes');
    this.close().catch(() => {});
  }
}

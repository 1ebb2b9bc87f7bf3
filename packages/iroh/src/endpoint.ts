import {
  AddressBook,
  type AddressLookup,
  ConnectError,
  type Connection,
  type ConnectOptions,
  directAddrs,
  type Endpoint,
  type EndpointAddr,
  EndpointClosedError,
  type EndpointCloseReason,
  type EndpointId,
  type Incoming,
  parseEndpointId,
} from '@grapevine/net';
import { checkAlpns, checkConnect, type Deferred, deferred, isLoopback, onAbort } from '@grapevine/net/transport';
import { fromNativeAddr, toNativeAddr } from './addr.js';
import { AddrWatch } from './addr-watch.js';
import { bindNative } from './bind.js';
import { iroh, type NativeConnection, type NativeEndpoint } from './binding.js';
import { toNumbers } from './bytes.js';
import { IrohConnection } from './connection.js';
import { discard, type IncomingHost, IrohIncoming } from './incoming.js';
import { connectError } from './native-error.js';
import {
  checkBindOptions,
  checkTransportOptions,
  type IrohEndpointOptions,
  type IrohTransportOptions,
  resolveBindOptions,
  resolveOptions,
  type Settings,
} from './options.js';
import { StreamSource } from './stream-source.js';

/** Endpoints of the binding that belong to one of ours. */
const adopted = new WeakSet<NativeEndpoint>();

/**
 * An endpoint of iroh: one identity with direct addresses and relays, which dials and is dialed.
 *
 * @example
 * ```ts
 * await using endpoint = await IrohEndpoint.bind({ preset: 'minimal', address: '127.0.0.1:0' });
 * const connection = await endpoint.connect(peer, '/my-protocol/1');
 * ```
 */
export class IrohEndpoint implements Endpoint, IncomingHost {
  readonly id: EndpointId;
  readonly addressLookup: AddressLookup;
  /**
   * iroh's own endpoint, for what {@link Endpoint} does not cover: `online()`, `insertRelay()`, `stats()`. Accept connections and close it here, not
   * there.
   */
  readonly native: NativeEndpoint;
  readonly #settings: Settings;
  readonly #connections = new Set<IrohConnection>();
  readonly #undecided = new Set<IrohIncoming>();
  /** Rejects the dials that are under way. */
  readonly #dials = new Set<Deferred<never>>();
  readonly #incoming: StreamSource<Incoming>;
  readonly #watch: AddrWatch;
  #lastAddr: EndpointAddr;
  readonly #closed = deferred<EndpointCloseReason>();
  #closing: Promise<void> | undefined;

  private constructor(native: NativeEndpoint, settings: Settings) {
    adopted.add(native);
    this.native = native;
    this.#settings = settings;
    this.id = parseEndpointId(native.id().toString());
    this.#lastAddr = fromNativeAddr(native.addr());
    const isLocal = directAddrs(this.#lastAddr).every(isLoopback);
    this.addressLookup = settings.addressLookup ?? new AddressBook({ allowLoopback: isLocal });
    this.#watch = new AddrWatch(() => this.addr());
    this.#incoming = new StreamSource(() => this.#acceptNext());
  }

  /**
   * Binds a new endpoint. It works without the internet, but then finds no endpoints by id and reaches no relays.
   *
   * @throws BindError when the address is taken or not ours; TypeError, RangeError for options; ParseError for the address
   */
  static async bind(options: IrohEndpointOptions = {}): Promise<IrohEndpoint> {
    checkBindOptions(options);
    const settings = resolveOptions(options);
    return new IrohEndpoint(await bindNative(resolveBindOptions(options)), settings);
  }

  /**
   * Takes over an endpoint that was made with `@number0/iroh`. From then on it belongs to the result, which accepts its connections, replaces its
   * protocols (`setAlpns`) and closes it (`close`). The program may still dial with it and read its state.
   *
   * @throws TypeError if it is no such endpoint, or taken over already; EndpointClosedError
   */
  static adopt(native: NativeEndpoint, options: IrohTransportOptions = {}): IrohEndpoint {
    checkTransportOptions(options);
    if (!(native instanceof iroh.Endpoint)) throw new TypeError('expected an Endpoint of @number0/iroh');
    if (adopted.has(native)) throw new TypeError('this endpoint of @number0/iroh has been taken over already');
    if (native.isClosed()) throw new EndpointClosedError();
    return new IrohEndpoint(native, resolveOptions(options));
  }

  get handshakeTimeoutMs(): number {
    return this.#settings.handshakeTimeoutMs;
  }

  addr(): EndpointAddr {
    if (!this.#closing) this.#lastAddr = fromNativeAddr(this.native.addr());
    return this.#lastAddr;
  }

  /** Yields {@link Endpoint.addr} now and, within a second, whenever it changes; ends when the endpoint closes. */
  watchAddr(): AsyncIterable<EndpointAddr> {
    return this.#watch.watch();
  }

  setAlpns(alpns: readonly string[]): void {
    this.native.setAlpns(checkAlpns(alpns).map((alpn) => toNumbers(Buffer.from(alpn))));
  }

  async connect(to: EndpointAddr | EndpointId, alpn: string, options: ConnectOptions = {}): Promise<Connection> {
    checkConnect(to, options);
    const { signal } = options;
    const [checkedAlpn] = checkAlpns([alpn]) as [string];
    signal?.throwIfAborted();
    if (this.#closing) throw new EndpointClosedError();
    const id = typeof to === 'string' ? to : to.id;
    if (id === this.id) throw new ConnectError('self', 'an endpoint cannot dial itself');

    const cancel = deferred<never>();
    cancel.promise.catch(() => {}); // also when nobody awaits it any more
    const stop = signal && onAbort(signal, () => cancel.reject(signal.reason));
    const timer = setTimeout(
      () => cancel.reject(new ConnectError('timeout', `dial failed: ${id} did not answer in time`)),
      this.handshakeTimeoutMs,
    );
    this.#dials.add(cancel);
    try {
      const { addrs } = await Promise.race([cancel.promise, this.#resolve(to, signal)]);
      const connection = this.admit(await this.#dial({ id, addrs }, checkedAlpn, cancel.promise));
      const proven = connection.remoteAddr();
      if (proven) this.addressLookup.add({ id, addrs: [proven] }, 'proven');
      return connection;
    } finally {
      clearTimeout(timer);
      this.#dials.delete(cancel);
      stop?.();
    }
  }

  accept(): AsyncIterable<Incoming> {
    return this.#incoming;
  }

  /** See {@link Endpoint.closed}. iroh itself replaces sockets that fail, so the endpoint ends only when it is closed. */
  get closed(): Promise<EndpointCloseReason> {
    return this.#closed.promise;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  admit(native: NativeConnection): IrohConnection {
    if (this.#closing) throw new EndpointClosedError();
    const connection = new IrohConnection(native, this.#settings);
    this.#connections.add(connection);
    void connection.closed.then(() => this.#connections.delete(connection));
    return connection;
  }

  decided(incoming: IrohIncoming): void {
    this.#undecided.delete(incoming);
  }

  async #resolve(to: EndpointAddr | EndpointId, signal: AbortSignal | undefined): Promise<EndpointAddr> {
    if (typeof to !== 'string' && to.addrs.length > 0) return to;
    return this.addressLookup.resolve(typeof to === 'string' ? to : to.id, signal ? { signal } : {});
  }

  /** iroh continues an abandoned dial until its own time-out. A connection that comes of it is closed. */
  async #dial({ id, addrs }: EndpointAddr, alpn: string, cancelled: Promise<never>): Promise<NativeConnection> {
    const dialing = this.native
      .connect(toNativeAddr(id, addrs), toNumbers(Buffer.from(alpn)))
      .catch((error: unknown) => {
        throw connectError('dial', error);
      });
    try {
      return await Promise.race([cancelled, dialing]);
    } catch (error) {
      dialing.then(discard, () => {});
      throw error;
    }
  }

  /** Waits for the next client. @throws EndpointClosedError */
  async #acceptNext(): Promise<Incoming> {
    for (;;) {
      const native = await this.native.acceptNext();
      if (!native) {
        void this.close(); // also when the program has closed the adopted endpoint
        throw new EndpointClosedError();
      }
      const from = await native.remoteAddr().catch(() => undefined);
      if (!from) continue; // gone already
      const incoming = new IrohIncoming(native, from.addr ?? from.description ?? from.kind, this);
      if (this.#closing) incoming.fail(new EndpointClosedError());
      else this.#undecided.add(incoming);
      return incoming;
    }
  }

  async #close(): Promise<void> {
    const error = new EndpointClosedError();
    this.addr();
    for (const dial of this.#dials) dial.reject(error);
    for (const incoming of [...this.#undecided]) incoming.fail(error);
    this.#incoming.end();
    for (const connection of [...this.#connections]) connection.close(0);
    this.#watch.end();
    this.#closed.resolve({ type: 'local' });
    await this.native.close();
  }
}

import { aBoolean, anInteger, type Checks, checkOptions } from '@grapevine/proto/check';
import { AddressBook, type AddressLookup } from '../address/address-book.js';
import { directAddrs, type EndpointAddr, endpointAddr, type TransportAddr } from '../address/endpoint-addr.js';
import type { SocketAddr } from '../address/socket-addr.js';
import { formatSocketAddr } from '../address/socket-addr.js';
import { ConnectError, EndpointClosedError } from '../errors.js';
import type { EndpointId } from '../identity/endpoint-id.js';
import type { SecretKey } from '../identity/secret-key.js';
import type { EndpointCloseReason } from '../transport/close-reason.js';
import type { Connection, ConnectOptions, Endpoint, Incoming } from '../transport/seam.js';
import { AsyncQueue } from '../util/async-queue.js';
import { anAlpn, checkAlpns, someAlpns } from '../util/check-alpns.js';
import { checkConnect } from '../util/check-connect.js';
import { aClock, anAddressLookup, aSecretKey, aSocketAddr } from '../util/checks.js';
import { type Clock, delay } from '../util/clock.js';
import { abortable, deferred } from '../util/deferred.js';
import { EitherSignal } from '../util/either-signal.js';
import { MemoryConnection } from './connection.js';

/** Settings of a {@link MemoryEndpoint}. */
export interface MemoryEndpointOptions {
  /** Default: a fresh key. */
  readonly secretKey?: SecretKey | undefined;
  readonly alpns?: readonly string[] | undefined;
  /** Default: a new {@link AddressBook}. */
  readonly addressLookup?: AddressLookup | undefined;
  /** Where it lives. Default: an address that nobody has. */
  readonly socketAddr?: SocketAddr | undefined;
  /** The clock of the machine that it runs on, which may stand still while the machine sleeps. Default: the network's. */
  readonly clock?: Clock | undefined;
  /** Streams that a peer may have open to it at once, per connection, one-way and two-way together. Default 4,096. */
  readonly maxUniStreams?: number | undefined;
  /** Whether it dials and cannot be dialed, as a browser tab. Default: it can be. */
  readonly isLeaf?: boolean | undefined;
}

const MAX_STREAMS = 4096;

/** @throws TypeError, RangeError that name the option */
export function checkMemoryEndpoint(options: MemoryEndpointOptions): void {
  checkOptions('MemoryNetwork.endpoint', options, CHECKS);
}

const CHECKS: Checks<MemoryEndpointOptions> = {
  secretKey: aSecretKey,
  alpns: someAlpns,
  addressLookup: anAddressLookup,
  socketAddr: aSocketAddr,
  clock: aClock,
  maxUniStreams: anInteger(0),
  isLeaf: aBoolean,
};

/** What an endpoint needs of the network that it is on. */
export interface EndpointHost {
  readonly clock: Clock;
  readonly handshakeTimeoutMs: number;
  /** Who is at an address and reachable from an endpoint. */
  find(from: MemoryEndpoint, addr: SocketAddr): MemoryEndpoint | undefined;
  latencyMs(from: MemoryEndpoint, to: MemoryEndpoint): number;
  /** Joins the two ends of a new connection. */
  join(
    ends: readonly [MemoryEndpoint, MemoryEndpoint],
    connections: readonly [MemoryConnection, MemoryConnection],
  ): void;
  /** Nobody reaches the endpoint any more; its connections live on. */
  unregister(endpoint: MemoryEndpoint): void;
  /** The same, and its connections fall silent. */
  vanish(endpoint: MemoryEndpoint): void;
}

/** An endpoint on a `MemoryNetwork`, which makes it. */
export class MemoryEndpoint implements Endpoint {
  readonly id: EndpointId;
  readonly isLeaf: boolean;
  readonly addressLookup: AddressLookup;
  /** Where it lives on its network. */
  readonly socketAddr: SocketAddr;
  /** @internal The time on its own machine. */
  readonly clock: Clock;
  /** @internal */
  readonly maxUniStreams: number;
  readonly #network: EndpointHost;
  readonly #incoming = new AsyncQueue<Incoming>();
  readonly #connections = new Set<MemoryConnection>();
  readonly #closing = new AbortController();
  readonly #closed = deferred<EndpointCloseReason>();
  #alpns: readonly string[];

  /** @internal Use `MemoryNetwork.endpoint`. */
  constructor(network: EndpointHost, key: SecretKey, addr: SocketAddr, options: MemoryEndpointOptions) {
    this.id = key.id;
    this.isLeaf = options.isLeaf ?? false;
    this.socketAddr = addr;
    this.clock = options.clock ?? network.clock;
    this.maxUniStreams = options.maxUniStreams ?? MAX_STREAMS;
    this.addressLookup = options.addressLookup ?? new AddressBook({ now: () => this.clock.now() });
    this.#network = network;
    this.#alpns = options.alpns ?? [];
  }

  /** @internal The time on the network, which never stands still. */
  get networkClock(): Clock {
    return this.#network.clock;
  }

  addr(): EndpointAddr {
    return this.isLeaf ? { id: this.id, addrs: [] } : endpointAddr(this.id, this.socketAddr);
  }

  async *watchAddr(): AsyncIterable<EndpointAddr> {
    yield this.addr();
    await this.closed;
  }

  get closed(): Promise<EndpointCloseReason> {
    return this.#closed.promise;
  }

  setAlpns(alpns: readonly string[]): void {
    this.#alpns = checkAlpns(alpns);
  }

  async connect(to: EndpointAddr | EndpointId, alpn: string, options: ConnectOptions = {}): Promise<Connection> {
    checkConnect(to, options);
    anAlpn('alpn', alpn);
    const { signal } = options;
    signal?.throwIfAborted();
    if (this.#closing.signal.aborted) throw this.#closing.signal.reason;
    const target = await this.#resolve(to, signal);
    const [addr] = directAddrs(target);
    if (!addr) throw new ConnectError('no-address', `no address is known for ${target.id}`);
    using stop = new EitherSignal(this.#closing.signal, ...(signal ? [signal] : []));
    try {
      return await this.#dial(target.id, addr, alpn, stop.signal);
    } catch (error) {
      if (this.#closing.signal.aborted) throw this.#closing.signal.reason;
      throw error;
    }
  }

  accept(): AsyncIterable<Incoming> {
    return this.#incoming;
  }

  async close(): Promise<void> {
    this.#end({ type: 'local' }, new EndpointClosedError(), (connection) => connection.close(0, 'endpoint closed'));
  }

  /** Ends as an endpoint whose socket fails: peers are not told. */
  fail(error: Error): void {
    const message = `the endpoint failed: ${error.message}`;
    this.#end({ type: 'error', error }, new EndpointClosedError({ cause: error }), (connection) =>
      connection.end({ type: 'error', message }),
    );
    this.#network.vanish(this);
  }

  #end(reason: EndpointCloseReason, error: EndpointClosedError, end: (connection: MemoryConnection) => void): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(error);
    this.#network.unregister(this);
    this.#incoming.end();
    for (const connection of this.#connections) end(connection);
    this.#closed.resolve(reason);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #resolve(to: EndpointAddr | EndpointId, signal: AbortSignal | undefined): Promise<EndpointAddr> {
    const id = typeof to === 'string' ? to : to.id;
    if (id === this.id) throw new ConnectError('self', 'an endpoint does not dial itself');
    if (typeof to !== 'string' && to.addrs.length > 0) return to;
    return this.addressLookup.resolve(id, signal ? { signal } : {});
  }

  async #dial(id: EndpointId, addr: SocketAddr, alpn: string, signal: AbortSignal): Promise<Connection> {
    const network = this.#network;
    const peer = network.find(this, addr);
    if (!peer) return this.#timeOut(addr, signal);
    const there = network.latencyMs(this, peer);
    const rttMs = there + network.latencyMs(peer, this);
    if (there > 0) await delay(this.clock, there, signal);
    if (network.find(this, addr) !== peer) return this.#timeOut(addr, signal); // the network has changed on the way
    if (peer.id !== id) {
      throw new ConnectError('identity-mismatch', `expected ${id} at ${formatSocketAddr(addr)}, met ${peer.id}`);
    }
    if (!peer.#alpns.includes(alpn)) throw new ConnectError('alpn-mismatch', `${id} does not speak ${alpn}`);
    const mine = new MemoryConnection({
      remoteId: id,
      remoteAddr: ip(addr),
      alpn,
      side: 'dialed',
      isFromLeaf: false,
      rttMs,
      maxStreams: peer.maxUniStreams,
      clock: this.clock,
    });
    await peer.#offer(this, mine, rttMs, signal);
    if (rttMs > there) await delay(this.clock, rttMs - there, signal);
    this.addressLookup.add(endpointAddr(id, addr), 'proven');
    return mine;
  }

  async #timeOut(addr: SocketAddr, signal: AbortSignal): Promise<never> {
    await delay(this.clock, this.#network.handshakeTimeoutMs, signal);
    throw new ConnectError('timeout', `nobody answered at ${formatSocketAddr(addr)}`);
  }

  /** Puts a dialer into the queue of {@link MemoryEndpoint.accept} and waits for the decision. */
  async #offer(dialer: MemoryEndpoint, theirs: MemoryConnection, rttMs: number, signal: AbortSignal): Promise<void> {
    const decision = deferred();
    const deadline = dialer.clock.setTimer(
      () => decision.reject(new ConnectError('timeout', `${this.id} did not answer in time`)),
      this.#network.handshakeTimeoutMs,
    );
    this.#incoming.push({
      remoteAddress: formatSocketAddr(dialer.socketAddr),
      refuse: () => decision.reject(new ConnectError('refused', `${this.id} refused the connection`)),
      accept: async () => {
        if (signal.aborted) throw new ConnectError('transport', 'the dialer gave up', { cause: signal.reason });
        const connection = new MemoryConnection({
          remoteId: dialer.id,
          remoteAddr: ip(dialer.socketAddr),
          alpn: theirs.alpn,
          side: 'accepted',
          isFromLeaf: dialer.isLeaf,
          rttMs,
          maxStreams: dialer.maxUniStreams,
          clock: this.clock,
        });
        this.#network.join([dialer, this], [theirs, connection]);
        dialer.#track(theirs);
        this.#track(connection);
        decision.resolve();
        return connection;
      },
    });
    try {
      await abortable(decision.promise, signal);
    } catch (error) {
      theirs.close(0, 'gave up');
      throw error;
    } finally {
      deadline.cancel();
    }
  }

  #track(connection: MemoryConnection): void {
    this.#connections.add(connection);
    void connection.closed.then(() => this.#connections.delete(connection));
  }
}

function ip(addr: SocketAddr): TransportAddr {
  return { type: 'ip', addr };
}

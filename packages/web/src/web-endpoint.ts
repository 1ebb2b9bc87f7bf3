import {
  AddressBook,
  type AddressLookup,
  abortable,
  ConnectError,
  type Connection,
  type ConnectOptions,
  deferred,
  type Endpoint,
  type EndpointAddr,
  EndpointClosedError,
  type EndpointCloseReason,
  type EndpointId,
  type Incoming,
} from '@grapevine/net';
import {
  AsyncQueue,
  aFunction,
  anAddressLookup,
  anInteger,
  type Check,
  type Checks,
  checkAlpns,
  checkConnect,
  checkOptions,
  onAbort,
} from '@grapevine/net/transport';
import { pathOf, type WebAddr, webAddrs } from './address/web-addr.js';
import { browserDialer } from './browser/browser-dialer.js';
import { proveDialer } from './identity/dialer.js';
import type { WebKey } from './identity/key.js';
import { WebConnection } from './session/web-connection.js';
import type { WebSession } from './session/web-session.js';

/** Opens a WebTransport session. */
export type SessionDialer = (
  to: WebAddr,
  path: string,
  options: { readonly signal: AbortSignal },
) => Promise<WebSession>;

/** Settings of a {@link WebEndpoint}. */
export interface WebEndpointOptions {
  /** The endpoint's key, whose public half is its id. */
  readonly key: WebKey;
  /** How sessions are opened. Default: by the browser's own `WebTransport`. */
  readonly dialer?: SessionDialer | undefined;
  /** A dial must end within this time, in milliseconds. Default 10,000. */
  readonly handshakeTimeoutMs?: number | undefined;
  /** Where to look up endpoints by id. Default: a fresh address book. */
  readonly addressLookup?: AddressLookup | undefined;
}

const MAX_TIMER_MS = 2 ** 31 - 1;

const aWebKey: Check = (name, value) => {
  const { id, sign } = Object(value) as Partial<WebKey>;
  if (typeof id === 'string' && typeof sign === 'function') return;
  throw new TypeError(`${name} must be a SecretKey, or what BrowserKey.load gives`);
};

const CHECKS: Checks<WebEndpointOptions> = {
  key: aWebKey,
  dialer: aFunction,
  handshakeTimeoutMs: anInteger(1, MAX_TIMER_MS),
  addressLookup: anAddressLookup,
};

/**
 * An endpoint that dials listeners by WebTransport and cannot be dialed: a browser tab, a worker.
 *
 * @example
 * ```ts
 * const endpoint = new WebEndpoint({ key: await BrowserKey.load('chat') });
 * const gossip = LeafGossip.spawn(endpoint); // of @grapevine/api/leaf
 * const topic = await gossip.subscribe(topicId, { bootstrap: [parseTicket(ticket)] });
 * ```
 */
export class WebEndpoint implements Endpoint {
  readonly id: EndpointId;
  readonly isLeaf = true;
  readonly addressLookup: AddressLookup;
  readonly #key: WebKey;
  readonly #dialer: SessionDialer;
  readonly #timeoutMs: number;
  readonly #incoming = new AsyncQueue<Incoming>();
  readonly #watchers = new Set<AsyncQueue<EndpointAddr>>();
  readonly #connections = new Set<Connection>();
  readonly #over = new AbortController();
  readonly #closed = deferred<EndpointCloseReason>();

  /** @throws TypeError, RangeError that name the option */
  constructor(options: WebEndpointOptions) {
    checkOptions('WebEndpoint', options ?? null, CHECKS);
    aWebKey('key', options.key);
    this.#key = options.key;
    this.id = options.key.id;
    this.#dialer = options.dialer ?? browserDialer;
    this.#timeoutMs = options.handshakeTimeoutMs ?? 10_000;
    this.addressLookup = options.addressLookup ?? new AddressBook();
  }

  /** Our id and no address: nobody can dial us. */
  addr(): EndpointAddr {
    return { id: this.id, addrs: [] };
  }

  watchAddr(): AsyncIterable<EndpointAddr> {
    const queue = new AsyncQueue<EndpointAddr>();
    queue.push(this.addr());
    if (this.#over.signal.aborted) queue.end();
    else this.#watchers.add(queue);
    return queue;
  }

  /** Has no effect: nobody can dial us. */
  setAlpns(alpns: readonly string[]): void {
    checkAlpns(alpns);
  }

  async connect(to: EndpointAddr | EndpointId, alpn: string, options: ConnectOptions = {}): Promise<Connection> {
    checkConnect(to, options);
    const { signal } = options;
    const [checkedAlpn] = checkAlpns([alpn]) as [string];
    signal?.throwIfAborted();
    this.#over.signal.throwIfAborted();
    const giveUp = new AbortController();
    const timer = setTimeout(
      () => giveUp.abort(new ConnectError('timeout', 'dial failed: nobody answered in time')),
      this.#timeoutMs,
    );
    const over = this.#over.signal;
    const stops = [signal, over].map((each) => each && onAbort(each, () => giveUp.abort(each.reason)));
    try {
      return await this.#connect(to, checkedAlpn, giveUp.signal);
    } finally {
      clearTimeout(timer);
      for (const stop of stops) stop?.();
    }
  }

  /** Yields nothing; ends when the endpoint closes. */
  accept(): AsyncIterable<Incoming> {
    return this.#incoming;
  }

  get closed(): Promise<EndpointCloseReason> {
    return this.#closed.promise;
  }

  async close(): Promise<void> {
    if (this.#over.signal.aborted) return;
    this.#over.abort(new EndpointClosedError());
    for (const connection of this.#connections) connection.close(0);
    for (const watcher of this.#watchers) watcher.end();
    this.#incoming.end();
    this.#closed.resolve({ type: 'local' });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #connect(to: EndpointAddr | EndpointId, alpn: string, signal: AbortSignal): Promise<Connection> {
    const id = typeof to === 'string' ? to : to.id;
    if (id === this.id) throw new ConnectError('self', 'an endpoint cannot dial itself');
    const isKnown = typeof to !== 'string' && to.addrs.length > 0;
    const { addrs } = isKnown ? to : await abortable(this.addressLookup.resolve(id, { signal }), signal);
    const listeners = webAddrs(addrs);
    if (listeners.length === 0) throw new ConnectError('no-address', `no web address is known for ${id}`);
    const errors: unknown[] = [];
    for (const listener of listeners) {
      try {
        return await this.#dial(id, listener, alpn, signal);
      } catch (error) {
        signal.throwIfAborted();
        errors.push(error);
      }
    }
    throw errors[0];
  }

  async #dial(id: EndpointId, listener: WebAddr, alpn: string, signal: AbortSignal): Promise<Connection> {
    const session = await this.#dialer(listener, pathOf(alpn), { signal });
    try {
      await abortable(proveDialer(session, this.#key, { id, hashes: listener.hashes, alpn }), signal);
    } catch (error) {
      session.close(0);
      throw error instanceof ConnectError || signal.aborted
        ? error
        : new ConnectError('transport', `dial failed: ${(error as Error).message}`, { cause: error });
    }
    const connection = new WebConnection(session, { remoteId: id, alpn, side: 'dialed' });
    this.#connections.add(connection);
    void connection.closed.then(() => this.#connections.delete(connection));
    return connection;
  }
}

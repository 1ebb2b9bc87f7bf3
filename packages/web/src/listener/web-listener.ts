import {
  AddressBook,
  type AddressLookup,
  ConnectError,
  type Connection,
  type Endpoint,
  type EndpointAddr,
  EndpointClosedError,
  type EndpointCloseReason,
  type EndpointId,
  formatSocketAddr,
  type Incoming,
  type Logger,
  SecretKey,
  type SocketAddr,
  silentLogger,
  sourceOf,
  type TransportLosses,
} from '@grapevine/net';
import { CertificateEndpoint, type EndpointOptions } from '@grapevine/net/quic';
import {
  AsyncQueue,
  anArrayOf,
  anInteger,
  aSecretKey,
  aString,
  type Checks,
  checkAlpns,
  checkOptions,
  given,
  someAlpns,
} from '@grapevine/net/transport';
import { alpnOf, webTransportAddr } from '../address/web-addr.js';
import { Http3Connection } from '../http3/http3-connection.js';
import { Http3Session } from '../http3/http3-session.js';
import { encodeResponse, readRequest } from '../http3/request.js';
import { LISTENER_BUDGETS, quicBudgets } from './budgets.js';
import { Certificates } from './certificates.js';
import { quicOptionsOf } from './quic-options.js';
import { SessionRoom } from './session-room.js';
import { WebIncoming } from './web-incoming.js';

/** Settings of a {@link WebListener}. */
export interface WebListenerOptions extends Omit<EndpointOptions, 'alpns' | 'addressLookup'> {
  /** The endpoint's key: a listener is one more way to reach it. Default: a fresh key. */
  readonly secretKey?: SecretKey | undefined;
  /** The protocols to answer to; a `Router` sets them itself. Default none: every dial fails. */
  readonly alpns?: readonly string[] | undefined;
  /** Which pages may connect, by origin: `https://chat.example.org`. Default: every page. Programs that send no origin may, always. */
  readonly origins?: readonly string[] | undefined;
  /** What browsers are told to dial, `HOST:PORT`, where that is not the address of the socket: a name, or an address outside of a NAT. */
  readonly authority?: string | undefined;
  /** How many sessions may be held. Default 1,024. */
  readonly maxSessions?: number | undefined;
  /** How many of them from one source (a host, or a /64 of IPv6). Default 256. */
  readonly maxSessionsPerSource?: number | undefined;
  /** How many of them whose dialer has not proven who it is. Default 256. */
  readonly maxUnproven?: number | undefined;
  /** As of an `Endpoint`. Default 1 MiB. */
  readonly connectionWindow?: number | undefined;
  /** As of an `Endpoint`. Default 256 KiB. */
  readonly streamWindow?: number | undefined;
  /** As of an `Endpoint`. Default 1,024. */
  readonly maxUniStreams?: number | undefined;
  /** As of an `Endpoint`. Default 128. */
  readonly maxBiStreams?: number | undefined;
}

/** Options of the listener's own; those of its socket are checked with the socket. */
const CHECKS: Checks<
  Pick<
    WebListenerOptions,
    'secretKey' | 'alpns' | 'origins' | 'authority' | 'maxSessions' | 'maxSessionsPerSource' | 'maxUnproven'
  >
> = {
  secretKey: aSecretKey,
  alpns: someAlpns,
  origins: anArrayOf('origins', aString),
  authority: aString,
  maxSessions: anInteger(1, 1_000_000),
  maxSessionsPerSource: anInteger(1, 1_000_000),
  maxUnproven: anInteger(1, 1_000_000),
};

/** The protocol of HTTP/3 in TLS. */
const H3_ALPN = 'h3';
/**
 * What a client may make us keep before it has proven who it is: a request, two control streams, and the first messages of a session. In the worst
 * case QUIC takes 25 bytes of memory for each of these bytes, and 2 kB for a stream.
 */
const UNPROVEN = { bytes: 16 * 1_024, streams: 64 } as const;

const OK = 200;
const NOT_FOUND = 404;
const FORBIDDEN = 403;
const TOO_MANY = 429;

/**
 * Accepts browsers: WebTransport over HTTP/3 on a UDP socket of its own, as one more acceptor beside a QUIC endpoint with the same key.
 * It cannot dial.
 *
 * @example
 * ```ts
 * const listener = await WebListener.bind({ secretKey, address: '127.0.0.1:8443' });
 * await using web = new Router(listener).accept(Gossip.ALPN, gossip).spawn();
 * console.log(formatTicket(listener.addr()));
 * ```
 */
export class WebListener implements Endpoint {
  readonly id: EndpointId;
  readonly addressLookup: AddressLookup = new AddressBook();
  readonly #quic: CertificateEndpoint;
  readonly #secretKey: SecretKey;
  readonly #certificates: Certificates;
  readonly #queue = new AsyncQueue<Incoming>();
  readonly #undecided = new Set<WebIncoming>();
  readonly #sessions = new Set<Http3Session>();
  readonly #watchers = new Set<AsyncQueue<EndpointAddr>>();
  readonly #origins: ReadonlySet<string> | undefined;
  readonly #authority: string | undefined;
  readonly #handshakeTimeoutMs: number;
  readonly #room: SessionRoom;
  readonly #logger: Logger;
  #alpns: readonly string[];
  #closing: Promise<void> | undefined;
  #badRequests = 0;
  #withoutRoom = 0;

  private constructor(quic: CertificateEndpoint, secretKey: SecretKey, options: WebListenerOptions) {
    this.#quic = quic;
    this.#secretKey = secretKey;
    this.id = secretKey.id;
    this.#alpns = checkAlpns(options.alpns ?? []);
    this.#origins = options.origins && new Set(options.origins);
    this.#authority = options.authority;
    this.#handshakeTimeoutMs = options.handshakeTimeoutMs ?? 10_000;
    this.#room = new SessionRoom({ ...LISTENER_BUDGETS, ...given(options) });
    this.#logger = options.logger ?? silentLogger;
    this.#certificates = new Certificates(secretKey, () => this.#onNewCertificate());
    quic.showCertificate(this.#certificates.current);
    void quic.closed.then(() => this.#end());
    void this.#run();
  }

  /** Binds a UDP socket. @throws as `Endpoint.bind` does */
  static async bind(options: WebListenerOptions = {}): Promise<WebListener> {
    const { alpns, origins, authority, maxSessions, maxSessionsPerSource, maxUnproven, ...rest } = options;
    const { secretKey = SecretKey.generate(), ...quicOptions } = rest;
    const own = { secretKey, alpns, origins, authority, maxSessions, maxSessionsPerSource, maxUnproven };
    checkOptions('WebListener.bind', own, CHECKS);
    const bounded = quicOptionsOf({ ...quicBudgets(), ...given(quicOptions) });
    const quic = await CertificateEndpoint.bind({ ...bounded, alpns: [H3_ALPN] });
    return new WebListener(quic, secretKey, options);
  }

  /** Where the socket is bound. */
  get boundAddr(): SocketAddr {
    return this.#quic.addr;
  }

  /** Our id, and where browsers reach us: good for eleven days at least. */
  addr(): EndpointAddr {
    const authority = this.#authority ?? formatSocketAddr(this.#quic.addr);
    return { id: this.id, addrs: [webTransportAddr({ authority, hashes: this.#certificates.advertised })] };
  }

  /** Yields {@link WebListener.addr} now and whenever the certificate changes. */
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
    this.#alpns = checkAlpns(alpns);
  }

  /** A listener cannot dial. @throws ConnectError always */
  async connect(): Promise<Connection> {
    if (this.#closing) throw new EndpointClosedError();
    throw new ConnectError('no-address', 'a web listener cannot dial: use the QUIC endpoint beside it');
  }

  accept(): AsyncIterable<Incoming> {
    return this.#queue;
  }

  losses(): TransportLosses {
    return { ...this.#quic.losses(), 'bad-request': this.#badRequests, 'no-room': this.#withoutRoom };
  }

  get closed(): Promise<EndpointCloseReason> {
    return this.#quic.closed;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#queue.end();
    for (const session of this.#sessions) session.close(0);
    await Promise.all([...this.#sessions].map((session) => session.ended));
    await this.#quic.close();
  }

  #end(): void {
    this.#certificates.stop();
    this.#queue.end();
    for (const watcher of this.#watchers) watcher.end();
    this.#watchers.clear();
  }

  async #run(): Promise<void> {
    for await (const incoming of this.#quic.accept()) {
      const { remoteAddress } = incoming;
      incoming
        .accept()
        .then((quic) => this.#serve(new Http3Connection(quic), remoteAddress))
        .catch((error: unknown) =>
          this.#logger.debug({ remoteAddress, error: String(error) }, 'no web session came of a connection'),
        );
    }
  }

  /** Answers a connection, which must ask for a session within the handshake's time: browsers open some that ask for nothing. */
  async #serve(http: Http3Connection, remoteAddress: string): Promise<void> {
    const timer = setTimeout(() => http.quic.close(0), this.#handshakeTimeoutMs);
    timer.unref();
    http.quic.limitPending?.(UNPROVEN);
    try {
      await this.#answer(http, remoteAddress);
    } catch (error) {
      this.#badRequests++;
      http.fail(error);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async #answer(http: Http3Connection, remoteAddress: string): Promise<void> {
    const request = await http.request;
    const asked = await readRequest(request);
    const alpn = asked && alpnOf(asked.path);
    const reject = (status: number): void => {
      request.send.write(encodeResponse(status));
      request.send.finish();
    };
    const isForbidden = asked?.origin !== undefined && this.#origins?.has(asked.origin) === false;
    if (alpn === undefined || isForbidden) {
      this.#badRequests++;
      return reject(alpn === undefined ? NOT_FOUND : FORBIDDEN);
    }
    const source = sourceOf(http.quic.remoteAddr()) ?? remoteAddress;
    const refusal = this.#closing ? 'closing' : this.#room.refusal(source);
    if (refusal !== undefined) {
      this.#withoutRoom++;
      this.#logger.debug({ remoteAddress, refusal }, 'no room for a web session');
      return reject(TOO_MANY);
    }
    const place = this.#room.enter(source);
    void http.quic.closed.then(place.left);
    await http.peerSettings;
    request.send.write(encodeResponse(OK));
    const session = new Http3Session(http, request);
    this.#sessions.add(session);
    void session.ended.then(() => this.#sessions.delete(session));
    this.#admit(session, { alpn, remoteAddress }, place.proven);
  }

  #admit(
    session: Http3Session,
    asked: { readonly alpn: string; readonly remoteAddress: string },
    onProven: () => void,
  ): void {
    const incoming: WebIncoming = new WebIncoming(
      { secretKey: this.#secretKey, certificates: this.#certificates },
      session,
      asked,
      this.#handshakeTimeoutMs,
      { onDecision: () => this.#undecided.delete(incoming), onProven },
    );
    if (!this.#alpns.includes(asked.alpn)) return incoming.refuseWith('unknownProtocol');
    this.#undecided.add(incoming);
    this.#queue.push(incoming);
  }

  #onNewCertificate(): void {
    this.#quic.showCertificate(this.#certificates.current);
    for (const watcher of this.#watchers) watcher.push(this.addr());
  }
}

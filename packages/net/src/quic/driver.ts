import { ConnectError, type ConnectFailure } from '../errors.js';
import type { EndpointId } from '../identity/endpoint-id.js';
import { type CloseReason, describeClose } from '../transport/close-reason.js';
import { type Deferred, deferred } from '../util/deferred.js';
import type { HostPort, RecvInfo } from './binding.js';
import { closeReasonOf, connectErrorOf, TlsAlert, TransportError } from './close-reason.js';
import { Liveness } from './liveness.js';
import type { NativeConnection, NativeStats } from './native-connection.js';
import { maxDatagramSize, type Settings } from './options.js';
import { PathProber } from './path-prober.js';
import { checkPeer, type Expectation } from './peer-check.js';
import { PeerPath } from './peer-path.js';
import { StreamSet } from './stream-set.js';

/** What a driver needs of its endpoint. */
export interface DriverHost {
  readonly settings: Settings;
  /** Our address as quiche knows it. */
  readonly local: HostPort;
  /** Call {@link Driver.tick} once, later in this turn of the event loop. */
  schedule(driver: Driver): void;
  /** Writes the connection's next datagrams, none larger than `size`, to the socket. */
  transmit(native: NativeConnection, to: PeerPath, size: number): Transmitted;
  /** Sends a datagram made by us. */
  sendDatagram(datagram: Uint8Array, to: HostPort): void;
  /** Sends the close packet, and repeats it when the peer goes on sending. */
  transmitClose(native: NativeConnection, driver: Driver): void;
  /** The handshake is done: the peer may reset the connection. */
  opened(driver: Driver): void;
  /** The connection is over: route nothing to it any more. */
  forget(driver: Driver): void;
}

/** What {@link DriverHost.transmit} did. */
export interface Transmitted {
  /** Whether there may be more to send. */
  readonly hasMore: boolean;
  /** Whether a datagram was as large as it might be. */
  readonly hasFilled: boolean;
}

/** What is known when a handshake has ended well. */
export interface PeerIdentity {
  /** Undefined where endpoints need not prove an id: {@link CertificateEndpoint}, whose connections do not show it. */
  readonly remoteId: EndpointId | undefined;
  readonly alpn: string;
}

/** What a driver is made with. */
export interface DriverOptions {
  readonly native: NativeConnection;
  readonly side: 'dialed' | 'accepted';
  readonly remote: HostPort;
  /** What the peer must prove. */
  readonly expected: Expectation;
  /** The protocol a dial asks for. */
  readonly alpn?: string;
  /** Called when the handshake has ended, either way. */
  readonly onHandshakeEnd?: () => void;
}

/** quiche's timer is that of its loss detection when it is due within this, in milliseconds; else nothing is under way and it is the idle timer. */
const LOSS_TIMER_MS = 3_000;
/** Node's timers may fire a little early; quiche then finds nothing to do. */
const TIMER_SLACK_MS = 1;
const MAX_REASON_BYTES = 200;

/**
 * Drives one native connection: datagrams in, one tick per turn of the event loop, one timer.
 *
 * The invariant: whatever happens to a connection (a datagram, a write, a timer) marks it, and the *tick* then does everything
 * in one order: notice the end, check the peer, tell the streams, hand over what they queued, send datagrams, arm the timer.
 */
export class Driver {
  readonly side: 'dialed' | 'accepted';
  readonly streams: StreamSet;
  /** Settles when the handshake is complete and the peer has proven its identity. */
  readonly handshake: Deferred<PeerIdentity> = deferred();
  /** Settles when the connection is over. */
  readonly closed: Deferred<CloseReason> = deferred();
  /** The keys under which datagrams find their way here. */
  readonly routes = new Set<string>();
  /** Whether it waits for its tick. */
  isScheduled = false;
  /** Where the peer is now. */
  readonly remote: PeerPath;

  readonly #host: DriverHost;
  readonly #expected: Expectation;
  readonly #alpn: string | undefined;
  readonly #onHandshakeEnd: () => void;
  #native: NativeConnection | undefined;
  readonly #info: RecvInfo;
  #phase: 'handshake' | 'confirming' | 'open' | 'closed' = 'handshake';
  #wasShort = false;
  #received = false;
  /** quiche took offence at a datagram: see whether that was the end. */
  #hasFailed = false;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  readonly #startedAt = performance.now();
  readonly #path: PathProber;
  readonly #liveness = new Liveness(this.#startedAt);
  #lastStats: NativeStats = { rttMs: 0, sentBytes: 0, receivedBytes: 0, lostPackets: 0 };

  constructor(host: DriverHost, options: DriverOptions) {
    const { native, side, remote, expected, alpn, onHandshakeEnd } = options;
    this.#host = host;
    this.#native = native;
    this.side = side;
    this.remote = new PeerPath(remote);
    this.#info = { from: remote, to: host.local };
    this.#expected = expected;
    this.#alpn = alpn;
    this.#onHandshakeEnd = onHandshakeEnd ?? (() => {});
    this.streams = new StreamSet(
      native,
      side,
      host.settings.sendHighWaterMark,
      () => host.schedule(this),
      () => void this.#transmit(native),
    );
    this.#path = new PathProber(native, maxDatagramSize(host.settings, remote), (datagram) => {
      if (this.remote.isProven) host.sendDatagram(datagram, this.remote);
    });
    this.handshake.promise.catch(() => {}); // callers that await it see the error
  }

  get isClosed(): boolean {
    return this.#phase === 'closed';
  }

  /** A datagram for this connection. */
  receive(datagram: Uint8Array, host: string, port: number): void {
    const native = this.#native;
    if (!native) return;
    const hasMoved = !this.remote.is(host, port);
    // Only a client may move, and not in its handshake (RFC 9000, section 9).
    if (hasMoved && (this.#phase !== 'open' || this.side === 'dialed')) return;
    const isLong = ((datagram[0] ?? 0x80) & 0x80) !== 0;
    if (isLong && this.#phase === 'open' && !hasMoved && this.#path.receive(datagram)) return this.#host.schedule(this);
    const { length } = datagram;
    if (this.#phase === 'confirming' && !isLong) this.#wasShort = true;
    const before = hasMoved ? native.packetsReceived() : 0;
    if (native.recv(datagram, this.#info) !== undefined) this.#hasFailed = true;
    if (!hasMoved) this.remote.received(length);
    else if (native.packetsReceived() > before) {
      this.remote.moveTo(host, port, length);
      this.#path.moved();
    }
    this.#received = true;
    this.#host.schedule(this);
  }

  /** Everything that is due. */
  tick(): void {
    const native = this.#native;
    if (!native) return;
    const received = this.#received;
    if (received) {
      this.#received = false;
      this.#liveness.received(performance.now());
      if (!this.#afterReceive(native)) return;
    }
    if (this.#phase === 'open') {
      if (!received && this.streams.needsCloserLook) this.streams.dispatch(native);
      this.streams.pump(native);
    }
    const hasMore = this.#transmit(native);
    if (this.#phase !== 'open' && (native.isClosed() || native.localError())) {
      this.#finish(closeReasonOf(native)); // the handshake failed
      return;
    }
    if (hasMore) this.#host.schedule(this);
    this.#arm(native, received);
  }

  /** Closes at once, for the application. */
  close(code: number, reason: string): void {
    this.end(code, { type: 'local', code, reason });
  }

  /** Closes at once. @param code for the peer @param reason for our own side */
  end(code: number, reason: CloseReason): void {
    const native = this.#native;
    if (!native) return;
    native.close(true, code, Buffer.from(reason.type === 'local' ? reason.reason : ''));
    this.#host.transmitClose(native, this);
    this.#finish(reason);
  }

  /** Asks the peer for a sign of life. @returns whether one came in time */
  probe(timeoutMs: number): Promise<boolean> {
    const native = this.#native;
    if (!native) return Promise.resolve(false);
    native.keepAlive();
    this.#host.schedule(this);
    return this.#liveness.probe(timeoutMs);
  }

  /** See {@link Liveness.onUnresponsive}. */
  onUnresponsive(callback: () => void): void {
    if (!this.#native) return;
    this.#liveness.onUnresponsive(callback);
    this.#host.schedule(this); // a timer may have to be armed
  }

  /** Gives up a handshake: tells the peer, and whoever waits why. */
  abandon(error: unknown): void {
    this.handshake.reject(error);
    this.#fail(TransportError.none, 'the handshake was given up');
  }

  /** Closes at once, for a reason of QUIC's or TLS's own. */
  #fail(code: number, message: string): void {
    const native = this.#native;
    if (!native) return;
    native.close(false, code, Buffer.from(message).subarray(0, MAX_REASON_BYTES));
    this.#host.transmitClose(native, this);
    this.#finish({ type: 'error', message });
  }

  /** @returns whether there may be more to send */
  #transmit(native: NativeConnection): boolean {
    const { hasMore, hasFilled } = this.#host.transmit(native, this.remote, this.#path.mtu.size);
    if (hasFilled && this.#phase === 'open') this.#path.filled(performance.now());
    return hasMore;
  }

  stats(): NativeStats {
    return this.#native?.stats() ?? this.#lastStats;
  }

  /** The peer does not know the connection any more. */
  reset(): void {
    if (this.#phase === 'open') this.#finish({ type: 'reset' });
  }

  /** What the peer calls itself; known once the connection is open. */
  get peerCid(): Uint8Array | undefined {
    return this.#path.peerCid;
  }

  /** How large datagrams may be now, in bytes. */
  get datagramSize(): number {
    return this.#path.mtu.size;
  }

  /** How often a datagram size stopped being carried. */
  get blackHoles(): number {
    return this.#path.mtu.blackHoles;
  }

  /** @returns false when the connection is over */
  #afterReceive(native: NativeConnection): boolean {
    if (native.isDraining() || native.isClosed()) {
      this.#transmit(native);
      this.#finish(closeReasonOf(native));
      return false;
    }
    if (this.#hasFailed) {
      this.#hasFailed = false;
      if (native.localError()) {
        this.#host.transmitClose(native, this); // what came in broke the protocol; quiche has the close packet ready
        this.#finish(closeReasonOf(native));
        return false;
      }
    }
    if (this.#phase === 'handshake' && native.isEstablished() && !this.#checkIdentity(native)) return false;
    if (this.#phase === 'confirming' && this.#wasShort) this.#open();
    if (this.#phase === 'open') this.streams.dispatch(native);
    return this.#phase !== 'closed';
  }

  /** TLS is done: is the peer the expected one? Nothing of the application is touched before. @returns false when it is not */
  #checkIdentity(native: NativeConnection): boolean {
    const checked = checkPeer(this.#expected, native.peerCertificate(), `${this.remote.host}:${this.remote.port}`);
    if (!checked.ok) return this.#reject(checked.reason, checked.message, checked.alert);
    if (native.isResumed()) return this.#reject('transport', 'the peer resumed a session', TlsAlert.accessDenied);
    const alpn = native.applicationProtocol();
    if (alpn === '' || (this.#alpn !== undefined && alpn !== this.#alpn)) {
      return this.#reject(
        'alpn-mismatch',
        'the peer chose no protocol that we asked for',
        TlsAlert.noApplicationProtocol,
      );
    }
    this.#identity = { remoteId: checked.remoteId, alpn };
    // A server has seen the client's certificate when TLS is done. A client does not know yet whether the server likes its own:
    // it waits for the first packet that only a satisfied server sends.
    if (this.side === 'accepted') this.#open();
    else this.#phase = 'confirming';
    return true;
  }

  #identity: PeerIdentity | undefined;

  #open(): void {
    this.#phase = 'open';
    this.#path.open();
    this.#host.opened(this);
    this.#onHandshakeEnd();
    this.handshake.resolve(this.#identity as PeerIdentity);
  }

  #reject(reason: ConnectFailure, message: string, alert: number): false {
    this.handshake.reject(new ConnectError(reason, message));
    // The other side can read what closes the connection only after the end of our handshake, which is still to be sent.
    if (this.#native) this.#transmit(this.#native);
    this.#fail(alert, message);
    return false;
  }

  #arm(native: NativeConnection, received: boolean): void {
    const { keepAliveMs, handshakeTimeoutMs, idleTimeoutMs } = this.#host.settings;
    const now = performance.now();
    if (this.#phase === 'open') this.#path.probe(now);
    const wait = native.timeout();
    if (received && this.streams.waitsForQuiet && (wait ?? Number.POSITIVE_INFINITY) > idleTimeoutMs / 2) {
      this.streams.allAcknowledged(); // only the idle timer runs, so nothing is in flight (RFC 9002, section 6.2.1)
    }
    if (wait !== undefined && wait < LOSS_TIMER_MS && wait < idleTimeoutMs / 2) this.#liveness.awaitsAnswer(now);
    let at = wait === undefined ? Number.POSITIVE_INFINITY : now + wait + TIMER_SLACK_MS;
    if (this.#phase !== 'open') at = Math.min(at, this.#startedAt + handshakeTimeoutMs);
    else {
      if (keepAliveMs > 0) at = Math.min(at, this.#liveness.quietSince + keepAliveMs);
      at = Math.min(at, this.#liveness.checkAt, this.#path.mtu.dueAt);
    }
    at = Math.max(at, now);
    // Most ticks put the time off. A timer that fires too early looks again, which is cheaper than setting it anew each time.
    if (this.#timer && this.#timerAt <= at) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(this.#onTimer, at - now);
  }

  readonly #onTimer = (): void => {
    const native = this.#native;
    this.#timer = undefined;
    if (!native) return;
    const { keepAliveMs, handshakeTimeoutMs } = this.#host.settings;
    const now = performance.now();
    if (this.#phase !== 'open' && now >= this.#startedAt + handshakeTimeoutMs) {
      this.abandon(
        new ConnectError(
          'timeout',
          `no answer from ${this.remote.host}:${this.remote.port} within ${handshakeTimeoutMs} ms: nobody is there, or the path ` +
            'carries no datagrams of 1,200 bytes',
        ),
      );
      return;
    }
    if (this.#phase === 'open' && native.timeout() === 0) this.#path.mtu.doubt(now); // something is not acknowledged
    native.onTimeout();
    if (native.isClosed()) {
      this.#finish(closeReasonOf(native));
      return;
    }
    if (this.#phase === 'open') {
      if (keepAliveMs > 0 && now >= this.#liveness.quietSince + keepAliveMs) {
        native.keepAlive();
        this.#liveness.asked(now); // ask again only after the same time
      }
      this.#liveness.check(now, () => native.stats().rttMs);
      this.#path.probe(now);
      if (this.#path.mtu.isTooNarrow) {
        this.#fail(TransportError.noViablePath, 'the path carries no datagrams of 1,200 bytes, which QUIC needs');
        return;
      }
    }
    this.tick();
  };

  /** The one way out of every phase. */
  #finish(reason: CloseReason): void {
    const native = this.#native;
    if (!native) return;
    this.#lastStats = native.stats();
    this.#native = undefined; // and with it, soon, the native object
    const wasOpen = this.#phase === 'open';
    this.#phase = 'closed';
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#host.forget(this);
    if (!wasOpen) {
      this.#onHandshakeEnd();
      this.handshake.reject(connectErrorOf(native, reason, this.side));
    }
    this.#liveness.end();
    this.streams.close(describeClose(reason));
    this.closed.resolve(reason);
  }
}

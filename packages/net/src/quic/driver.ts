import { ConnectError, type ConnectFailure } from '../errors.js';
import { type CloseReason, describeClose } from '../transport/close-reason.js';
import { MAX_CODE } from '../util/close-code.js';
import { type Deferred, deferred } from '../util/deferred.js';
import type { RecvInfo } from './binding.js';
import { closeReasonOf, connectErrorOf, TransportError } from './close-reason.js';
import type { DriverHost, DriverOptions, PeerIdentity } from './driver-host.js';
import { Flight } from './flight.js';
import { Liveness } from './liveness.js';
import type { NativeConnection, NativeStats } from './native-connection.js';
import { maxDatagramSize } from './options.js';
import { PathProber } from './path-prober.js';
import { identify } from './peer-check.js';
import { PeerPath } from './peer-path.js';
import { StreamSet } from './stream-set.js';

/** quiche's timer is that of its loss detection when it is due within this, in milliseconds; else nothing is under way and it is the idle timer. */
const LOSS_TIMER_MS = 3_000;
/** Node's timers may fire a little early; quiche then finds nothing to do. */
const TIMER_SLACK_MS = 1;
/** A timer that fires so much too late shows that our event loop is behind, in milliseconds. */
const BUSY_MS = 25;
/** A timer that fires so much too late, in milliseconds, tells that the event loop stood still. */
const LATE_MS = 20;
/** Three packets acknowledged after it show that one is lost (RFC 9002, section 6.1.1), and of three one is likely to arrive. */
const PINGS_PER_NUDGE = 3;
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
  /** How large datagrams may be, and what the peer calls itself. */
  readonly path: PathProber;

  readonly #host: DriverHost;
  readonly #options: DriverOptions;
  #identity: PeerIdentity | undefined;
  #native: NativeConnection | undefined;
  readonly #info: RecvInfo;
  #phase: 'handshake' | 'confirming' | 'open' | 'closed' = 'handshake';
  #wasShort = false;
  #received = false;
  /** quiche took offence at a datagram: see whether that was the end. */
  #hasFailed = false;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  /** Whether the timer fired late, and what came meanwhile is being read. */
  #isLate = false;
  readonly #startedAt = performance.now();
  readonly #liveness = new Liveness(this.#startedAt);
  readonly #flight: Flight;
  /** Something came of the handshake although it is done here: the peer does not know. */
  #isPeerBehind = false;
  #lastStats: NativeStats = { rttMs: 0, sentBytes: 0, receivedBytes: 0, lostPackets: 0 };

  constructor(host: DriverHost, options: DriverOptions) {
    const { native, side, remote } = options;
    this.#host = host;
    this.#native = native;
    this.side = side;
    this.remote = new PeerPath(remote);
    this.#flight = new Flight(side, (datagram) => host.sendDatagram(datagram, this.remote));
    this.#info = { from: remote, to: host.local };
    this.#options = options;
    this.streams = new StreamSet(
      native,
      side,
      host.settings.sendHighWaterMark,
      () => host.schedule(this),
      () => void this.#transmit(native),
      host.settings.trust === 'identity' ? MAX_CODE : Number.MAX_SAFE_INTEGER,
    );
    this.path = new PathProber(native, maxDatagramSize(host.settings, remote), (datagram) => {
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
    if (isLong && this.#phase === 'open' && !hasMoved) {
      if (this.path.receive(datagram)) return this.#host.schedule(this);
      this.#isPeerBehind = true;
    }
    const { length } = datagram;
    if (this.#phase === 'confirming' && !isLong) this.#wasShort = true;
    const before = hasMoved ? native.packetsReceived() : 0;
    if (native.recv(datagram, this.#info) !== undefined) this.#hasFailed = true;
    if (!hasMoved) this.remote.received(length);
    else if (native.packetsReceived() > before) {
      this.remote.moveTo(host, port, length);
      this.path.moved();
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
      if (this.#isPeerBehind) {
        this.#isPeerBehind = false;
        native.keepAlive(); // a client that gets any packet of ours knows that we are done
      }
      if (!received && this.streams.needsCloserLook) this.streams.dispatch(native);
      this.streams.pump(native);
    }
    const hasMore = this.#phase === 'open' ? this.#transmit(native) : this.#shakeHands(native, received);
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

  /** Pings as often, each time in a packet of its own. */
  #ping(native: NativeConnection, times: number): void {
    for (let i = 0; i < times; i++) {
      native.keepAlive();
      this.#transmit(native);
    }
  }

  /** @returns whether there may be more to send */
  #transmit(native: NativeConnection): boolean {
    const { hasMore, hasFilled } = this.#host.transmit(native, this.remote, this.path.mtu.size);
    if (hasFilled && this.#phase === 'open') this.path.filled(performance.now());
    return hasMore;
  }

  /** Sends what the handshake needs, and sends it again where it got lost. @returns whether there may be more to send */
  #shakeHands(native: NativeConnection, received: boolean): boolean {
    const now = performance.now();
    const datagrams: Uint8Array[] = [];
    const { hasMore } = this.#host.transmit(native, this.remote, this.path.mtu.size, datagrams);
    const isNew = datagrams.length > 0 && this.#flight.sent(datagrams, now, this.#phase === 'confirming');
    if (!isNew && received) this.#flight.afterRepetition(now);
    return hasMore;
  }

  stats(): NativeStats {
    return this.#native?.stats() ?? this.#lastStats;
  }

  /** The peer does not know the connection any more. */
  reset(): void {
    if (this.#phase === 'open') this.#finish({ type: 'reset' });
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
    const found = identify(native, this.#options, `${this.remote.host}:${this.remote.port}`);
    if (!found.ok) return this.#reject(found.reason, found.message, found.alert);
    this.#identity = found.identity;
    // A server has seen the client's certificate when TLS is done. A client does not know yet whether the server likes its own:
    // it waits for the first packet that only a satisfied server sends.
    if (this.side === 'accepted') this.#open();
    else this.#phase = 'confirming';
    return true;
  }

  #open(): void {
    this.#phase = 'open';
    this.path.open();
    this.#flight.end();
    this.#host.opened(this);
    this.#options.onHandshakeEnd?.();
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
    if (this.#phase === 'open') this.path.probe(now);
    const wait = native.timeout();
    if (received && this.streams.waitsForQuiet && (wait ?? Number.POSITIVE_INFINITY) > idleTimeoutMs / 2) {
      this.streams.allAcknowledged(); // only the idle timer runs, so nothing is in flight (RFC 9002, section 6.2.1)
    }
    if (wait !== undefined && wait < LOSS_TIMER_MS && wait < idleTimeoutMs / 2) this.#liveness.awaitsAnswer(now);
    let at = wait === undefined ? Number.POSITIVE_INFINITY : now + wait + TIMER_SLACK_MS;
    if (this.#phase !== 'open') at = Math.min(at, this.#startedAt + handshakeTimeoutMs, this.#flight.repeatAt);
    else {
      if (keepAliveMs > 0) at = Math.min(at, this.#liveness.quietSince + keepAliveMs);
      at = Math.min(at, this.#liveness.checkAt, this.#liveness.nudgeAt, this.path.mtu.dueAt);
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
    const isBusy = this.#isLate || now > this.#timerAt + BUSY_MS;
    if (now > this.#timerAt + LATE_MS && !this.#isLate) {
      // Our event loop stood still. What came meanwhile is read before anything is taken for unanswered.
      this.#isLate = true;
      this.#timerAt = now;
      this.#timer = setTimeout(this.#onTimer, 0);
      return;
    }
    this.#isLate = false;
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
    if (this.#phase === 'open' && native.timeout() === 0) this.path.mtu.doubt(now); // something is not acknowledged
    native.onTimeout();
    // Repetitions and pings are for lossy paths. On a busy machine they are work on top of too much: two hundred nodes in one process that
    // repeated and pinged as soon as an answer was late never came to rest.
    if (this.#phase !== 'open') {
      if (isBusy) this.#flight.putOff(now);
      else this.#flight.afterSilence(now);
    }
    if (native.isClosed()) {
      this.#finish(closeReasonOf(native));
      return;
    }
    if (this.#phase === 'open') {
      if (keepAliveMs > 0 && now >= this.#liveness.quietSince + keepAliveMs) {
        native.keepAlive();
        this.#liveness.asked(now); // ask again only after the same time
      }
      const rttMs = () => native.stats().rttMs;
      this.#liveness.check(now, rttMs);
      if (this.#liveness.nudge(now, rttMs) && !isBusy && native.stats().lostPackets > 0)
        this.#ping(native, PINGS_PER_NUDGE);
      this.path.probe(now);
      if (this.path.mtu.isTooNarrow) {
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
      this.#options.onHandshakeEnd?.();
      this.handshake.reject(connectErrorOf(native, reason, this.side));
    }
    this.#liveness.end();
    this.streams.close(describeClose(reason));
    this.closed.resolve(reason);
  }
}

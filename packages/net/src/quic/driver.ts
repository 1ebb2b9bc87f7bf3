import { ConnectError } from '../errors.js';
import { type CloseReason, describeClose } from '../transport/close-reason.js';
import { MAX_CODE } from '../util/close-code.js';
import { type Deferred, deferred } from '../util/deferred.js';
import type { RecvInfo } from './binding.js';
import { closeReasonOf, connectErrorOf, TransportError } from './close-reason.js';
import type { DriverHost, DriverOptions, PeerIdentity } from './driver-host.js';
import { DriverTimer } from './driver-timer.js';
import { Handshake } from './handshake.js';
import { Liveness } from './liveness.js';
import { parseMtuPacket, probePacket } from './mtu-probe.js';
import type { NativeConnection, NativeStats } from './native-connection.js';
import { maxDatagramSize, WINDOW_GROWTH } from './options.js';
import { PathProber } from './path-prober.js';
import { PeerPath } from './peer-path.js';
import { StreamSet } from './stream-set.js';
import { UnearnedBytes } from './unearned-bytes.js';

/** quiche's timer is that of its loss detection when it is due within this, in milliseconds; else nothing is under way and it is the idle timer. */
const LOSS_TIMER_MS = 3_000;
/** Node's timers may fire a little early; quiche then finds nothing to do. */
const TIMER_SLACK_MS = 1;
/** Three packets acknowledged after it show that one is lost (RFC 9002, section 6.1.1), and of three one is likely to arrive. */
const PINGS_PER_NUDGE = 3;
const MAX_REASON_BYTES = 200;
/** As large as a challenge must be to hold its nonce, and less than three times the smallest packet. In bytes. */
const CHALLENGE_SIZE = 64;

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
  #native: NativeConnection | undefined;
  readonly #info: RecvInfo;
  #phase: 'handshake' | 'open' | 'closed' = 'handshake';
  #received = false;
  /** quiche took offence at a datagram: see whether that was the end. */
  #hasFailed = false;
  readonly #timer = new DriverTimer((isBusy) => this.#onDue(isBusy));
  readonly #startedAt = performance.now();
  readonly #liveness = new Liveness(this.#startedAt);
  readonly #unearned = new UnearnedBytes(this.#startedAt);
  readonly #shaking: Handshake;
  /** Something came of the handshake although it is done here: the peer does not know. */
  #isPeerBehind = false;
  #lastStats: NativeStats = { rttMs: 0, sentBytes: 0, receivedBytes: 0, lostPackets: 0 };

  constructor(host: DriverHost, options: DriverOptions) {
    const { native, side, remote } = options;
    this.#host = host;
    this.#native = native;
    this.side = side;
    this.remote = new PeerPath(remote, { isProven: side === 'dialed' || options.isAddressProven === true });
    const limits = { timeoutMs: host.settings.handshakeTimeoutMs, now: this.#startedAt };
    this.#shaking = new Handshake(options, this.remote, limits, (datagram) => this.#sendOwn(datagram));
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
    this.path = new PathProber(native, maxDatagramSize(host.settings, remote), (datagram) => this.#sendOwn(datagram));
    this.handshake.promise.catch(() => {}); // callers that await it see the error
  }

  get isClosed(): boolean {
    return this.#phase === 'closed';
  }

  /** A datagram for this connection. */
  receive(datagram: Uint8Array, host: string, port: number): void {
    // Only a client may move, and not in its handshake (RFC 9000, section 9).
    if ((this.#phase !== 'open' || this.side === 'dialed') && !this.remote.is(host, port)) return;
    if (this.#phase === 'handshake' && this.#options.filter?.check(datagram) === 'invalid') return;
    this.take(datagram, host, port);
  }

  /** As {@link Driver.receive}, for a datagram that the filter has seen. */
  take(datagram: Uint8Array, host: string, port: number): void {
    const native = this.#native;
    if (!native) return;
    const hasMoved = !this.remote.is(host, port);
    const isLong = ((datagram[0] ?? 0x80) & 0x80) !== 0;
    if (isLong && this.#phase === 'open' && !hasMoved) {
      if (this.#takeOwn(datagram)) return this.#host.schedule(this);
      this.#isPeerBehind = true;
    }
    const { length } = datagram;
    this.#unearned.received(length);
    if (this.#phase === 'handshake') this.#shaking.received(isLong);
    const mustProve = hasMoved || !this.remote.isProven;
    const before = mustProve ? native.packetsReceived() : 0;
    const hasFailed = native.recv(datagram, this.#info) !== undefined;
    if (hasFailed) this.#hasFailed = true;
    if (mustProve) {
      // What is not authentic is ignored without an error, once a packet was authentic; and the filter has seen to the first.
      const isAuthentic = native.packetsReceived() > before;
      if (hasMoved && isAuthentic) this.#moveTo(host, port, length);
      else if (!hasMoved && (isAuthentic || hasFailed)) this.remote.received(length);
    }
    this.#received = true;
    this.#host.schedule(this);
  }

  /** A packet of our own making, besides quiche's. @returns whether it was one */
  #takeOwn(datagram: Uint8Array): boolean {
    const packet = parseMtuPacket(datagram);
    if (!packet) return false;
    if (packet.kind === 'probe' || !this.remote.answered(packet.nonce)) this.path.receive(packet);
    return true;
  }

  /** Sends a datagram besides quiche's, if it may go where the peer is. */
  #sendOwn(datagram: Uint8Array): void {
    if (this.remote.credit < datagram.length) return;
    this.remote.sent(datagram.length);
    this.#host.sendDatagram(datagram, this.remote);
  }

  #moveTo(host: string, port: number, length: number): void {
    const now = performance.now();
    this.remote.moveTo(host, port, length, now);
    this.path.moved();
    this.#challenge(now);
  }

  /** Has the peer prove its address, if a challenge is due. */
  #challenge(now: number): void {
    const { peerCid } = this.path;
    const nonce = peerCid && this.remote.challenge(now, CHALLENGE_SIZE);
    if (!nonce) return;
    this.remote.sent(CHALLENGE_SIZE);
    this.#host.sendDatagram(probePacket(peerCid, nonce, CHALLENGE_SIZE), this.remote);
  }

  /** Everything that is due. */
  tick(): void {
    const native = this.#native;
    if (!native) return;
    const received = this.#received;
    if (received) {
      this.#received = false;
      const now = performance.now();
      this.#liveness.received(now);
      if (!this.#checkUnearned(native, now) || !this.#afterReceive(native)) return;
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

  /** Gives up a handshake without a word. */
  giveUp(error: Error): void {
    if (this.#phase !== 'handshake') return;
    this.handshake.reject(error);
    this.#finish({ type: 'error', message: error.message });
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
    this.#shaking.sent(datagrams, received, now);
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
    if (this.#phase === 'handshake' && !this.#goOn(native)) return false;
    if (this.#phase === 'open') this.streams.dispatch(native);
    return this.#phase !== 'closed';
  }

  /** Bounds what a peer brings that moves nothing on. @returns false when that was too much */
  #checkUnearned(native: NativeConnection, now: number): boolean {
    this.#unearned.settle(native.streamBytes, now);
    if (!this.#unearned.isOver(0)) return true;
    // What our own application has not read yet is bounded by the connection's window.
    const { connectionWindow } = this.#host.settings;
    if (native.isReadable() && !this.#unearned.isOver(connectionWindow * WINDOW_GROWTH)) return true;
    this.#host.countFlood();
    this.#fail(TransportError.cryptoBufferExceeded, 'too many bytes that belong to no stream');
    return false;
  }

  /** The handshake may be further. Nothing of the application is touched before it is done. @returns false when the peer is the wrong one */
  #goOn(native: NativeConnection): boolean {
    const progress = this.#shaking.progress(native);
    switch (progress.type) {
      case 'going':
        return true;
      case 'done':
        this.#open(progress.identity);
        return true;
      case 'mismatch':
        break;
    }
    const { reason, message, alert } = progress.mismatch;
    this.handshake.reject(new ConnectError(reason, message));
    // The other side can read what closes the connection only after the end of our handshake, which is still to be sent.
    this.#transmit(native);
    this.#fail(alert, message);
    return false;
  }

  #open(identity: PeerIdentity): void {
    this.#phase = 'open';
    this.path.open();
    this.#shaking.end();
    this.#host.opened(this);
    this.#options.onHandshakeEnd?.();
    this.handshake.resolve(identity);
  }

  #arm(native: NativeConnection, received: boolean): void {
    const { keepAliveMs, idleTimeoutMs } = this.#host.settings;
    const now = performance.now();
    if (this.#phase === 'open') this.path.probe(now);
    const wait = native.timeout();
    if (received && this.streams.waitsForQuiet && (wait ?? Number.POSITIVE_INFINITY) > idleTimeoutMs / 2) {
      this.streams.allAcknowledged(); // only the idle timer runs, so nothing is in flight (RFC 9002, section 6.2.1)
    }
    if (wait !== undefined && wait < LOSS_TIMER_MS && wait < idleTimeoutMs / 2) this.#liveness.awaitsAnswer(now);
    let at = wait === undefined ? Number.POSITIVE_INFINITY : now + wait + TIMER_SLACK_MS;
    if (this.#phase !== 'open') at = Math.min(at, this.#shaking.dueAt);
    else {
      if (keepAliveMs > 0) at = Math.min(at, this.#liveness.quietSince + keepAliveMs);
      at = Math.min(at, this.#liveness.checkAt, this.#liveness.nudgeAt, this.path.mtu.dueAt, this.remote.challengeAt);
    }
    this.#timer.arm(at, now);
  }

  #onDue(isBusy: boolean): void {
    const native = this.#native;
    if (!native) return;
    const now = performance.now();
    if (this.#phase !== 'open') {
      const error = this.#shaking.timedOut(now);
      if (error) return this.abandon(error);
    } else if (native.timeout() === 0) this.path.mtu.doubt(now); // something is not acknowledged
    native.onTimeout();
    if (this.#phase !== 'open') this.#shaking.afterTimer(now, isBusy);
    if (native.isClosed()) return this.#finish(closeReasonOf(native));
    if (this.#phase === 'open' && !this.#lookAfter(native, now, isBusy)) return;
    this.tick();
  }

  /** What an open connection needs when its timer fires. @returns false when that ended it */
  #lookAfter(native: NativeConnection, now: number, isBusy: boolean): boolean {
    const { keepAliveMs } = this.#host.settings;
    if (keepAliveMs > 0 && now >= this.#liveness.quietSince + keepAliveMs) {
      native.keepAlive();
      this.#liveness.asked(now); // ask again only after the same time
    }
    const rttMs = () => native.stats().rttMs;
    this.#liveness.check(now, rttMs);
    // Pings, too, are work on top of too much where the machine is busy: see Handshake.afterTimer.
    if (this.#liveness.nudge(now, rttMs) && !isBusy && native.stats().lostPackets > 0)
      this.#ping(native, PINGS_PER_NUDGE);
    this.#challenge(now);
    this.path.probe(now);
    if (!this.path.mtu.isTooNarrow) return true;
    this.#fail(TransportError.noViablePath, 'the path carries no datagrams of 1,200 bytes, which QUIC needs');
    return false;
  }

  /** The one way out of every phase. */
  #finish(reason: CloseReason): void {
    const native = this.#native;
    if (!native) return;
    this.#lastStats = native.stats();
    this.#native = undefined; // and with it, soon, the native object
    const wasOpen = this.#phase === 'open';
    this.#phase = 'closed';
    this.#timer.stop();
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

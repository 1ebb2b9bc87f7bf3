import { ConnectError } from '../errors.js';
import { type CloseReason, describeClose } from '../transport/close-reason.js';
import type { PendingLimits } from '../transport/seam.js';
import { MAX_CODE } from '../util/close-code.js';
import { type Deferred, deferred } from '../util/deferred.js';
import type { HostPort } from './binding.js';
import { closeReasonOf, connectErrorOf, TransportError } from './close-reason.js';
import { ConnectionPath } from './connection-path.js';
import type { DriverHost, DriverOptions, PeerIdentity } from './driver-host.js';
import { DriverTimer, EARLY_MS } from './driver-timer.js';
import { Handshake } from './handshake.js';
import { AckDebt, type HeldAck } from './held-acks.js';
import { Inbound } from './inbound.js';
import type { NativeConnection, NativeStats } from './native-connection.js';
import { maxDatagramSize, WINDOW_GROWTH } from './options.js';
import { isLongForm } from './packet-header.js';
import { PeerPath } from './peer-path.js';
import { StreamSet } from './stream-set.js';
import { Upkeep } from './upkeep.js';

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
  /** An acknowledgement that waits. */
  heldAck: HeldAck | undefined;
  /** Where the peer is now. */
  readonly remote: PeerPath;
  /** The way there. */
  readonly path: ConnectionPath;

  readonly #host: DriverHost;
  readonly #options: DriverOptions;
  #native: NativeConnection | undefined;
  readonly #inbound: Inbound;
  #phase: 'handshake' | 'open' | 'closed' = 'handshake';
  readonly #timer = new DriverTimer((isBusy) => this.#onDue(isBusy));
  readonly #startedAt = performance.now();
  readonly #upkeep: Upkeep;
  readonly #acks = new AckDebt();
  /** Whether something besides acknowledgements is due, of which neither streams nor datagrams tell. */
  #isDue = false;
  readonly #shaking: Handshake;
  /** The peer brought too much. */
  /** Streams of the peer's that say nothing, and for which the connection was ended: about. */
  #silent = 0;
  #isFlood = false;
  /** Streams that the peer may have opened and that nobody has taken. */
  #maxUntaken = Number.POSITIVE_INFINITY;
  #lastStats: NativeStats = { rttMs: 0, sentBytes: 0, receivedBytes: 0, lostPackets: 0 };

  constructor(host: DriverHost, options: DriverOptions) {
    const { native, side, remote } = options;
    this.#host = host;
    this.#native = native;
    this.side = side;
    this.remote = new PeerPath(remote, {
      isProven: side === 'dialed' || options.isAddressProven === true,
      isChecked: host.settings.trust === 'identity', // others may be of another make
    });
    const limits = { timeoutMs: host.settings.handshakeTimeoutMs, now: this.#startedAt };
    this.#shaking = new Handshake(options, this.remote, limits, (datagram) => this.path.send(datagram));
    this.#upkeep = new Upkeep(host.settings, side, this.#startedAt);
    this.#options = options;
    this.streams = new StreamSet(
      native,
      side,
      host.settings.sendHighWaterMark,
      () => host.schedule(this),
      () => void this.#transmit(native),
      host.settings.trust === 'identity' ? MAX_CODE : Number.MAX_SAFE_INTEGER,
    );
    const transmit = (datagram: Uint8Array, to: HostPort) => host.sendDatagram(datagram, to);
    const maxDatagram = maxDatagramSize(host.settings, remote);
    this.path = new ConnectionPath(native, this.remote, maxDatagram, transmit);
    const info = { from: remote, to: host.local };
    const { filter } = options;
    const parts = { native, side, info, remote: this.remote, path: this.path, filter, maxDatagram };
    this.#inbound = new Inbound(parts, this.#startedAt);
    this.handshake.promise.catch(() => {}); // callers that await it see the error
  }

  /** Whether the handshake is done. */
  get isOpen(): boolean {
    return this.#phase === 'open';
  }

  get isClosed(): boolean {
    return this.#phase === 'closed';
  }

  /** A datagram for this connection. */
  receive(datagram: Uint8Array, host: string, port: number): void {
    const native = this.#native;
    if (!native) return;
    if (this.isOpen && this.#inbound.hasNews) this.streams.noticeStopped(native);
    if (!this.#inbound.receive(datagram, host, port)) return;
    this.#acks.received();
    if (this.#phase === 'handshake') this.#shaking.received(isLongForm(datagram));
    else if (this.remote.isOverdue(performance.now())) return this.#giveUpPath(datagram);
    this.#host.schedule(this);
  }

  /** The peer does not prove where it is now: it has to connect anew, and is told so with less than it sent. */
  #giveUpPath(datagram: Uint8Array): void {
    this.#host.sendReset(datagram, this.remote);
    this.#finish({ type: 'error', message: 'the peer moved, and did not prove its new address' });
  }

  /** The datagrams that a client had sent before it was accepted; the filter has seen them. */
  begin(datagrams: readonly Uint8Array[]): void {
    const { host, port } = this.remote;
    for (const datagram of datagrams) this.#inbound.takeAuthentic(datagram, host, port);
    this.#host.schedule(this);
  }

  /** Everything that is due. */
  tick(): void {
    const native = this.#native;
    if (!native) return;
    const received = this.#inbound.takeNews();
    if (received && !this.#afterReceive(native)) return;
    if (this.#phase === 'open') {
      if (this.#inbound.takeDelay()) this.#ask(native); // a client that gets any packet of ours knows that we are done
      if (!received && this.streams.needsCloserLook) this.streams.dispatch(native);
      if (this.streams.pump(native)) this.#isDue = true;
    }
    const hasMore = this.#phase === 'open' ? this.#sendDue(native) : this.#shakeHands(native, received);
    if (this.#phase !== 'open' && (native.isClosed() || native.localError())) {
      this.#finish(closeReasonOf(native)); // the handshake failed
      return;
    }
    if (hasMore) {
      this.#isDue = true;
      this.#host.schedule(this);
    }
    this.#arm(native, received);
  }

  /** The acknowledgement that the connection owes has waited long enough. */
  sendHeld(): void {
    this.#isDue = true;
    this.tick();
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
    this.#ask(native);
    this.#host.schedule(this);
    return this.#upkeep.liveness.probe(timeoutMs);
  }

  /** See {@link Liveness.onUnresponsive}. */
  onUnresponsive(callback: () => void): void {
    if (!this.#native) return;
    this.#upkeep.liveness.onUnresponsive(callback);
    this.#host.schedule(this); // a timer may have to be armed
  }

  /** See `Connection.limitPending`. */
  limitPending({ bytes, streams }: PendingLimits): void {
    this.#inbound.limitPending(Number.isFinite(bytes) ? bytes : undefined);
    this.#maxUntaken = streams;
  }

  /** Gives up a handshake: tells the peer, and the waiting caller why. */
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

  /** The next packet is one that the peer must answer. */
  #ask(native: NativeConnection): void {
    native.keepAlive();
    this.#isDue = true;
  }

  /** Sends what is due, unless that is one acknowledgement, which waits a little for company. @returns whether there may be more to send */
  #sendDue(native: NativeConnection): boolean {
    const mayWait = !this.#isDue && this.#acks.canWait(native.streamBytes) && this.#upkeep.isQuiet(native.timeout());
    if (!mayWait) return this.#transmit(native);
    this.#host.heldAcks.hold(this, performance.now());
    return false;
  }

  /** @returns whether there may be more to send */
  #transmit(native: NativeConnection): boolean {
    this.#isDue = false;
    this.#acks.paid(native.streamBytes);
    this.#host.heldAcks.release(this);
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
    const now = performance.now();
    this.#upkeep.liveness.received(now);
    if (this.#inbound.isFlood(this.#host.settings.connectionWindow * WINDOW_GROWTH, now)) {
      this.#flooded(TransportError.cryptoBufferExceeded, 'too many bytes that belong to no stream');
      return false;
    }
    if (this.streams.untaken > this.#maxUntaken) {
      this.#flooded(TransportError.streamLimit, 'too many streams that nobody has taken');
      return false;
    }
    if (native.isDraining() || native.isClosed()) {
      if (this.#phase === 'open') this.streams.keepUnread(native);
      this.#transmit(native);
      this.#finish(closeReasonOf(native));
      return false;
    }
    if (this.#inbound.takeFailure() && native.localError()) {
      this.#host.transmitClose(native, this); // what came in broke the protocol; quiche has the close packet ready
      this.#finish(closeReasonOf(native));
      return false;
    }
    if (this.#phase === 'handshake' && !this.#goOn(native)) return false;
    if (this.#phase === 'open') this.streams.dispatch(native);
    if (this.#phase === 'open' && this.#inbound.takeDoubt()) {
      this.#silent = this.#manySilent(native);
      if (this.#silent > 0) this.#flooded(TransportError.streamLimit, 'too many streams that say nothing');
    }
    return this.#phase !== 'closed';
  }

  #manySilent(native: NativeConnection): number {
    const { maxUniStreams: uni, maxBiStreams: bi } = this.#host.settings;
    return this.streams.manySilent(native, { uni, bi });
  }

  /** The peer has us keep more than it may. */
  #flooded(code: number, message: string): void {
    this.#isFlood = true;
    this.#host.flooded(this.isOpen ? this.#options.remote : undefined);
    this.#fail(code, message);
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
    this.#inbound.open();
    this.path.open();
    this.#shaking.end();
    this.#host.opened(this);
    this.#options.onHandshakeEnd?.();
    this.handshake.resolve(identity);
  }

  #arm(native: NativeConnection, received: boolean): void {
    const now = performance.now();
    if (this.#phase === 'open') this.path.work(now);
    const wait = native.timeout();
    if (received && this.streams.waitsForQuiet && this.#upkeep.isQuiet(wait)) this.streams.allAcknowledged();
    this.#upkeep.sent(wait, now);
    const nativeAt = wait === undefined ? Number.POSITIVE_INFINITY : now + wait + EARLY_MS; // quiche finds nothing to do before its time
    const ownAt = this.#phase === 'open' ? Math.min(this.#upkeep.dueAt, this.path.dueAt) : this.#shaking.dueAt;
    this.#timer.arm(Math.min(nativeAt, ownAt), now);
  }

  #onDue(isBusy: boolean): void {
    const native = this.#native;
    if (!native) return;
    this.#isDue = true;
    const now = performance.now();
    if (this.#phase !== 'open') {
      const error = this.#shaking.timedOut(now, this.#inbound.elsewhere);
      if (error) return this.abandon(error);
    } else if (native.timeout() === 0) this.path.mtu.doubt(now); // something is not acknowledged
    native.onTimeout();
    if (this.#phase !== 'open') this.#shaking.afterTimer(now, isBusy);
    if (native.isClosed()) return this.#finish(closeReasonOf(native));
    if (this.#phase === 'open') {
      this.#upkeep.work(native, now, isBusy, () => {
        native.keepAlive();
        this.#transmit(native); // each in a packet of its own
      });
      this.path.work(now);
      if (this.path.mtu.isTooNarrow)
        return this.#fail(
          TransportError.noViablePath,
          'the path carries no datagrams of 1,200 bytes, which QUIC needs',
        );
    }
    this.tick();
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
    const { unearned } = this.#inbound;
    this.#host.forget(this, { unearned, streams: this.streams.size, silent: this.#silent, isFlood: this.#isFlood });
    if (!wasOpen) {
      this.#options.onHandshakeEnd?.();
      this.handshake.reject(connectErrorOf(native, reason, this.side));
    }
    this.#upkeep.liveness.end();
    this.streams.close(describeClose(reason));
    this.closed.resolve(reason);
  }
}

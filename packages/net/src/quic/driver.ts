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
import { Inbound } from './inbound.js';
import type { NativeConnection, NativeStats } from './native-connection.js';
import { maxDatagramSize } from './options.js';
import { Outbound } from './outbound.js';
import { isLongForm } from './packet-header.js';
import { type Excess, PeerLimits } from './peer-limits.js';
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
  /** Where the peer is now. */
  readonly remote: PeerPath;
  /** The way there. */
  readonly path: ConnectionPath;

  readonly #host: DriverHost;
  readonly #options: DriverOptions;
  #native: NativeConnection | undefined;
  readonly #inbound: Inbound;
  readonly #outbound: Outbound;
  readonly #limits: PeerLimits;
  #phase: 'handshake' | 'open' | 'closed' = 'handshake';
  readonly #timer = new DriverTimer((isBusy) => this.#onDue(isBusy));
  readonly #upkeep: Upkeep;
  readonly #handshaking: Handshake;
  /** Whether the peer has exceeded a limit. */
  #isFlood = false;
  #lastStats: NativeStats = { rttMs: 0, sentBytes: 0, receivedBytes: 0, lostPackets: 0 };

  constructor(host: DriverHost, options: DriverOptions) {
    const { native, side, remote } = options;
    const now = performance.now();
    this.#host = host;
    this.#native = native;
    this.side = side;
    this.remote = new PeerPath(remote, {
      isProven: side === 'dialed' || options.isAddressProven === true,
      isChecked: host.settings.trust === 'identity', // others may not know our challenges
    });
    const limits = { timeoutMs: host.settings.handshakeTimeoutMs, now };
    this.#handshaking = new Handshake(options, this.remote, limits, (datagram) => this.path.send(datagram));
    this.#upkeep = new Upkeep(host.settings, side, now);
    this.#options = options;
    this.streams = new StreamSet(
      native,
      side,
      host.settings.sendHighWaterMark,
      () => host.schedule(this),
      () => void this.#outbound.send(),
      host.settings.trust === 'identity' ? MAX_CODE : Number.MAX_SAFE_INTEGER,
    );
    const transmit = (datagram: Uint8Array, to: HostPort) => host.sendDatagram(datagram, to);
    const maxDatagram = maxDatagramSize(host.settings, remote);
    this.path = new ConnectionPath(native, this.remote, maxDatagram, transmit);
    const info = { from: remote, to: host.local };
    const { filter } = options;
    const parts = { native, side, info, remote: this.remote, path: this.path, filter, maxDatagram };
    this.#inbound = new Inbound(parts, now);
    this.#outbound = new Outbound({
      host,
      native,
      remote: this.remote,
      path: this.path,
      isQuiet: () => this.#upkeep.isQuiet(native.timeout()),
      tick: () => this.tick(),
    });
    this.#limits = new PeerLimits(this.#inbound, this.streams, host.settings);
    this.handshake.promise.catch(() => {}); // callers that await it see the error
  }

  /** Whether the handshake is done. */
  get isOpen(): boolean {
    return this.#phase === 'open';
  }

  get isClosed(): boolean {
    return this.#phase === 'closed';
  }

  hasProven(host: string): boolean {
    return this.remote.isProven && this.remote.host === host;
  }

  /** A datagram for this connection. */
  receive(datagram: Uint8Array, host: string, port: number): void {
    const native = this.#native;
    if (!native) return;
    if (this.isOpen && this.#inbound.hasNews) this.streams.noticeStopped(native);
    if (!this.#inbound.receive(datagram, host, port)) return;
    this.#outbound.received();
    if (this.#phase === 'handshake') this.#handshaking.received(isLongForm(datagram));
    else if (this.remote.isOverdue(performance.now())) return this.#giveUpPath(datagram);
    this.#host.schedule(this);
  }

  /** The peer does not prove where it is now: it has to connect anew. The reset that tells it is smaller than what it sent. */
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
      if (this.#inbound.takeDelay()) this.#outbound.ask(); // any packet of ours tells a client that we are done
      if (!received && this.streams.needsCloserLook) this.streams.dispatch(native);
      if (this.streams.pump(native)) this.#outbound.markDue();
    }
    const hasMore = this.#phase === 'open' ? this.#outbound.sendDue() : this.#sendFlight(received);
    if (this.#phase !== 'open' && (native.isClosed() || native.localError())) {
      this.#finish(closeReasonOf(native)); // the handshake failed
      return;
    }
    if (hasMore) {
      this.#outbound.markDue();
      this.#host.schedule(this);
    }
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
    if (!this.#native) return Promise.resolve(false);
    this.#upkeep.hurry();
    this.#outbound.ask();
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
  limitPending(limits: PendingLimits): void {
    this.#limits.limitPending(limits);
  }

  /** See `Connection.refuseHost`. */
  refuseHost(forMs: number): void {
    this.#host.refuseHost(this.remote.proven, forMs);
  }

  /** What the connection has carried; after its end, what it had carried then. */
  stats(): NativeStats {
    return this.#native?.stats() ?? this.#lastStats;
  }

  /** The peer has said that it does not know the connection any more. */
  reset(): void {
    if (this.#phase === 'open') this.#finish({ type: 'reset' });
  }

  /** Gives up a handshake: tells the peer, and the waiting caller why. */
  abandon(error: unknown): void {
    this.handshake.reject(error);
    this.#fail(TransportError.none, 'the handshake was given up');
  }

  /** Gives up a handshake, and sends nothing. */
  giveUp(error: Error): void {
    if (this.#phase !== 'handshake') return;
    this.handshake.reject(error);
    this.#finish({ type: 'error', message: error.message });
  }

  /** Closes at once, with a code of QUIC or TLS and not of the application. */
  #fail(code: number, message: string): void {
    const native = this.#native;
    if (!native) return;
    native.close(false, code, Buffer.from(message).subarray(0, MAX_REASON_BYTES));
    this.#host.transmitClose(native, this);
    this.#finish({ type: 'error', message });
  }

  /** Sends what the handshake needs, and sends it again where it got lost. @returns whether there may be more to send */
  #sendFlight(received: boolean): boolean {
    const now = performance.now();
    const { datagrams, hasMore } = this.#outbound.sendFlight();
    this.#handshaking.sent(datagrams, received, now);
    return hasMore;
  }

  /** @returns false when the connection is over */
  #afterReceive(native: NativeConnection): boolean {
    const now = performance.now();
    this.#upkeep.liveness.received(now);
    const excess = this.#limits.check(now);
    if (excess) {
      this.#exceeded(excess);
      return false;
    }
    if (native.isDraining() || native.isClosed()) {
      if (this.#phase === 'open') this.streams.keepUnread(native);
      this.#outbound.send();
      this.#finish(closeReasonOf(native));
      return false;
    }
    if (this.#inbound.takeFailure() && native.localError()) {
      this.#host.transmitClose(native, this); // what came in broke the protocol; quiche has the close packet ready
      this.#finish(closeReasonOf(native));
      return false;
    }
    if (this.#phase === 'handshake' && !this.#advanceHandshake(native)) return false;
    if (this.#phase === 'open') this.streams.dispatch(native);
    const silence = this.#phase === 'open' ? this.#limits.checkSilent(native) : undefined;
    if (silence) this.#exceeded(silence);
    return this.#phase !== 'closed';
  }

  #exceeded({ code, message }: Excess): void {
    this.#isFlood = true;
    this.#host.flooded(this.isOpen ? this.#options.remote : undefined);
    this.#fail(code, message);
  }

  /** The handshake may be further. Nothing of the application is touched before it is done. @returns false when the peer is the wrong one */
  #advanceHandshake(native: NativeConnection): boolean {
    const progress = this.#handshaking.progress(native);
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
    this.#outbound.send();
    this.#fail(alert, message);
    return false;
  }

  #open(identity: PeerIdentity): void {
    this.#phase = 'open';
    this.#inbound.open();
    this.path.open();
    this.#outbound.open();
    this.#handshaking.end();
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
    const timerAt = wait === undefined ? Number.POSITIVE_INFINITY : now + wait + EARLY_MS; // quiche finds nothing to do before its time
    const nativeAt = this.#phase === 'open' ? this.#upkeep.lossTimerAt(timerAt, native.streamBytes) : timerAt;
    const ownAt = this.#phase === 'open' ? Math.min(this.#upkeep.dueAt, this.path.dueAt) : this.#handshaking.dueAt;
    this.#timer.arm(Math.min(nativeAt, ownAt), now);
  }

  #onDue(isBusy: boolean): void {
    const native = this.#native;
    if (!native) return;
    this.#outbound.markDue();
    const now = performance.now();
    if (this.#phase !== 'open') {
      const error = this.#handshaking.timedOut(now, this.#inbound.elsewhere);
      if (error) return this.abandon(error);
    } else if (native.timeout() === 0) this.path.mtu.doubt(now); // something is not acknowledged
    native.onTimeout();
    if (this.#phase !== 'open') this.#handshaking.afterTimer(now, isBusy);
    if (native.isClosed()) return this.#finish(closeReasonOf(native));
    if (this.#phase === 'open') {
      this.#upkeep.work(native, now, isBusy, () => {
        native.keepAlive();
        this.#outbound.send(); // each in a packet of its own
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
    this.#outbound.end();
    this.#host.forget(this, {
      native,
      unearned: this.#inbound.pinned,
      streams: this.streams.size,
      silent: this.#limits.silent,
      isFlood: this.#isFlood,
    });
    if (!wasOpen) {
      this.#options.onHandshakeEnd?.();
      this.handshake.reject(connectErrorOf(native, reason, this.side));
    }
    this.#upkeep.liveness.end();
    this.streams.close(describeClose(reason));
    this.closed.resolve(reason);
  }
}

import type { DisconnectReason, TopicId } from '@grapevine/proto';
import type { TransportAddr } from '../address/endpoint-addr.js';
import { ConnectError } from '../errors.js';
import type { EndpointId } from '../identity/endpoint-id.js';
import { type CloseReason, describeClose } from '../transport/close-reason.js';
import type { Connection, Endpoint } from '../transport/seam.js';
import type { Clock, ClockTimer } from '../util/clock.js';
import { CloseCode } from './close-code.js';
import { Dialer } from './dialer.js';
import { Link, type LinkHost } from './link.js';
import type { ResolvedGossipOptions } from './options.js';
import { Peer } from './peer.js';
import { PressureGauge } from './pressure.js';
import type { PeerConnectionSnapshot } from './snapshot.js';
import { encodeFrame, type NetMessage, PREFIX_LENGTH } from './wire.js';

/** Who hears what happens to peers. */
export interface PeerTableHost {
  message(from: EndpointId, topic: TopicId, message: NetMessage): void;
  /** A dial to a peer has begun. */
  dialing(peer: EndpointId): void;
  /** The first connection to a peer is up. */
  connected(peer: EndpointId): void;
  /** The last connection to a peer is gone, or a dial has failed. */
  gone(peer: EndpointId, reason: DisconnectReason): void;
  /** The last connection to a peer was closed in good order. */
  retired(peer: EndpointId): void;
  /** Whether a peer is, or is about to be, an active neighbor in some topic. */
  isWanted(peer: EndpointId): boolean;
}

/** Publishers wait when this part of a peer's mark is queued. */
const PUBLISH_SHARE = 1 / 4;

/**
 * Everybody we are connected to or dialing. Messages go in with an id, connections are made and kept as needed; nothing here
 * ever waits for a peer.
 */
export class PeerTable {
  readonly pressure: PressureGauge;
  readonly #clock: Clock;
  readonly #maxMessageSize: number;
  readonly #me: EndpointId;
  readonly #options: ResolvedGossipOptions;
  readonly #host: PeerTableHost;
  readonly #dialer: Dialer;
  readonly #peers = new Map<EndpointId, Peer>();
  readonly #dirty = new Set<Link>();
  #flushing: ClockTimer | undefined;
  #reaper: ClockTimer | undefined;
  #lastMessage: NetMessage | undefined;
  #lastFrame: Uint8Array | undefined;
  #closed = false;

  constructor(endpoint: Endpoint, options: ResolvedGossipOptions, maxMessageSize: number, host: PeerTableHost) {
    this.#me = endpoint.id;
    this.#options = options;
    this.#host = host;
    this.#clock = options.clock;
    this.#maxMessageSize = maxMessageSize;
    this.pressure = new PressureGauge(options.clock, options.queueHighWaterMark * PUBLISH_SHARE);
    this.#dialer = new Dialer(endpoint, options, {
      connected: (connection) => this.accept(connection),
      failed: (peer, error) => this.#dialFailed(peer, error),
    });
  }

  /** Sends a message, dialing first where there is no connection. */
  send(to: EndpointId, topic: TopicId, message: NetMessage): void {
    if (this.#closed) return;
    const frame = this.#encode(message);
    if (!frame) return;
    this.#options.metrics.messageSent(message.type === 'gossip' ? 'data' : 'control', frame.length - PREFIX_LENGTH);
    const peer = this.#peer(to);
    if (peer.send({ topic, message, frame }) || this.#dialer.isDialing(to)) return;
    if (this.#dialer.waitFor(to) > 0) return this.#lose(peer, 'closed'); // it failed a moment ago: whoever wants it asks again
    this.#host.dialing(to);
    this.#dialer.dial(to);
  }

  /** No topic needs a peer any more. */
  release(id: EndpointId): void {
    const peer = this.#peers.get(id);
    if (!peer) return;
    peer.release();
    if (peer.links.size > 0) return;
    this.#dialer.cancel(id);
    this.#forget(peer);
    this.#host.retired(id);
  }

  /** Takes over a connection, dialed or accepted. */
  accept(connection: Connection): void {
    const id = connection.remoteId;
    const isNew = !this.#peers.get(id)?.active;
    if (this.#closed || id === this.#me) return connection.close(CloseCode.done, 'not wanted');
    if (isNew && this.#connectedCount() >= this.#options.maxPeers) {
      return connection.close(CloseCode.tooMany, `${this.#options.maxPeers} peers are enough`);
    }
    this.#options.metrics.tick('connection');
    this.#dialer.forgive(id);
    const peer = this.#peer(id);
    peer.add(new Link(connection, this.#linkHost(peer)));
    this.pressure.add(id);
    this.#reaper ??= this.#clock.setTimer(this.#reap, this.#options.idleLinkMs);
    if (isNew) this.#host.connected(id);
  }

  /** Where the connection to a peer leads now; undefined where there is none, or its transport does not know. */
  remoteAddr(id: EndpointId): TransportAddr | undefined {
    return this.#peers.get(id)?.active?.connection.remoteAddr();
  }

  /** Milliseconds until it makes sense to ask a peer for something; 0 when it is connected or may be dialed now. */
  waitFor(id: EndpointId): number {
    if (this.#peers.get(id)?.active) return 0;
    return this.#dialer.isDialing(id) ? this.#options.dialBackoffMinMs : this.#dialer.waitFor(id);
  }

  /** Sends what is queued to every peer, and closes. */
  async close(): Promise<void> {
    this.#flush();
    this.#closed = true;
    this.#dialer.close();
    await Promise.all([...this.#peers.values()].map((peer) => peer.shutdown()));
    this.#reaper?.cancel();
    this.#flushing?.cancel();
    for (const peer of [...this.#peers.values()]) this.#forget(peer);
  }

  snapshot(): PeerConnectionSnapshot[] {
    const connected = [...this.#peers.values()].map((peer) => this.#describe(peer.id, peer));
    const others = this.#dialer.backingOff().filter((id) => !this.#peers.has(id));
    return [...connected, ...others.map((id) => this.#describe(id, undefined))];
  }

  counts(): { dialing: number; connected: number; 'backing-off': number; queuedBytes: number } {
    let queuedBytes = 0;
    for (const peer of this.#peers.values()) queuedBytes += peer.queuedBytes;
    return {
      dialing: this.#dialer.count,
      connected: this.#connectedCount(),
      'backing-off': this.#dialer.backingOff().length,
      queuedBytes,
    };
  }

  // What links report.

  #linkHost(peer: Peer): LinkHost {
    const { metrics } = this.#options;
    return {
      clock: this.#clock,
      maxMessageSize: this.#maxMessageSize,
      message: (link, topic, message, bodyLength) => {
        metrics.messageReceived(message.type === 'gossip' ? 'data' : 'control', bodyLength);
        peer.receivedOn(link);
        this.#host.message(peer.id, topic, message);
      },
      dropped: (reason) => metrics.dropped(reason),
      queued: (delta) => peer.queued(delta),
      dirty: (link) => {
        this.#dirty.add(link);
        this.#flushing ??= this.#clock.defer(this.#flush);
      },
      ended: (link, reason) => this.#ended(peer, link, reason),
    };
  }

  #ended(peer: Peer, link: Link, reason: CloseReason): void {
    const { id } = peer;
    this.#dirty.delete(link);
    if (!peer.links.has(link)) return;
    this.#options.logger.debug({ peer: id, reason: describeClose(reason) }, 'connection ended');
    if (peer.remove(link)) return;
    const polite = (reason.type === 'peer' || reason.type === 'local') && reason.code === CloseCode.done;
    this.#forget(peer);
    if (polite) this.#host.retired(id);
    else this.#host.gone(id, reason.type === 'timeout' ? 'timeout' : 'closed');
  }

  // Inside.

  #peer(id: EndpointId): Peer {
    const known = this.#peers.get(id);
    if (known) return known;
    const { metrics, logger, queueHighWaterMark, tooSlowAfterMs, closeTimeoutMs, idleLinkMs } = this.#options;
    const peer = new Peer({
      id,
      me: this.#me,
      clock: this.#clock,
      highWaterMark: queueHighWaterMark,
      tooSlowAfterMs,
      closeTimeoutMs,
      settledAfterMs: idleLinkMs,
      pressure: this.pressure,
      onTooSlow: (slow) => {
        metrics.dropped('too-slow');
        logger.warn({ peer: id, queuedBytes: slow.queuedBytes }, 'dropping a peer that takes data too slowly');
        slow.drop(CloseCode.tooSlow, `more than ${queueHighWaterMark} bytes were queued for ${tooSlowAfterMs} ms`);
      },
      onDegraded: () => metrics.degraded(),
      onQueueFull: () => metrics.dropped('queue-full'),
    });
    this.#peers.set(id, peer);
    return peer;
  }

  /** A broadcast is one message to many peers: it is encoded once. */
  #encode(message: NetMessage): Uint8Array | undefined {
    if (message === this.#lastMessage) return this.#lastFrame;
    const frame = encodeFrame(message);
    const length = frame.length - PREFIX_LENGTH;
    const fits = length < this.#maxMessageSize; // the reference refuses to send what is *not below* the limit
    if (!fits) {
      this.#options.metrics.dropped('oversized-send');
      this.#options.logger.warn(
        { type: message.type, length, limit: this.#maxMessageSize },
        'not sending an oversized message',
      );
    }
    this.#lastMessage = message;
    this.#lastFrame = fits ? frame : undefined;
    return this.#lastFrame;
  }

  readonly #flush = (): void => {
    this.#flushing?.cancel();
    this.#flushing = undefined;
    for (const link of this.#dirty) {
      this.#dirty.delete(link);
      link.flush();
    }
  };

  #dialFailed(id: EndpointId, error: unknown): void {
    this.#options.metrics.tick('dialer');
    this.#options.logger.debug({ peer: id, error: String(error) }, 'dial failed');
    const peer = this.#peers.get(id);
    if (!peer || peer.active) return;
    this.#lose(peer, error instanceof ConnectError ? dialFailure(error) : 'closed');
  }

  #lose(peer: Peer, reason: DisconnectReason): void {
    this.#forget(peer);
    this.#host.gone(peer.id, reason);
  }

  #forget(peer: Peer): void {
    peer.takeWaiting();
    peer.dispose();
    if (this.#peers.get(peer.id) === peer) this.#peers.delete(peer.id);
  }

  #connectedCount(): number {
    let count = 0;
    for (const peer of this.#peers.values()) if (peer.active) count++;
    return count;
  }

  /** Closes connections that nobody has used for a while and no topic needs. */
  readonly #reap = (): void => {
    this.#reaper = undefined;
    const { idleLinkMs } = this.#options;
    const before = this.#clock.now() - idleLinkMs;
    for (const peer of [...this.#peers.values()]) {
      if (this.#host.isWanted(peer.id)) continue;
      for (const link of [...peer.links]) if (link.lastUsed <= before) link.close(CloseCode.done, 'idle');
    }
    if (this.#peers.size > 0) this.#reaper = this.#clock.setTimer(this.#reap, idleLinkMs);
  };

  #describe(id: EndpointId, peer: Peer | undefined): PeerConnectionSnapshot {
    const record = this.#dialer.record(id);
    const stats = peer?.active?.connection.stats();
    return {
      id,
      state: peer?.active ? 'connected' : this.#dialer.isDialing(id) ? 'dialing' : 'backing-off',
      connections: peer?.links.size ?? 0,
      remoteAddr: peer?.active?.connection.remoteAddr(),
      rttMs: stats?.rttMs ?? 0,
      sentBytes: stats?.sentBytes ?? 0,
      receivedBytes: stats?.receivedBytes ?? 0,
      queuedBytes: peer?.queuedBytes ?? 0,
      dialFailures: record?.failures ?? 0,
      lastDialError: record?.lastError,
    };
  }
}

function dialFailure(error: ConnectError): DisconnectReason {
  switch (error.reason) {
    case 'refused':
      return 'refused';
    case 'timeout':
      return 'timeout';
    case 'self':
    case 'no-address':
    case 'identity-mismatch':
    case 'alpn-mismatch':
    case 'transport':
      return 'closed';
  }
}

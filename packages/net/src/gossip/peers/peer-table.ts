import type { DisconnectReason, TopicId } from '@grapevine/proto';
import type { TransportAddr } from '../../address/endpoint-addr.js';
import type { EndpointId } from '../../identity/endpoint-id.js';
import { type CloseReason, describeClose } from '../../transport/close-reason.js';
import type { Connection, Endpoint } from '../../transport/seam.js';
import { CloseCode, limitInReason } from '../close-code.js';
import { FrameEncoder } from '../frame-encoder.js';
import type { TriedPeer } from '../join-timeout-error.js';
import { Link } from '../link/link.js';
import type { ResolvedGossipOptions } from '../options.js';
import type { PeerConnectionSnapshot } from '../snapshot.js';
import { Sources } from '../sources/index.js';
import { type NetMessage, PREFIX_LENGTH } from '../wire.js';
import { announcementsWithin } from './announcements-within.js';
import { countPeers, describeDials, describePeers, type Everybody } from './describe-peers.js';
import { Dialer } from './dialer.js';
import { FlushQueue } from './flush-queue.js';
import { howDialFailed, howItEnded } from './how-it-ended.js';
import { CONFLICT, IdentityGuard } from './identity-guard.js';
import { IdleLinks } from './idle-links.js';
import { LinkCheck } from './link-check.js';
import { type LinkParts, linkHostOf } from './link-host.js';
import { MessageLimits } from './message-limits.js';
import { newPeer, type PeerParts } from './new-peer.js';
import type { Peer } from './peer.js';
import type { PeerTableHost } from './peer-table-host.js';
import { PressureGauge } from './pressure.js';
import { TimeWatch } from './time-watch.js';

/** Publishers wait when this part of a peer's mark is queued. */
const PUBLISH_SHARE = 1 / 4;

/** A dead link is replaced within this time, or given up. */
const REDIAL_TIMEOUT_MS = 5_000;

/** How long a peer that prefers another node with our identity is not dialed, in milliseconds: then the other may have left. */
const CONFLICT_PAUSE_MS = 60_000;

/**
 * Everybody we are connected to or dialing. Messages go in with an id, connections are made and kept as needed; nothing here
 * ever waits for a peer.
 */
export class PeerTable {
  readonly pressure: PressureGauge;
  readonly sources: Sources;
  readonly #endpoint: Endpoint;
  readonly #maxMessageSize: number;
  readonly #me: EndpointId;
  readonly #options: ResolvedGossipOptions;
  readonly #host: PeerTableHost;
  readonly #dialer: Dialer;
  readonly #encoder: FrameEncoder;
  readonly #limits: MessageLimits;
  readonly #timeWatch: TimeWatch;
  readonly #linkCheck: LinkCheck;
  readonly #identityGuard: IdentityGuard;
  readonly #peers = new Map<EndpointId, Peer>();
  readonly #toFlush: FlushQueue;
  readonly #idleLinks: IdleLinks;
  readonly #linkParts: LinkParts;
  readonly #peerParts: PeerParts;
  #closed = false;

  constructor(endpoint: Endpoint, options: ResolvedGossipOptions, maxMessageSize: number, host: PeerTableHost) {
    this.#endpoint = endpoint;
    this.#me = endpoint.id;
    this.#options = options;
    this.#host = host;
    this.#maxMessageSize = maxMessageSize;
    this.pressure = new PressureGauge(options.clock, options.queueHighWaterMark * PUBLISH_SHARE);
    this.#encoder = new FrameEncoder(maxMessageSize, ({ type }, length) => this.#onOversized(type, length));
    this.#limits = new MessageLimits(options.clock, options.logger, maxMessageSize);
    this.sources = new Sources({
      options,
      addressLookup: endpoint.addressLookup,
      isWanted: (peer) => host.isWanted(peer),
      close: (peer, code, reason) => this.#peers.get(peer)?.links.closeAll(code, reason),
    });
    this.#dialer = new Dialer(endpoint, options, this.sources, {
      connected: (connection) => this.#takeOver(connection),
      failed: (peer, error) => this.#dialFailed(peer, error),
    });
    this.#timeWatch = new TimeWatch(options.clock, (missingMs) => this.#onTimeJump(missingMs));
    this.#linkCheck = new LinkCheck({
      clock: options.clock,
      isLeaf: endpoint.isLeaf === true,
      redial: ({ id }) => this.#dialer.redial(id, REDIAL_TIMEOUT_MS),
      isWanted: ({ id }) => host.isWanted(id),
      survivedSleep: ({ id }) => host.linkGap(id, 'sleep'),
    });
    this.#identityGuard = new IdentityGuard(options);
    this.#toFlush = new FlushQueue(options.clock);
    this.#idleLinks = new IdleLinks({
      clock: options.clock,
      idleLinkMs: options.idleLinkMs,
      peers: () => this.#peers.values(),
      isWanted: (peer) => host.isWanted(peer),
    });
    this.#peerParts = {
      me: endpoint.id,
      options,
      limits: this.#limits,
      pressure: this.pressure,
      linkReplaced: (peer) => host.linkReplaced(peer),
      overflowed: (peer) => host.linkGap(peer, 'overflow'),
      withheld: (peer) => host.withheld(peer),
    };
    this.#linkParts = {
      options,
      maxMessageSize,
      limits: this.#limits,
      sources: this.sources,
      toFlush: this.#toFlush,
      linkCheck: this.#linkCheck,
      isJoined: (topic) => host.isJoined(topic),
      message: (from, topic, message) => host.message(from, topic, message),
      ended: (peer, link, reason) => this.#ended(peer, link, reason),
    };
  }

  /** Whether another node that uses our identity was noticed. */
  get identityConflict(): boolean {
    return this.#identityGuard.ownConflict;
  }

  /** Sends a message, dialing first where there is no connection. */
  send(to: EndpointId, topic: TopicId, wanted: NetMessage): void {
    if (this.#closed) return;
    const message = this.#withinLimit(to, topic, wanted);
    const frame = message && this.#encoder.encode(message);
    if (!frame) return;
    this.#options.metrics.messageSent(message.type === 'gossip' ? 'data' : 'control', frame.length - PREFIX_LENGTH);
    const peer = this.#peer(to);
    if (this.#endpoint.isLeaf && message.type === 'gossip') this.#linkCheck.said(peer);
    if (peer.send({ topic, message, frame })) return;
    if (this.#dialer.isDialing(to)) return this.#dialer.hurry(to);
    if (this.#dialer.waitFor(to) > 0) return this.#lose(peer, 'closed'); // it failed a moment ago: whoever wants it asks again
    this.#host.dialing(to);
    if (this.#dialer.dial(to)) return;
    this.sources.refused('hearsay');
    this.#lose(peer, 'refused');
  }

  /**
   * Settles when what is queued now about a topic was handed to the connections of some peers.
   *
   * @returns those where it was not: the connection ended, or the peer takes nothing
   */
  async written(topic: TopicId, peers: readonly EndpointId[]): Promise<EndpointId[]> {
    const isWritten = await Promise.all(peers.map(async (id) => (await this.#peers.get(id)?.written(topic)) ?? true));
    return peers.filter((_, i) => !isWritten[i]);
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

  /** Takes over a connection that a peer has made. */
  accept(connection: Connection): void {
    this.#takeOver(connection);
  }

  isConnected(id: EndpointId): boolean {
    return this.#peers.get(id)?.active !== undefined;
  }

  /** Whether a peer has dialed us and cannot be dialed. */
  isLeaf(id: EndpointId): boolean {
    return this.#peers.get(id)?.active?.connection.isFromLeaf === true;
  }

  /** Where the connection to a peer leads now; undefined where there is none, or its transport does not know. */
  remoteAddr(id: EndpointId): TransportAddr | undefined {
    return this.#peers.get(id)?.active?.connection.remoteAddr();
  }

  /** Round-trip time to a peer in milliseconds, 0 where unknown. */
  rttMs(id: EndpointId): number {
    return this.#peers.get(id)?.active?.connection.stats().rttMs ?? 0;
  }

  /** Milliseconds until it makes sense to ask a peer for something; 0 when it is connected or may be dialed now. */
  waitFor(id: EndpointId): number {
    if (this.#peers.get(id)?.active) return 0;
    return this.#dialer.isDialing(id) ? this.#options.dialBackoffMinMs : this.#dialer.waitFor(id);
  }

  isDialing(id: EndpointId): boolean {
    return this.#dialer.isDialing(id);
  }

  /** What became of our dials of a peer. */
  tried(id: EndpointId): TriedPeer {
    return describeDials(this.#dialer, id);
  }

  /** Whether a topic waits for a stream, because the peer allows no more at once. */
  waitsForStream(topic: TopicId, id: EndpointId): boolean {
    return this.#peers.get(id)?.active?.waitsForStream(topic) === true;
  }

  /** Sends what is queued to every peer, and closes. */
  async close(): Promise<void> {
    this.#toFlush.flush();
    this.#closed = true;
    this.#dialer.close();
    this.#timeWatch.stop();
    await Promise.all([...this.#peers.values()].map((peer) => peer.shutdown()));
    this.#idleLinks.stop();
    this.#toFlush.stop();
    for (const peer of [...this.#peers.values()]) this.#forget(peer);
  }

  /** Something happens: it may be the first sign of a sleep. */
  checkTime(): void {
    this.#timeWatch.check();
  }

  snapshot(): PeerConnectionSnapshot[] {
    return describePeers(this.#everybody);
  }

  counts(): ReturnType<typeof countPeers> {
    return countPeers(this.#everybody);
  }

  // What links report.

  #ended(peer: Peer, link: Link, reason: CloseReason): void {
    const { id, links } = peer;
    this.#toFlush.remove(link);
    this.#linkCheck.ended(link);
    if (!links.has(link)) return;
    this.#options.logger.debug({ peer: id, reason: describeClose(reason) }, 'connection ended');
    if (reason.type === 'peer' && reason.code === CloseCode.frameTooLarge) {
      const limit = limitInReason(reason.reason);
      if (limit !== undefined) this.#limits.learn(id, limit);
    }
    links.remove(link);
    if (links.size > 0) return;
    this.sources.left(id);
    if (reason.type === 'peer' && reason.code === CloseCode.identityConflict) this.#yieldTo(id);
    const ending = howItEnded(reason);
    this.#forget(peer);
    if (ending === 'in good order') this.#host.retired(id);
    else this.#host.gone(id, ending);
  }

  #onTimeJump(missingMs: number): void {
    this.#options.logger.info({ missingMs }, 'time has jumped: asking all peers whether they are there');
    this.#host.slept(missingMs);
    void this.#linkCheck.afterSleep([...this.#peers.values()]).then((peers) => this.#host.survivedSleep(peers));
  }

  /** A peer prefers the other node with our identity. */
  #yieldTo(id: EndpointId): void {
    this.#dialer.postpone(id, CONFLICT_PAUSE_MS, CONFLICT);
    this.#identityGuard.noticedBy(id);
  }

  #refuseOurself(connection: Connection): void {
    connection.close(CloseCode.identityConflict, CONFLICT);
    this.#identityGuard.noticedBy(this.#me);
  }

  // Inside.

  /** @returns whether there is a slot for it */
  #takeOver(connection: Connection): boolean {
    const id = connection.remoteId;
    const isNew = !this.#peers.get(id)?.active;
    if (id === this.#me) this.#refuseOurself(connection);
    else if (this.#closed) connection.close(CloseCode.done, 'not wanted');
    else if (!isNew || this.sources.takeSlot(connection, { isOurs: this.#isOurs(connection) }))
      this.#add(connection, isNew);
    else return false;
    return true;
  }

  #isOurs({ side, remoteId }: Connection): boolean {
    return side === 'dialed' || this.#dialer.isDialing(remoteId) || this.#host.isWanted(remoteId);
  }

  #add(connection: Connection, isNew: boolean): void {
    this.#timeWatch.check(); // what is asked after a sleep are the links from before it
    const id = connection.remoteId;
    const isLeaf = connection.isFromLeaf === true;
    const addr = connection.remoteAddr();
    if (addr && !isLeaf) this.#endpoint.addressLookup.add({ id, addrs: [addr] }, 'proven');
    this.#options.metrics.tick('connection');
    this.#dialer.forgive(id);
    const peer = this.#peer(id);
    const account = this.sources.entered(connection);
    const link = new Link(connection, linkHostOf(peer, account, this.#linkParts));
    peer.add(link);
    this.#timeWatch.start();
    this.#idleLinks.watch();
    if (isNew) this.#host.connected(id, account.source, isLeaf);
    else void this.#identityGuard.check(peer, link);
  }

  #peer(id: EndpointId): Peer {
    const known = this.#peers.get(id);
    if (known) return known;
    const peer = newPeer(id, this.#peerParts);
    this.#peers.set(id, peer);
    return peer;
  }

  /** A peer must not hear of payloads that it does not take: it would ask for them, and get no answer. */
  #withinLimit(to: EndpointId, topic: TopicId, message: NetMessage): NetMessage | undefined {
    const limit = message.type === 'ihave' ? this.#limits.learned(to) : undefined;
    if (limit === undefined) return message;
    const within = announcementsWithin(limit, message, (id) => this.#host.payload(topic, id));
    if (within !== message) this.#peers.get(to)?.withheld();
    return within;
  }

  #onOversized(type: NetMessage['type'], length: number): void {
    this.#options.metrics.dropped('oversized-send');
    this.#options.logger.warn({ type, length, limit: this.#maxMessageSize }, 'not sending an oversized message');
  }

  #dialFailed(id: EndpointId, error: unknown): void {
    this.#options.metrics.tick('dialer');
    this.#options.logger.debug({ peer: id, error: String(error) }, 'dial failed');
    const peer = this.#peers.get(id);
    if (!peer || peer.active) return;
    this.#lose(peer, howDialFailed(error));
  }

  #lose(peer: Peer, reason: DisconnectReason): void {
    this.#forget(peer);
    this.#host.gone(peer.id, reason);
  }

  #forget(peer: Peer): void {
    this.#timeWatch.check(); // its end may be the first sign of a sleep
    peer.dispose();
    this.pressure.forget(peer.id);
    if (this.#peers.get(peer.id) === peer) this.#peers.delete(peer.id);
    if (this.#peers.size === 0) this.#timeWatch.stop();
  }

  get #everybody(): Everybody {
    return { peers: this.#peers, dialer: this.#dialer, limits: this.#limits };
  }
}

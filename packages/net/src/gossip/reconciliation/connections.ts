import type { TransportAddr } from '../../address/endpoint-addr.js';
import { ConnectError } from '../../errors.js';
import type { EndpointId } from '../../identity/endpoint-id.js';
import type { BiStream, Connection, Endpoint } from '../../transport/seam.js';
import type { Clock, ClockTimer } from '../../util/clock.js';
import { PENDING, STRANGER_PENDING } from '../sources/index.js';
import { ConnectionCode, SessionCode } from './close-code.js';

/** How long a connection stays open without a session. */
const IDLE_MS = 15_000;

/** Connections that one peer may hold: one, one that it replaces, and one that crossed it. */
const MAX_PER_PEER = 3;

/** Sessions of one connection that the peer may have open at once. */
const MAX_INCOMING = 64;
/**
 * The same before one of them was about a topic in which the peer is a neighbor: as many as a node has under way with one peer, and two that cross.
 */
const MAX_INCOMING_OF_STRANGER = 4;

/** A connection and the sessions on it. */
export interface Held {
  readonly connection: Connection;
  readonly sessions: Set<BiStream>;
  /** Those of the sessions that the peer began. */
  readonly incoming: Set<BiStream>;
  /** Whether we dialed it, or a session was about a topic in which the peer is a neighbor. */
  isAdmitted: boolean;
  /** Whether it was replaced: then it gets no new session. */
  stale: boolean;
  idle: ClockTimer | undefined;
}

/** What {@link Connections} need. */
export interface ConnectionsHost {
  readonly clock: Clock;
  readonly alpn: string;
  readonly dialTimeoutMs: number;
  readonly maxPeers: number;
  /** Where a gossip connection reaches the peer now. */
  remoteAddr(peer: EndpointId): TransportAddr | undefined;
  /** The peer has opened a session. */
  incoming(held: Held, stream: BiStream): void;
}

/** One connection per peer, in whichever direction it was made; dialed when a session needs it, closed when none does. */
export class Connections {
  readonly #endpoint: Endpoint;
  readonly #host: ConnectionsHost;
  /** The newest is the last. */
  readonly #held = new Map<EndpointId, Held[]>();
  readonly #dialing = new Map<EndpointId, Promise<Connection>>();
  readonly #dials = new Set<AbortController>();
  #closed = false;

  constructor(endpoint: Endpoint, host: ConnectionsHost) {
    this.#endpoint = endpoint;
    this.#host = host;
  }

  /** Takes over a connection, dialed or accepted. */
  accept(connection: Connection): void {
    const id = connection.remoteId;
    const others = this.#held.get(id) ?? [];
    if (this.#closed) return connection.close(ConnectionCode.done, 'shutting down');
    if (others.length === 0 && this.#held.size >= this.#host.maxPeers && !this.#dropStranger()) {
      return connection.close(ConnectionCode.tooMany, `${this.#host.maxPeers} peers are enough`);
    }
    if (others.length >= MAX_PER_PEER) others[0]?.connection.close(ConnectionCode.tooMany, 'too many connections');
    const isAdmitted = connection.side === 'dialed';
    if (!isAdmitted) connection.limitPending?.(STRANGER_PENDING);
    const held: Held = {
      connection,
      sessions: new Set(),
      incoming: new Set(),
      isAdmitted,
      stale: false,
      idle: undefined,
    };
    this.#held.set(id, [...(this.#held.get(id) ?? []), held]);
    this.#watchIdle(held);
    void this.#acceptSessions(held);
    void this.#refuseUniStreams(connection);
    void connection.closed.then(() => this.#forget(held));
  }

  /** Whether a session can begin without a dial. */
  has(peer: EndpointId): boolean {
    return this.#newest(peer) !== undefined;
  }

  /** Whether a peer would have to be dialed. */
  needsDial(peer: EndpointId): boolean {
    return !this.has(peer) && !this.#dialing.has(peer);
  }

  /** A connection to a peer, dialed where there is none. @throws ConnectError and what else `Endpoint.connect` throws */
  async connect(peer: EndpointId): Promise<void> {
    if (!this.#newest(peer)) await this.#dial(peer);
  }

  /** A stream to a peer to whom there is a connection. @throws ConnectionClosedError, StreamLimitError, ConnectError */
  async open(peer: EndpointId): Promise<{ readonly held: Held; readonly stream: BiStream }> {
    const held = this.#newest(peer);
    if (!held) throw new ConnectError('transport', 'the connection is gone');
    if (!held.isAdmitted) this.admitted(held); // we want something from this peer
    this.#use(held);
    try {
      const stream = await held.connection.openBi();
      held.sessions.add(stream);
      return { held, stream };
    } finally {
      this.#watchIdle(held);
    }
  }

  /** A session is about a topic in which the peer is a neighbor: it may bring as much as there is to fetch. */
  admitted(held: Held): void {
    held.isAdmitted = true;
    held.connection.limitPending?.(PENDING);
  }

  /** A session is over. */
  done(held: Held, stream: BiStream): void {
    held.incoming.delete(stream);
    if (held.sessions.delete(stream)) this.#watchIdle(held);
  }

  /** The peer may have been restarted, or has moved: sessions under way go on to their end, and no new one begins on its connections. */
  renew(peer: EndpointId): void {
    for (const held of this.#held.get(peer) ?? []) {
      held.stale = true;
      this.#watchIdle(held);
    }
  }

  /** Ends what is under way with a peer. */
  drop(peer: EndpointId): void {
    for (const { connection } of this.#held.get(peer) ?? [])
      connection.close(ConnectionCode.done, 'no neighbor any more');
  }

  close(): void {
    this.#closed = true;
    for (const dial of this.#dials) dial.abort(new Error('shutting down'));
    for (const held of [...this.#held.values()].flat()) held.connection.close(ConnectionCode.done, 'shutting down');
  }

  /** Closes the oldest connection of a peer that has compared nothing with us, to make room. @returns whether there was one */
  #dropStranger(): boolean {
    for (const [id, all] of this.#held) {
      if (all.some(({ isAdmitted }) => isAdmitted)) continue;
      this.#held.delete(id);
      for (const { connection } of all) connection.close(ConnectionCode.tooMany, 'others need the connection more');
      return true;
    }
    return false;
  }

  #newest(peer: EndpointId): Held | undefined {
    return this.#held.get(peer)?.findLast(({ stale }) => !stale);
  }

  #dial(peer: EndpointId): Promise<Connection> {
    const running = this.#dialing.get(peer);
    if (running) return running;
    const dial = this.#connect(peer).finally(() => this.#dialing.delete(peer));
    this.#dialing.set(peer, dial);
    return dial;
  }

  async #connect(peer: EndpointId): Promise<Connection> {
    const { alpn, clock, dialTimeoutMs } = this.#host;
    if (this.#closed) throw new Error('shutting down');
    const giveUp = new AbortController();
    this.#dials.add(giveUp);
    const timeout = () => giveUp.abort(new Error(`nobody answered within ${dialTimeoutMs} ms`));
    const timer = clock.setTimer(timeout, dialTimeoutMs);
    try {
      const connection = await this.#connectById(peer, alpn, giveUp.signal);
      this.accept(connection);
      return connection;
    } finally {
      timer.cancel();
      this.#dials.delete(giveUp);
    }
  }

  /** A peer that dialed us and shares no addresses is tried at the address that it came from. */
  async #connectById(peer: EndpointId, alpn: string, signal: AbortSignal): Promise<Connection> {
    try {
      return await this.#endpoint.connect(peer, alpn, { signal });
    } catch (error) {
      const addr = this.#host.remoteAddr(peer);
      if (!(error instanceof ConnectError) || error.reason !== 'no-address' || !addr) throw error;
      return this.#endpoint.connect({ id: peer, addrs: [addr] }, alpn, { signal });
    }
  }

  async #acceptSessions(held: Held): Promise<void> {
    for await (const stream of held.connection.acceptBi()) {
      if (held.incoming.size >= (held.isAdmitted ? MAX_INCOMING : MAX_INCOMING_OF_STRANGER)) {
        stream.send.reset(SessionCode.busy);
        stream.recv.stop(SessionCode.busy);
        continue;
      }
      held.sessions.add(stream);
      held.incoming.add(stream);
      this.#use(held);
      this.#host.incoming(held, stream);
    }
  }

  /** This protocol has no streams in one direction. */
  async #refuseUniStreams(connection: Connection): Promise<void> {
    for await (const stream of connection.acceptUni()) {
      stream.stop(0);
      connection.close(ConnectionCode.violation, 'this protocol has no streams in one direction');
    }
  }

  #use(held: Held): void {
    held.idle?.cancel();
    held.idle = undefined;
  }

  #watchIdle(held: Held): void {
    if (held.sessions.size > 0) return;
    this.#use(held);
    const close = () => held.connection.close(ConnectionCode.done, 'idle');
    if (held.stale) close();
    else held.idle = this.#host.clock.setTimer(close, IDLE_MS);
  }

  #forget(held: Held): void {
    const id = held.connection.remoteId;
    held.stale = true;
    this.#use(held);
    const others = (this.#held.get(id) ?? []).filter((other) => other !== held);
    if (others.length > 0) this.#held.set(id, others);
    else this.#held.delete(id);
  }
}

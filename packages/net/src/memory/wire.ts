import type { ClockTimer } from '../util/clock.js';
import type { MemoryConnection } from './connection.js';
import type { MemoryEndpoint } from './endpoint.js';
import { Link } from './link.js';
import type { Packet } from './packet.js';
import type { PathConditions } from './path.js';

/** What a wire needs of its network. */
export interface WireHost {
  readonly idleTimeoutMs: number;
  readonly random: () => number;
  path(from: MemoryEndpoint, to: MemoryEndpoint): PathConditions;
  /** Whether nothing passes in this direction now. */
  isBlocked(from: MemoryEndpoint, to: MemoryEndpoint): boolean;
  /** Whether an endpoint reads nothing now. */
  isMuted(endpoint: MemoryEndpoint): boolean;
  /** A packet has arrived. */
  delivered(from: MemoryEndpoint, to: MemoryEndpoint, packet: Packet): void;
  /** Both sides are over. */
  over(wire: Wire): void;
}

/** One side of a connection, and what it sends. */
interface Side {
  readonly endpoint: MemoryEndpoint;
  readonly connection: MemoryConnection;
  readonly link: Link<Packet>;
  /** What has arrived and waits for a muted endpoint to read again. */
  readonly unread: Packet[];
  /** The idle time-out: runs while nothing can arrive from the other side. */
  silence: ClockTimer | undefined;
  /** When the connection ended on this side. */
  endedAt: number | undefined;
}

/** A peer that has closed a connection says so again when packets come for it, for three probe time-outs (RFC 9000, section 10.2). */
const CLOSING_MS = 1_000;

/** Packets that are for QUIC itself, whether or not the application reads: the others wait for it. */
const isForQuic = ({ type }: Packet): boolean =>
  type === 'close' || type === 'credit' || type === 'finAck' || type === 'stop' || type === 'ping' || type === 'pong';

/** Streams arrive in order; what concerns the whole connection overtakes them all. */
const laneOf = (packet: Packet): number => ('stream' in packet ? packet.stream : -1);

const bytesOf = (packet: Packet): number => (packet.type === 'data' ? packet.bytes.length : 0);

/** A connection between two endpoints, as the network sees it. */
export class Wire {
  readonly #host: WireHost;
  readonly #sides: readonly [Side, Side];

  constructor(
    host: WireHost,
    ends: readonly [MemoryEndpoint, MemoryEndpoint],
    connections: readonly [MemoryConnection, MemoryConnection],
  ) {
    this.#host = host;
    const side = (from: 0 | 1, to: 0 | 1): Side => {
      const link = new Link<Packet>({
        clock: ends[to].networkClock,
        path: () => host.path(ends[from], ends[to]),
        random: host.random,
        deliver: (packet) => this.#deliver(from, to, packet),
      });
      const connection = connections[from];
      connection.attach({ send: (packet) => link.send(packet, laneOf(packet), bytesOf(packet)) });
      void connection.closed.then(() => this.#ended(from));
      return { endpoint: ends[from], connection, link, unread: [], silence: undefined, endedAt: undefined };
    };
    this.#sides = [side(0, 1), side(1, 0)];
    this.update();
  }

  joins(a: MemoryEndpoint, b: MemoryEndpoint): boolean {
    const [first, second] = this.#sides;
    return (first.endpoint === a && second.endpoint === b) || (first.endpoint === b && second.endpoint === a);
  }

  has(endpoint: MemoryEndpoint): boolean {
    return this.#sides.some((side) => side.endpoint === endpoint);
  }

  /** The conditions between the two have changed. */
  update(): void {
    this.#updateDirection(this.#sides[0], this.#sides[1]);
    this.#updateDirection(this.#sides[1], this.#sides[0]);
  }

  /** An endpoint reads again. */
  readOn(endpoint: MemoryEndpoint): void {
    for (const side of this.#sides) {
      if (side.endpoint !== endpoint) continue;
      for (const packet of side.unread.splice(0)) side.connection.receive(packet);
    }
  }

  /** The endpoint's process is gone, and with it its side: nobody there is told. */
  abandon(endpoint: MemoryEndpoint): void {
    for (const side of this.#sides) if (side.endpoint === endpoint) this.#endSide(side);
    this.update();
  }

  /** The endpoint's socket is gone: its own side is told at once. */
  fail(endpoint: MemoryEndpoint, message: string): void {
    for (const side of this.#sides) {
      if (side.endpoint !== endpoint) continue;
      side.link.cut();
      side.connection.end({ type: 'error', message });
    }
  }

  #updateDirection(from: Side, to: Side): void {
    const isBlocked = this.#host.isBlocked(from.endpoint, to.endpoint);
    if (isBlocked) from.link.hold();
    else from.link.release();
    const isSilent = isBlocked || (from.endedAt !== undefined && from.link.size === 0);
    if (!isSilent || to.endedAt !== undefined) {
      to.silence?.cancel();
      to.silence = undefined;
    } else {
      to.silence ??= to.endpoint.clock.setTimer(() => to.connection.end({ type: 'timeout' }), this.#host.idleTimeoutMs);
    }
  }

  #deliver(from: 0 | 1, to: 0 | 1, packet: Packet): void {
    const sender = this.#sides[from];
    const receiver = this.#sides[to];
    if (receiver.endedAt === undefined && !this.#isTooLate(sender, packet)) {
      this.#host.delivered(sender.endpoint, receiver.endpoint, packet);
      const waits = !isForQuic(packet) && (receiver.unread.length > 0 || this.#host.isMuted(receiver.endpoint));
      if (waits) receiver.unread.push(packet);
      else receiver.connection.receive(packet);
    }
    if (sender.endedAt !== undefined) this.#updateDirection(sender, receiver);
  }

  /** Whether a packet arrives too late: an end that has forgotten a connection does not repeat what the path has lost. */
  #isTooLate({ endedAt, endpoint }: Side, packet: Packet): boolean {
    if (endedAt === undefined) return false;
    const { latencyMs, jitterMs } = this.#host.path(endpoint, this.#otherThan(endpoint));
    const lateAfter = endedAt + latencyMs + jitterMs + (packet.type === 'close' ? CLOSING_MS : 0);
    return endpoint.networkClock.now() > lateAfter;
  }

  #otherThan(endpoint: MemoryEndpoint): MemoryEndpoint {
    return this.#sides[this.#sides[0].endpoint === endpoint ? 1 : 0].endpoint;
  }

  #ended(index: 0 | 1): void {
    this.#endSide(this.#sides[index]);
    this.update();
  }

  #endSide(side: Side): void {
    if (side.endedAt !== undefined) return;
    side.endedAt = side.endpoint.networkClock.now();
    side.silence?.cancel();
    side.silence = undefined;
    side.unread.length = 0;
    if (this.#sides.some(({ endedAt }) => endedAt === undefined)) return;
    for (const { link } of this.#sides) link.cut();
    this.#host.over(this);
  }
}

import type { HostPort } from './binding.js';

/** How long a peer is told again that a connection is closed: three probe time-outs of a slow path (RFC 9000, section 10.2). */
const RETENTION_MS = 3_000;
/** Peers that keep sending are answered at these datagrams: ever more rarely (RFC 9000, section 10.2.1). */
const ANSWERED = new Set([1, 2, 4, 8, 16, 32]);

/** The address that a close packet went to, and how many bytes may go there yet. */
export interface CloseTarget extends HostPort {
  readonly allowance: number;
}

interface ClosePacket {
  readonly datagram: Uint8Array;
  readonly to: HostPort;
  readonly until: number;
  allowance: number;
  asked: number;
}

/**
 * Close packets: the last datagrams of connections that we closed.
 *
 * A CONNECTION_CLOSE is not acknowledged and may be lost; then the peer goes on sending, and is told again, until it has had time to notice. Only the
 * address at which it was gets an answer: without keys nobody knows who is asking.
 */
export class ClosePackets {
  /** By connection id; in the order in which they expire. */
  readonly #packets = new Map<string, ClosePacket>();

  constructor(readonly now: () => number = () => performance.now()) {}

  /** How many connection ids are answered for. */
  get size(): number {
    return this.#packets.size;
  }

  /** Keeps the datagram that closed a connection with these ids. */
  add(keys: Iterable<string>, datagram: Uint8Array, { host, port, allowance }: CloseTarget): void {
    this.#expire();
    const until = this.now() + RETENTION_MS;
    const packet = { datagram, to: { host, port }, until, allowance, asked: 0 };
    for (const key of keys) this.#packets.set(key, packet); // one for all ids: they share what may be sent
  }

  /** Whether this id is of a connection that was closed a moment ago. */
  has(key: string): boolean {
    this.#expire();
    return this.#packets.has(key);
  }

  /** What to answer a datagram for this id, if anything. */
  answer(key: string, from: HostPort): Uint8Array | undefined {
    this.#expire();
    const packet = this.#packets.get(key);
    if (!packet || packet.to.port !== from.port || packet.to.host !== from.host) return undefined;
    if (packet.allowance < packet.datagram.length || !ANSWERED.has(++packet.asked)) return undefined;
    packet.allowance -= packet.datagram.length;
    return packet.datagram;
  }

  clear(): void {
    this.#packets.clear();
  }

  /** There is no timer: the next call removes what has expired, and that is small. */
  #expire(): void {
    const now = this.now();
    for (const [key, { until }] of this.#packets) {
      if (until > now) return;
      this.#packets.delete(key);
    }
  }
}

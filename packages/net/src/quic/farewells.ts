/** How long a peer is told again that a connection is closed: three probe time-outs of a slow path (RFC 9000, section 10.2). */
const KEPT_MS = 3_000;
/** Peers that keep sending are answered at these datagrams: ever more rarely (RFC 9000, section 10.2.1). */
const ANSWERED = new Set([1, 2, 4, 8, 16, 32]);

interface Farewell {
  readonly datagram: Uint8Array;
  readonly until: number;
  asked: number;
}

/**
 * The last datagrams of connections that we closed.
 *
 * A CONNECTION_CLOSE is not acknowledged and may be lost; then the peer goes on sending, and is told again, until it has had
 * time to notice.
 */
export class Farewells {
  /** By connection id; in the order in which they expire. */
  readonly #kept = new Map<string, Farewell>();

  constructor(readonly now: () => number = () => performance.now()) {}

  /** How many connection ids are answered for. */
  get size(): number {
    return this.#kept.size;
  }

  /** Keeps the datagram that closed a connection with these ids. */
  add(keys: Iterable<string>, datagram: Uint8Array): void {
    this.#expire();
    for (const key of keys) this.#kept.set(key, { datagram, until: this.now() + KEPT_MS, asked: 0 });
  }

  /** What to answer a datagram for this id, if anything. */
  answer(key: string): Uint8Array | undefined {
    this.#expire();
    const farewell = this.#kept.get(key);
    return farewell && ANSWERED.has(++farewell.asked) ? farewell.datagram : undefined;
  }

  clear(): void {
    this.#kept.clear();
  }

  /** No timer: what is left over is gone with the next call, and it is small. */
  #expire(): void {
    const now = this.now();
    for (const [key, { until }] of this.#kept) {
      if (until > now) return;
      this.#kept.delete(key);
    }
  }
}

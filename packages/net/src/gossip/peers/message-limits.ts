import type { EndpointId } from '../../identity/endpoint-id.js';
import type { Clock } from '../../util/clock.js';
import type { Logger } from '../../util/logger.js';

/** Peers whose limits are remembered; the oldest go first. */
const MAX_PEERS = 1024;

/** After this time a limit is tried again: the peer may have been started anew with another one. */
const REMEMBERED_MS = 600_000;

/** The smallest limit of any node, in bytes (reference). */
const SMALLEST = 512;

/** The limits of peers that take less than we do, as far as we have learned. They outlive connections. */
export class MessageLimits {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #ours: number;
  readonly #learned = new Map<EndpointId, { readonly limit: number; readonly until: number }>();

  /** @param ours our own limit in bytes */
  constructor(clock: Clock, logger: Logger, ours: number) {
    this.#clock = clock;
    this.#logger = logger;
    this.#ours = ours;
  }

  /** The longest message to send to a peer, in bytes; undefined when nothing is known. */
  learned(peer: EndpointId): number | undefined {
    const entry = this.#learned.get(peer);
    if (entry === undefined || entry.until > this.#clock.now()) return entry?.limit;
    this.#learned.delete(peer);
    return undefined;
  }

  /** The longest message to send to a peer, in bytes. */
  of(peer: EndpointId): number {
    return this.learned(peer) ?? this.#ours;
  }

  /** A peer has refused a longer message. */
  learn(peer: EndpointId, limit: number): void {
    const checked = Math.max(limit, SMALLEST);
    if (checked >= this.of(peer)) return;
    this.#logger.warn(
      { peer, theirs: checked, ours: this.#ours },
      'a peer takes smaller messages than we send, and will miss the larger ones: set the same maxMessageSize on every node',
    );
    this.#learned.delete(peer);
    this.#learned.set(peer, { limit: checked, until: this.#clock.now() + REMEMBERED_MS });
    const [oldest] = this.#learned.keys();
    if (oldest !== undefined && this.#learned.size > MAX_PEERS) this.#learned.delete(oldest);
  }
}

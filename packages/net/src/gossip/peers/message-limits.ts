import type { EndpointId } from '../../identity/endpoint-id.js';
import type { Clock } from '../../util/clock.js';

/** Peers whose limits are remembered; the oldest go first. */
const MAX_PEERS = 1024;

/** After this time a limit is tried again: the peer may have been started anew with another one. */
const REMEMBERED_MS = 600_000;

/** No node has a smaller one (reference). */
const SMALLEST = 512;

/** The limits of peers that take less than we do, as far as we have learned. They outlive connections. */
export class MessageLimits {
  readonly #clock: Clock;
  readonly #ours: number;
  readonly #learned = new Map<EndpointId, { readonly limit: number; readonly until: number }>();

  /** @param ours our own limit in bytes */
  constructor(clock: Clock, ours: number) {
    this.#clock = clock;
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

  /** A peer has refused a longer message. @returns whether that is news */
  learn(peer: EndpointId, limit: number): boolean {
    const checked = Math.max(limit, SMALLEST);
    const known = this.of(peer);
    if (checked >= known) return false;
    this.#learned.delete(peer);
    this.#learned.set(peer, { limit: checked, until: this.#clock.now() + REMEMBERED_MS });
    const [oldest] = this.#learned.keys();
    if (oldest !== undefined && this.#learned.size > MAX_PEERS) this.#learned.delete(oldest);
    return true;
  }
}

import type { EndpointId } from '../../identity/endpoint-id.js';
import type { Connection } from '../../transport/seam.js';
import { type Clock, delay } from '../../util/clock.js';
import type { NetMessage } from '../wire.js';
import type { DialCredit } from './dial-credit.js';
import { ELSEWHERE, PENDING, STRANGER_PENDING, STRANGER_STREAMS, UNFINISHED_BYTES } from './limits.js';
import type { Occupant } from './slots.js';
import type { Turn } from './turn.js';
import { type Standing, UNKNOWN_TOPIC_US, type WorkMeter, workOf } from './work-meter.js';

/**
 * What a payload of a neighbor costs by estimate, in microseconds: it is hashed, delivered and forwarded. For turns only: nobody is charged for it.
 */
const PAYLOAD_US = 6;

/** Received bytes are credited in portions of this many: each message by itself would cost more than it is worth. */
const CREDIT_PORTION = 1_024;

/** What all accounts share. */
export interface PeerAccountHost {
  readonly clock: Clock;
  readonly credit: DialCredit;
  readonly meter: WorkMeter;
  readonly turn: Turn;
  isNeighbor(peer: EndpointId): boolean;
  isWanted(peer: EndpointId): boolean;
  /** A message was about a topic that we are not in. */
  useless(): void;
  /** The peer has cost more than its share for long. */
  overdrawn(peer: EndpointId): void;
}

/** The account of a connected peer: where it is, what it has sent, and what that may cost us. */
export class PeerAccount implements Occupant {
  readonly id: EndpointId;
  readonly source: string;
  readonly since: number;
  readonly #host: PeerAccountHost;
  #isOurs = false;
  #isUseful = false;
  #useless = 0;
  #uncredited = 0;
  #isLeaving = false;
  /** How many requests about topics that we are not in would be answered now, and when that was counted. */
  #elsewhere: number = ELSEWHERE.burst;
  #elsewhereAt: number;
  /** Its connections that have the bounds of strangers. */
  readonly #bounded = new Set<Connection>();

  constructor(id: EndpointId, source: string, host: PeerAccountHost) {
    this.id = id;
    this.source = source;
    this.since = host.clock.now();
    this.#elsewhereAt = this.since;
    this.#host = host;
  }

  get isOurs(): boolean {
    return this.#isOurs;
  }

  get isUseful(): boolean {
    return this.#isUseful;
  }

  get useless(): number {
    return this.#useless;
  }

  isWanted(): boolean {
    return this.#host.isWanted(this.id);
  }

  /** We have dialed it. */
  chosen(): void {
    this.#isOurs = true;
    this.trusted();
  }

  /** It has a connection. */
  connected(connection: Connection): void {
    if (this.#standing === 'known' || !connection.limitPending) return;
    connection.limitPending(STRANGER_PENDING);
    this.#bounded.add(connection);
    void connection.closed.then(() => this.#bounded.delete(connection));
  }

  /** It is no stranger any more: its connections lose the bounds of strangers, for good. */
  trusted(): void {
    for (const connection of this.#bounded) connection.limitPending?.(PENDING);
    this.#bounded.clear();
  }

  /** Bytes of frames that are not whole, over all streams of a connection. For neighbors only flow control is a bound. */
  get unfinishedLimit(): number {
    return this.#standing === 'stranger' ? UNFINISHED_BYTES : Number.POSITIVE_INFINITY;
  }

  /** Streams of a connection that are read at once. */
  get streamLimit(): number {
    return this.#standing === 'stranger' ? STRANGER_STREAMS : Number.POSITIVE_INFINITY;
  }

  /** Whether it is answered when it asks to be a neighbor in a topic that we are not in; counts one. */
  mayAskElsewhere(): boolean {
    if (this.#standing === 'known') return true;
    const now = this.#host.clock.now();
    const earned = ((now - this.#elsewhereAt) / 1_000) * ELSEWHERE.perSecond;
    this.#elsewhere = Math.min(ELSEWHERE.burst, this.#elsewhere + earned);
    this.#elsewhereAt = now;
    if (this.#elsewhere < 1) return false;
    this.#elsewhere--;
    return true;
  }

  /**
   * A message was handled, or was about a topic that we are not in and was dropped.
   *
   * @returns what to wait for before reading on; undefined when there is nothing to wait for
   */
  received(message: NetMessage | undefined, bytes: number): Promise<void> | undefined {
    const { clock, credit, meter, turn } = this.#host;
    if (message) {
      this.#isUseful = true;
    } else {
      this.#useless++;
      this.#host.useless();
    }
    this.#uncredited += bytes;
    if (this.#uncredited >= CREDIT_PORTION) {
      credit.received(this.source, this.#uncredited);
      this.#uncredited = 0;
    }
    const standing = this.#standing;
    const work = message ? workOf(message, standing) : UNKNOWN_TOPIC_US;
    turn.spend(Math.max(work, PAYLOAD_US));
    if (work > 0) {
      const pauseMs = meter.spend(this.source, standing, bytes, work);
      if (pauseMs === Number.POSITIVE_INFINITY) return this.#leave();
      if (pauseMs > 0) return delay(clock, pauseMs);
    }
    return turn.isOver ? turn.next() : undefined;
  }

  /** @returns a pause in which the connections end */
  #leave(): Promise<void> {
    if (!this.#isLeaving) this.#host.overdrawn(this.id);
    this.#isLeaving = true;
    return this.#host.turn.next();
  }

  get #standing(): Standing {
    return this.#isOurs || this.#host.isNeighbor(this.id) ? 'known' : 'stranger';
  }
}

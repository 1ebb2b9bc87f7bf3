import type { GossipMessage, MessageId } from '@grapevine/proto';
import { aString } from '@grapevine/proto/check';
import { aNetwork, aPeer } from './checks.js';
import type { Network } from './network.js';
import type { Observer } from './observer.js';
import { Samples } from './samples.js';

/** One broadcast, with the papers' measures (TR-07-14). */
export interface BroadcastReport {
  readonly publisher: number;
  /** When it was published, in nanoseconds. */
  readonly publishedAt: number;
  /** The live nodes that should have it: all that were there when it was published, the publisher included, except those that left without it. */
  readonly expected: number;
  /** How many of them have it, the publisher included. */
  readonly delivered: number;
  /** Share of the live nodes that delivered it. */
  readonly reliability: number;
  /** Messages with this payload that anybody has received, duplicates included. */
  readonly payloads: number;
  /**
   * Relative message redundancy: payloads for each node that got it, less 1; 0 is a perfect tree, and where nobody else got it. Nodes that
   * joined later and got it all the same count here, as their payloads do.
   */
  readonly rmr: number;
  /** Last delivery hop: the hops of the longest way that a delivery took; the publisher's own send is hop 1. */
  readonly ldh: number;
  /** From publishing to the last delivery, in nanoseconds. */
  readonly lastDelivery: number;
}

/** How long deliveries took, in nanoseconds. NaN where there were none. */
export interface DeliveryTimes {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/**
 * The time within which half (`p50`) and 99 % (`p99`) of the expected deliveries came, in nanoseconds; infinite where fewer came. A missing delivery
 * counts as one that took for ever, so a swarm that loses the late ones does not look faster.
 */
export interface ExpectedTimes {
  readonly p50: number;
  readonly p99: number;
}

/** What is noted about a broadcast that is on its way. */
interface Broadcast {
  readonly publisher: number;
  readonly publishedAt: number;
  readonly round: number;
  expected: number;
  delivered: number;
  /** Nodes that have it and need not: they joined later. */
  late: number;
  payloads: number;
  lastRound: number;
  lastDelivery: number;
  /** A bit for each node that should have it: set until it does. */
  readonly waiting: Uint8Array;
}

/**
 * Measures broadcasts, each on its own: a duplicate counts for its own broadcast, however late it comes. Nodes that join
 * after a broadcast was published do not count, whether they get it or not.
 */
export class BroadcastMeter implements Observer {
  readonly #network: Network;
  readonly #broadcasts = new Map<MessageId, Broadcast>();
  readonly #delays = new Samples();
  #round = 0;
  #waitingInRound = 0;

  constructor(network: Network) {
    aNetwork('network', network);
    this.#network = network;
  }

  /** How many deliveries of the current round's broadcasts are still to come; those of nodes that left are not. */
  get outstanding(): number {
    return this.#waitingInRound;
  }

  /** The broadcasts that follow make up a round. */
  startRound(): void {
    this.#round++;
    this.#waitingInRound = 0;
  }

  /** A broadcast is about to be published. */
  published(id: MessageId, publisher: number): void {
    aString('id', id);
    aPeer('publisher', publisher);
    const peers = this.#network.members();
    const waiting = new Uint8Array((this.#network.idLimit + 7) >> 3);
    for (const peer of peers) setBit(waiting, peer);
    takeBit(waiting, publisher);
    this.#waitingInRound += peers.length - 1;
    this.#broadcasts.set(id, {
      publisher,
      publishedAt: this.#network.time,
      round: this.#round,
      expected: peers.length,
      delivered: 1,
      late: 0,
      payloads: 0,
      lastRound: -1,
      lastDelivery: 0,
      waiting,
    });
  }

  payload(_time: number, _peer: number, { id }: GossipMessage): void {
    const broadcast = this.#broadcasts.get(id);
    if (broadcast !== undefined) broadcast.payloads++;
  }

  delivered(time: number, peer: number, { id, scope }: GossipMessage): void {
    const broadcast = this.#broadcasts.get(id);
    if (broadcast === undefined) return;
    if (!takeBit(broadcast.waiting, peer)) {
      broadcast.late++;
      return;
    }
    broadcast.delivered++;
    this.#settled(broadcast);
    broadcast.lastDelivery = time - broadcast.publishedAt;
    if (scope.type === 'swarm' && scope.round > broadcast.lastRound) broadcast.lastRound = scope.round;
    this.#delays.add(broadcast.lastDelivery);
  }

  left(_time: number, peer: number): void {
    for (const broadcast of this.#broadcasts.values()) {
      if (!takeBit(broadcast.waiting, peer)) continue;
      broadcast.expected--;
      this.#settled(broadcast);
    }
  }

  #settled(broadcast: Broadcast): void {
    if (broadcast.round === this.#round) this.#waitingInRound--;
  }

  /** All broadcasts so far, in the order of their publishing. */
  reports(): BroadcastReport[] {
    return [...this.#broadcasts.values()].map(report);
  }

  /** How long the deliveries of all broadcasts took. */
  deliveryTimes(): DeliveryTimes {
    const delays = this.#delays;
    return {
      p50: delays.percentile(0.5),
      p90: delays.percentile(0.9),
      p99: delays.percentile(0.99),
      max: delays.percentile(1),
    };
  }

  /** How long the deliveries took that all broadcasts should have had. */
  expectedTimes(): ExpectedTimes {
    let expected = 0;
    for (const broadcast of this.#broadcasts.values()) expected += broadcast.expected - 1;
    const within = (share: number): number => {
      const ofDelivered = (share * expected) / this.#delays.size;
      return ofDelivered > 1 ? Number.POSITIVE_INFINITY : this.#delays.percentile(ofDelivered);
    };
    return { p50: within(0.5), p99: within(0.99) };
  }
}

function report(broadcast: Broadcast): BroadcastReport {
  const { publisher, publishedAt, expected, delivered, late, payloads, lastRound, lastDelivery } = broadcast;
  const receivers = delivered - 1 + late;
  return {
    publisher,
    publishedAt,
    expected,
    delivered,
    reliability: delivered / expected,
    payloads,
    rmr: receivers > 0 ? payloads / receivers - 1 : 0,
    ldh: lastRound + 1,
    lastDelivery,
  };
}

function setBit(bits: Uint8Array, index: number): void {
  bits[index >> 3] = (bits[index >> 3] as number) | (1 << (index & 7));
}

/** Clears a bit; true when it was set. */
function takeBit(bits: Uint8Array, index: number): boolean {
  const byte = bits[index >> 3] ?? 0;
  const mask = 1 << (index & 7);
  if ((byte & mask) === 0) return false;
  bits[index >> 3] = byte & ~mask;
  return true;
}

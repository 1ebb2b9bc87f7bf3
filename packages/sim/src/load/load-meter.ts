import type { GossipMessage, MessageId } from '@grapevine/proto';
import { BroadcastMeter } from '../broadcast-meter.js';
import type { Network } from '../network.js';
import type { Observer } from '../observer.js';

/** Deliveries of payloads: when each was published, and how long it took, in nanoseconds. Both lists have the same order. */
export interface Deliveries {
  readonly publishedAt: Float64Array;
  readonly delays: Float64Array;
}

/** Records every delivery of the payloads that it is told of, and how many never came. */
export class LoadMeter implements Observer {
  readonly #published = new Map<MessageId, number>();
  readonly #publishedAt: number[] = [];
  readonly #delays: number[] = [];
  readonly #network: Network;
  readonly #meter: BroadcastMeter;

  constructor(network: Network) {
    this.#network = network;
    this.#meter = new BroadcastMeter(network);
    network.observers.push(this, this.#meter);
  }

  /** A payload is about to be published. */
  published(id: MessageId, publisher: number): void {
    this.#published.set(id, this.#network.time);
    this.#meter.published(id, publisher);
  }

  delivered(time: number, _peer: number, { id }: GossipMessage): void {
    const publishedAt = this.#published.get(id);
    if (publishedAt === undefined) return;
    this.#publishedAt.push(publishedAt);
    this.#delays.push(time - publishedAt);
  }

  deliveries(): Deliveries {
    return { publishedAt: Float64Array.from(this.#publishedAt), delays: Float64Array.from(this.#delays) };
  }

  /** How many deliveries were expected, without those to nodes that left before the payload reached them. */
  expected(): number {
    return sum(this.#meter.reports().map(({ expected }) => expected - 1));
  }

  /** How many of them never came. */
  lost(): number {
    return sum(this.#meter.reports().map(({ expected, delivered }) => expected - delivered));
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

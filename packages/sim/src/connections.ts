import type { InEvent } from '@grapevine/proto';
import type { LatencyConfig } from './network-config.js';
import { PairTable } from './pair-table.js';
import type { Timeline } from './timeline.js';
import { uniformDuration, type WordSource } from './uniform.js';

/** The news of a closed connection arrives this long after the last message that was sent on it: 1 µs, in nanoseconds. */
const CLOSE_DELAY = 1_000;

/** Options of {@link Connections}. */
export interface ConnectionsOptions {
  readonly latency: LatencyConfig;
  /** Draws the latencies. */
  readonly rng: WordSource;
  readonly timeline: Timeline;
  /** Whether the host of a node can tell a retired connection from a broken one. */
  readonly knowsRetired: (peer: number) => boolean;
}

/** Which nodes are connected, the latency between two, and how an end learns that a connection is gone. */
export class Connections {
  readonly #pairs = new PairTable();
  readonly #drawLatency: () => number;
  readonly #timeline: Timeline;
  readonly #knowsRetired: (peer: number) => boolean;

  constructor({ latency, rng, timeline, knowsRetired }: ConnectionsOptions) {
    this.#timeline = timeline;
    this.#knowsRetired = knowsRetired;
    switch (latency.type) {
      case 'static':
        this.#drawLatency = () => latency.latency;
        break;
      case 'dynamic': {
        const draw = uniformDuration(latency.min, latency.max);
        this.#drawLatency = () => draw(rng);
        break;
      }
    }
  }

  /** How many pairs have a latency: those that have sent each other something. */
  get metPairs(): number {
    return this.#pairs.size;
  }

  /** All connections, the smaller number first, ascending. */
  all(): [number, number][] {
    return this.#pairs.connections();
  }

  /** The latency of a pair, drawn if the two have not met yet. */
  latency(a: number, b: number): number {
    return this.#pairs.latency(a, b, this.#drawLatency);
  }

  connect(a: number, b: number): void {
    this.#pairs.connect(a, b);
  }

  isConnected(a: number, b: number): boolean {
    return this.#pairs.isConnected(a, b);
  }

  /** Closes all connections of some nodes. The other ends are told after the latency, 1 µs, and `noticeAfter`. */
  closeAllOf(peers: ReadonlySet<number>, noticeAfter: number): void {
    const broken = this.#pairs.connections((a, b) => peers.has(a) || peers.has(b));
    const byPeer = new Map<number, number[]>();
    for (const [a, b] of broken) {
      this.#pairs.disconnect(a, b);
      if (peers.has(a)) append(byPeer, a, b);
      if (peers.has(b)) append(byPeer, b, a);
    }
    for (const peer of peers) {
      // Ascending, as the reference walks its set of connections.
      for (const other of byPeer.get(peer)?.sort((a, b) => a - b) ?? []) this.#notifyClosed(peer, other, noticeAfter);
    }
  }

  /** Breaks connections without closing them: both ends notice after `noticeAfter` that the other is silent. */
  break(isBroken: (a: number, b: number) => boolean, noticeAfter: number): void {
    for (const [a, b] of this.#pairs.connections(isBroken)) {
      this.#pairs.disconnect(a, b);
      this.#timeline.addEvent(a, { type: 'peerDisconnected', peer: b, reason: 'timeout' }, noticeAfter);
      this.#timeline.addEvent(b, { type: 'peerDisconnected', peer: a, reason: 'timeout' }, noticeAfter);
    }
  }

  /** Closes a connection, if there is one, that one end no longer uses. */
  retire(by: number, other: number): void {
    if (!this.#pairs.disconnect(by, other)) return;
    if (this.#knowsRetired(other)) this.#tell(by, other, { type: 'linkRetired', peer: by }, 0);
    else this.#notifyClosed(by, other, 0);
  }

  #notifyClosed(by: number, other: number, noticeAfter: number): void {
    this.#tell(by, other, { type: 'peerDisconnected', peer: by }, noticeAfter);
  }

  #tell(by: number, other: number, event: InEvent<number>, noticeAfter: number): void {
    this.#timeline.addEvent(other, event, this.latency(by, other) + CLOSE_DELAY + noticeAfter);
  }
}

function append(lists: Map<number, number[]>, key: number, value: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

import type { InEvent } from '@grapevine/proto';
import type { Connections } from './connections.js';
import type { Population } from './population.js';
import type { Timeline } from './timeline.js';
import { TOPIC } from './topic.js';

type Recovered = Extract<InEvent<number>, { readonly type: 'recovered' }>;

/** How long a reconciliation takes, in latencies of the pair: one for what both have, one for what each lacks, one for the payloads. */
const TRIPS = 3;

/** Options of {@link Reconciliation}. */
interface ReconciliationOptions {
  readonly nodes: Population;
  readonly timeline: Timeline;
  readonly connections: Connections;
  /** A payload has been fetched. */
  readonly recovered: (peer: number, event: Recovered) => void;
}

/**
 * Neighbors that compare what they have over a stream of their connection, and send each other what the other one lacks. A stream sends again what
 * the network loses, so nothing is lost here while the connection is up. The messages with which real nodes find the difference are not simulated.
 */
export class Reconciliation {
  readonly #nodes: Population;
  readonly #timeline: Timeline;
  readonly #connections: Connections;
  readonly #recovered: (peer: number, event: Recovered) => void;

  constructor({ nodes, timeline, connections, recovered }: ReconciliationOptions) {
    this.#nodes = nodes;
    this.#timeline = timeline;
    this.#connections = connections;
    this.#recovered = recovered;
  }

  /** One of two neighbors wants to compare. */
  begin(peer: number, other: number): void {
    const end = this.#timeline.now + TRIPS * this.#connections.latency(peer, other);
    this.#timeline.addAction(end, () => {
      if (!this.#connections.isConnected(peer, other)) return;
      this.#fetch(peer, other);
      this.#fetch(other, peer);
    });
  }

  #fetch(peer: number, from: number): void {
    const node = this.#nodes.get(peer);
    for (const { id, content, round, age } of this.#nodes.get(from)?.window(TOPIC, this.#timeline.now) ?? []) {
      if (content === undefined || node?.hasSeen(TOPIC, id) !== false) continue;
      this.#recovered(peer, { type: 'recovered', topic: TOPIC, from, content, round, age });
    }
  }
}

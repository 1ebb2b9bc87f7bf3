import type { GossipMetrics } from './metrics.js';
import type { LossReason } from './snapshot.js';

/** Counts what a node has lost, for its snapshot and its metrics. */
export class Losses {
  readonly #metrics: Pick<GossipMetrics, 'away' | 'lost'>;
  readonly #counts: Record<LossReason, number> = {
    'slow-reader': 0,
    abandoned: 0,
    unavailable: 0,
    overflow: 0,
    away: 0,
    unsent: 0,
  };

  constructor(metrics: Pick<GossipMetrics, 'away' | 'lost'>) {
    this.#metrics = metrics;
  }

  add(reason: LossReason, messages: number): void {
    this.#counts[reason] += messages;
    this.#metrics.lost(reason, messages);
  }

  /** A topic may have lost any number of messages: at least so many. */
  away(atLeast: number): void {
    this.#metrics.away();
    if (atLeast > 0) this.add('away', atLeast);
  }

  /** A copy. */
  get counts(): Readonly<Record<LossReason, number>> {
    return { ...this.#counts };
  }
}

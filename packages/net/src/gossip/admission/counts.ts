import type { GossipMetrics } from '../metrics.js';

/** Why the application, or waiting for it, kept something from happening. */
export type AdmissionReason =
  | 'not-allowed' // received or to be sent, `allowPeer` refuses the peer
  | 'undecided' // received or to be sent, too much waits for `allowPeer` already
  | 'rejected' // received, by `validate`
  | 'ignored' // received, by `validate`
  | 'validate-timeout' // received, `validate` took too long
  | 'validate-full' // received, too much waits for `validate` already: it is fetched again
  | 'shut-out'; // a connection, too many messages of the peer, or of its host, were rejected

/** Nothing has been kept from happening. */
export const NOTHING_KEPT: Readonly<Record<AdmissionReason, number>> = {
  'not-allowed': 0,
  undecided: 0,
  rejected: 0,
  ignored: 0,
  'validate-timeout': 0,
  'validate-full': 0,
  'shut-out': 0,
};

/** How often each has happened. */
export class AdmissionCounts {
  readonly #metrics: GossipMetrics;
  readonly #counts = { ...NOTHING_KEPT };

  constructor(metrics: GossipMetrics) {
    this.#metrics = metrics;
  }

  /** A copy. */
  get all(): Readonly<Record<AdmissionReason, number>> {
    return { ...this.#counts };
  }

  add(reason: AdmissionReason, count = 1): void {
    if (count === 0) return;
    this.#counts[reason] += count;
    this.#metrics.dropped(reason, count);
  }
}

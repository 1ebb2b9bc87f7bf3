import type { HardenedConfig } from '../config.js';
import { RateLimit } from './rate-limit.js';

const ALL = 'all';

/**
 * How often others may push somebody out of a full active view: one peer, all peers of one source, and all together. Identities cost
 * nothing, hosts cost something, and no crowd may turn the view over faster than it can be repaired.
 */
export class EvictionRates<P> {
  readonly #perPeer: RateLimit<P>;
  readonly #perSource: RateLimit<string>;
  readonly #total: RateLimit<typeof ALL>;

  constructor({ evictionsPerPeer, evictionsPerSource, evictionsTotal, evictionWindow }: HardenedConfig) {
    this.#perPeer = new RateLimit(evictionsPerPeer, evictionWindow);
    this.#perSource = new RateLimit(evictionsPerSource, evictionWindow);
    this.#total = new RateLimit(evictionsTotal, evictionWindow);
  }

  /** Whether a peer may evict now; if so, it is counted. */
  admit(peer: P, source: string | undefined, now: number): boolean {
    if (!this.#perPeer.allows(peer, now) || !this.#total.allows(ALL, now)) return false;
    if (source !== undefined && !this.#perSource.admit(source, now)) return false;
    this.#perPeer.count(peer, now);
    this.#total.count(ALL, now);
    return true;
  }
}

import { LazyMap, LazySet } from '../structures/lazy.js';

/** Requests that may go unanswered before a neighbor counts as silent. */
const MIN_UNANSWERED = 8;

/**
 * What neighbors have done for us: who has sent payloads, and who announces them and does not send them when asked. Announcing
 * costs nothing, so a node whose neighbors all lie would otherwise wait for them for ever.
 */
export class Conduct<P> {
  readonly #deliverers = new LazySet<P>();
  /** Requests since a neighbor's last payload: when the first was made, how many count, and when the last of those was made. */
  readonly #unanswered = new LazyMap<P, { readonly since: number; count: number; countedAt: number }>();
  readonly #patience: number;

  /** @param patience - For how long, besides, a neighbor must not have answered to count as silent: it may be busy, or we may. */
  constructor(patience: number) {
    this.#patience = patience;
  }

  /** It has sent a payload. */
  delivered(peer: P): void {
    this.#deliverers.add(peer);
    this.#unanswered.delete(peer);
  }

  hasDelivered(peer: P): boolean {
    return this.#deliverers.has(peer);
  }

  /**
   * It is asked for a payload that it has announced. Requests in quick succession count as one: where this machine has stood still, many are due
   * at once, and the answers may be here and unread.
   *
   * @returns whether it has been asked often and long enough in vain
   */
  asked(peer: P, now: number): boolean {
    const requests = this.#unanswered.get(peer);
    if (requests === undefined) {
      this.#unanswered.set(peer, { since: now, count: 1, countedAt: now });
      return false;
    }
    if (now - requests.countedAt >= this.#patience / MIN_UNANSWERED) {
      requests.count++;
      requests.countedAt = now;
    }
    return requests.count > MIN_UNANSWERED && now - requests.since >= this.#patience;
  }

  /** It is no neighbor any more. */
  forget(peer: P): void {
    this.#deliverers.delete(peer);
    this.#unanswered.delete(peer);
  }
}

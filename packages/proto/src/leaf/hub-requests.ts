import { SlowDials } from '../membership/slow-dials.js';
import type { NodeContext } from '../node-context.js';
import type { Outbox } from '../outbox.js';
import type { PeerId } from '../peer-id.js';

/** The hubs that a leaf has asked to take it, until they answer or their time is over. */
export class HubRequests<P extends PeerId> {
  readonly #node: NodeContext<P>;
  readonly #out: Outbox<P>;
  readonly #pending = new Map<P, number>();
  readonly #slowDials = new SlowDials<P>();
  #count = 0;

  constructor(node: NodeContext<P>, out: Outbox<P>) {
    this.#node = node;
    this.#out = out;
  }

  /** The hubs that have been asked and have not answered. */
  get peers(): Iterable<P> {
    return this.#pending.keys();
  }

  has(peer: P): boolean {
    return this.#pending.has(peer);
  }

  /** Whether a hub has been asked and holds a place for that: a dial that takes too long holds none. */
  holdsPlace(peer: P): boolean {
    return this.#pending.has(peer) && !this.#slowDials.has(peer);
  }

  /** A hub is asked. */
  begin(peer: P): void {
    this.#slowDials.begin(peer);
    this.restart(peer);
  }

  /** The hub has its whole time to answer from now on; earlier timers are void. */
  restart(peer: P): void {
    const request = ++this.#count;
    this.#pending.set(peer, request);
    const { neighborRequestTimeout } = this.#node.config.membership;
    this.#out.schedule(neighborRequestTimeout, this.#out.timer({ type: 'neighborRequest', peer, request }));
  }

  /** Whether a timer is of the request that is under way. */
  isCurrent(peer: P, request: number): boolean {
    return this.#pending.get(peer) === request;
  }

  /** The time is over, and the dial still runs: it begins again. @returns whether the dial is slow from now on, and has given up its place */
  dialIsOverdue(peer: P): boolean {
    const isSlowNow = this.#slowDials.overdue(peer);
    this.restart(peer);
    return isSlowNow;
  }

  /** The hub has answered, or is given up. */
  end(peer: P): void {
    this.#pending.delete(peer);
    this.#slowDials.begin(peer);
  }
}

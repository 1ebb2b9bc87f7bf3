import { LazyMap } from '../structures/lazy.js';
import type { Rng } from '../structures/rng.js';

/** The interval varies by a quarter up and down, in this many steps: neighbors do not keep coming at the same time. */
const STEPS = 512;

/** Which neighbor to reconcile with, now and then while there is traffic: the one whose last turn is longest ago, if payloads have come since. */
export class ReconcileTurns<P> {
  /** How many payloads had come when it was last the turn of each neighbor. In the order of their turns. */
  readonly #turns = new LazyMap<P, number>();
  readonly #interval: number;
  readonly #rng: Rng;
  #due: number | undefined;

  constructor(interval: number, rng: Rng) {
    this.#interval = interval;
    this.#rng = rng;
  }

  /** A neighbor has been reconciled with, or is new and is told everything anyway. */
  done(peer: P, payloads: number): void {
    this.#turns.delete(peer);
    this.#turns.set(peer, payloads);
  }

  forget(peer: P): void {
    this.#turns.delete(peer);
  }

  /** The topic has become quiet: the next payload begins a new interval. */
  rest(): void {
    this.#due = undefined;
  }

  /** Which of our neighbors has its turn now, if one has. @param payloads - how many have come so far */
  next(neighbors: readonly P[], payloads: number, now: number): P | undefined {
    this.#due ??= this.#after(now);
    if (now < this.#due) return undefined;
    this.#due = this.#after(now);
    const next = neighbors.find((peer) => !this.#turns.has(peer)) ?? this.#longestAgo(payloads);
    if (next !== undefined) this.done(next, payloads);
    return next;
  }

  #longestAgo(payloads: number): P | undefined {
    for (const [peer, then] of this.#turns) if (then !== payloads) return peer;
    return undefined;
  }

  #after(now: number): number {
    return now + this.#interval * (0.75 + this.#rng.index(STEPS + 1) / (2 * STEPS));
  }
}

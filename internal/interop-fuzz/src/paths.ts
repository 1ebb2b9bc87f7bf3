import type { Dice } from './dice.js';

/** The paths between the nodes: how long messages take, which are lost, and whether they overtake each other. */
export class Paths {
  readonly #dice: Dice;
  readonly #latency: number;
  readonly #loss: number;
  readonly #isOrdered: boolean;
  /** How often the link between two nodes was cut. */
  readonly #cuts = new Map<number, number>();
  /** When the last message from one node to another arrives. */
  readonly #arrivals = new Map<number, number>();

  constructor(dice: Dice) {
    this.#dice = dice;
    this.#latency = dice.magnitude(1e4, 3e8);
    this.#loss = dice.chance(0.5) ? 0 : dice.between(1, 30) / 100;
    this.#isOrdered = dice.chance(0.7);
  }

  isLost(): boolean {
    return this.#dice.chance(this.#loss);
  }

  /** How long a message takes, in nanoseconds. */
  delay(): number {
    return this.#dice.between(1, this.#latency);
  }

  /** The time when a message that is sent now arrives. */
  arrival(now: number, from: number, to: number): number {
    const at = now + this.delay();
    if (!this.#isOrdered) return at;
    const path = from * 256 + to;
    const ordered = Math.max(at, this.#arrivals.get(path) ?? 0);
    this.#arrivals.set(path, ordered);
    return ordered;
  }

  /** Cuts the link between two nodes: what is under way is lost. */
  cut(a: number, b: number): void {
    const pair = pairOf(a, b);
    this.#cuts.set(pair, (this.#cuts.get(pair) ?? 0) + 1);
  }

  /** The number of the link that two nodes have now. It changes with each cut. */
  link(a: number, b: number): number {
    return this.#cuts.get(pairOf(a, b)) ?? 0;
  }
}

function pairOf(a: number, b: number): number {
  return Math.min(a, b) * 256 + Math.max(a, b);
}

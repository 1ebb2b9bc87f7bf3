import type { Rng } from '../structures/rng.js';

/** A pause varies by a half up and down, in this many steps: peers that have refused each other do not ask at the same time again. */
const STEPS = 512;

/**
 * When a node that has been refused asks the next candidate. Nodes that ask in a circle refuse each other, each because it has
 * just accepted another; if all went on at once, they would do so for ever, at the speed of the network.
 *
 * Pauses double from one to the next. The next shuffle asks anyway, and begins a new pace.
 */
export class RefillPace {
  readonly #longestPause: number;
  readonly #rng: Rng;
  #pause: number;
  #atOnce: number;
  #isPausing = false;

  /**
   * @param firstPause - from a refusal to the next request
   * @param longestPause - one that would be longer is left to the next shuffle
   * @param atOnce - how many candidates may be asked without a pause
   */
  constructor(firstPause: number, longestPause: number, atOnce: number, rng: Rng) {
    this.#longestPause = longestPause;
    this.#rng = rng;
    this.#pause = firstPause;
    this.#atOnce = atOnce;
  }

  /** Whether a candidate may be asked at once; if so, it is counted. */
  admitAtOnce(): boolean {
    if (this.#atOnce === 0) return false;
    this.#atOnce--;
    return true;
  }

  /** Begins a pause. @returns how long it is; undefined when one is on already, or the next shuffle comes soon enough */
  begin(): number | undefined {
    if (this.#isPausing || this.#pause > this.#longestPause) return undefined;
    this.#isPausing = true;
    const pause = Math.max(1, Math.round(this.#pause * (0.5 + this.#rng.index(STEPS + 1) / STEPS)));
    this.#pause *= 2;
    return pause;
  }

  /** The pause is over. */
  end(): void {
    this.#isPausing = false;
  }
}

import type { ClockTimer } from '../util/clock.js';
import type { ResolvedGossipOptions } from './options.js';

/**
 * The time from one round to the next in milliseconds, give or take a half. In this time each member of a swarm with full views asks one peer: for
 * the bootstrap peer of 10,000 members that is eleven connections a second, and for a member one in a quarter of an hour.
 */
export const ROUND_MS = 900_000;
/** A node in thousands of topics asks in this many of them at once, and in as many more after a pause. */
const TOPICS_AT_ONCE = 16;
const PAUSE_MS = 1_000;

/** A topic, as far as the rounds are concerned. */
export interface ProbingTopic {
  /** Asks one bootstrap peer that is no neighbor whether it is in the same swarm. @returns whether there was one to ask */
  probeBootstrap(): boolean;
}

/**
 * Asks the bootstrap peers of all topics now and then, although the topics have neighbors. The members forget a bootstrap peer that has left in good
 * order; once it is back, those who come through its ticket would otherwise be a swarm of their own for ever.
 *
 * There is one timer for the node and no state for each topic, so quiet topics cost nothing.
 */
export class BootstrapRounds {
  readonly #options: Pick<ResolvedGossipOptions, 'clock' | 'random'>;
  readonly #topics: ReadonlyMap<unknown, ProbingTopic>;
  /** The topics that have not had their turn in this round. */
  #round: Iterator<ProbingTopic> | undefined;
  #timer: ClockTimer | undefined;

  constructor(options: Pick<ResolvedGossipOptions, 'clock' | 'random'>, topics: ReadonlyMap<unknown, ProbingTopic>) {
    this.#options = options;
    this.#topics = topics;
  }

  /** Some topic has bootstrap peers. */
  start(): void {
    if (!this.#timer) this.#schedule(ROUND_MS);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#round = undefined;
  }

  #schedule(pauseMs: number): void {
    const { clock, random } = this.#options;
    this.#timer = clock.setTimer(() => this.#ask(), pauseMs * (0.5 + random()));
  }

  #ask(): void {
    this.#round ??= this.#topics.values();
    for (let asked = 0; asked < TOPICS_AT_ONCE; ) {
      const { value: topic, done } = this.#round.next();
      if (done) {
        this.#round = undefined;
        return this.#schedule(ROUND_MS);
      }
      if (topic.probeBootstrap()) asked++;
    }
    this.#schedule(PAUSE_MS);
  }
}

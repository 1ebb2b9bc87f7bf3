import type { PastMessage } from '@grapevine/proto';
import type { EndpointId } from '../identity/endpoint-id.js';
import type { Clock, ClockTimer } from '../util/clock.js';
import { MissedPast } from './missed-past.js';
import type { UnknownMessage } from './reconciliation/index.js';

/** The time from one round of comparisons to the next, in milliseconds. */
const PAUSE_MS = 70_000;

/** What {@link ForeignPast} needs of its topic. */
export interface ForeignPastHost {
  readonly clock: Clock;
  neighbors(): readonly EndpointId[];
  /** Compares what a neighbor and we have of the topic, which shows it what we have heard of. */
  compare(peer: EndpointId): void;
}

/**
 * Shows neighbors what others have named that is not known here, so that each finds out for itself whether it has missed it. A member passes it on
 * whether or not it has missed it itself: a newcomer that links two parts of a swarm has missed nothing, and nobody else can tell its neighbors.
 */
export class ForeignPast {
  readonly #host: ForeignPastHost;
  #heard: MissedPast | undefined;
  #passedOnAt = Number.NEGATIVE_INFINITY;
  #timer: ClockTimer | undefined;

  constructor(host: ForeignPastHost) {
    this.#host = host;
  }

  /** The last ones, as what is known of the past. */
  get messages(): readonly PastMessage[] {
    return this.#heard?.at(this.#host.clock.now()) ?? [];
  }

  /** A neighbor has named messages that are not known here. */
  heard(from: EndpointId, unknown: readonly UnknownMessage[]): void {
    const { messages } = this;
    const fresh = unknown.filter(({ prefix }) => !messages.some((known) => known.prefix === prefix));
    if (fresh.length === 0) return;
    const now = this.#host.clock.now();
    this.#heard = new MissedPast([...messages, ...fresh], now);
    const waitMs = this.#passedOnAt + PAUSE_MS - now;
    if (waitMs <= 0) this.#passOn(from);
    else this.#timer ??= this.#host.clock.setTimer(() => this.#passOn(undefined), waitMs);
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #passOn(except: EndpointId | undefined): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#passedOnAt = this.#host.clock.now();
    for (const peer of this.#host.neighbors()) if (peer !== except) this.#host.compare(peer);
  }
}

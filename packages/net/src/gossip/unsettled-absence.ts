import type { EndpointId } from '../identity/endpoint-id.js';
import type { Clock, ClockTimer } from '../util/clock.js';
import type { EventQueue } from './event-queue.js';

/** Others may come that know what was said: the first neighbor is rarely the last. In milliseconds. */
const OTHERS_MS = 5_000;

/** What an unsettled absence needs to know. */
export interface UnsettledAbsenceHost {
  readonly clock: Clock;
  readonly neighbors: () => readonly EndpointId[];
  /** Nobody can say what was missed. */
  tell(readers: readonly EventQueue[]): void;
}

/**
 * An absence that neighbors remember, if there is one that says what it remembers. A Rust node hands over nothing to a new neighbor: among such neighbors alone
 * whatever was said meanwhile is lost, and the readers of that time are to be told.
 */
export class UnsettledAbsence {
  readonly readers: readonly EventQueue[];
  readonly #host: UnsettledAbsenceHost;
  /** Neighbors that compare nothing with us. */
  readonly #deaf = new Set<EndpointId>();
  readonly #timer: ClockTimer;
  #isDue = false;

  constructor(readers: readonly EventQueue[], host: UnsettledAbsenceHost) {
    this.readers = readers;
    this.#host = host;
    this.#timer = host.clock.setTimer(() => {
      this.#isDue = true;
      this.decide();
    }, OTHERS_MS);
  }

  /** A neighbor cannot be compared with. */
  notCompared(peer: EndpointId): void {
    this.#deaf.add(peer);
    this.decide();
  }

  /** Looks again, after neighbors have changed. */
  decide(): void {
    const neighbors = this.#host.neighbors();
    if (!this.#isDue || neighbors.length === 0 || !neighbors.every((peer) => this.#deaf.has(peer))) return;
    this.#host.tell(this.readers);
  }

  /** A neighbor has said what it remembers, or it is told anyway. */
  stop(): void {
    this.#timer.cancel();
  }
}

import type { EndpointId } from '../identity/endpoint-id.js';
import type { Clock, ClockTimer } from '../util/clock.js';
import type { EventQueue } from './event-queue.js';

/** How long to wait for other neighbors that may know what was said, in milliseconds: the first neighbor is rarely the last. */
const OTHERS_MS = 5_000;

/** What an unsettled absence needs to know. */
export interface UnsettledAbsenceHost {
  readonly clock: Clock;
  readonly neighbors: () => readonly EndpointId[];
  /** Nobody can say what was missed. */
  tell(readers: readonly EventQueue[]): void;
}

/**
 * An absence that is short enough for neighbors to remember. Whether one of them says what it remembers is open: a Rust node hands over nothing to a
 * new neighbor. If all neighbors are like that, whatever was said meanwhile is lost, and the readers of that time are told.
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

  /** A neighbor has said what it remembers, or the readers are told anyway. */
  stop(): void {
    this.#timer.cancel();
  }
}

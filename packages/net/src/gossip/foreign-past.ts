import type { PastMessage } from '@grapevine/proto';
import type { EndpointId } from '../identity/endpoint-id.js';
import type { Clock, ClockTimer } from '../util/clock.js';
import type { UnknownMessage } from './reconciliation/index.js';
import { UnknownMessages } from './unknown-messages.js';

/** The time from one round of comparisons to the next, in milliseconds. */
const PAUSE_MS = 70_000;

/** By how much the times at which neighbors hear of a message may differ, in milliseconds: we may have come a moment after it. */
const SKEW_MS = 10_000;

/** From this number on, messages that a neighbor names and nobody here has heard of are no accident. */
const MANY = 16;

/** The shortest time between two looks for messages that a neighbor has named, in milliseconds: it can invent any number of them. */
const LOOK_MS = 5_000;

/** The messages among some that somebody who was there from a moment on has missed for certain. */
export function saidSince(messages: readonly UnknownMessage[], since: number, now: number): readonly UnknownMessage[] {
  return messages.filter(({ age }) => age + SKEW_MS < now - since);
}

/** What {@link ForeignPast} needs of its topic. */
export interface ForeignPastHost {
  readonly clock: Clock;
  /** How old a lost payload is at most, in milliseconds, when it is told as one of a number: it may be heard of late, and is waited for. */
  readonly countedLateMs: number;
  neighbors(): readonly EndpointId[];
  /** Compares what a neighbor and we have of the topic, which shows it what we have heard of. */
  compare(peer: EndpointId): void;
}

/**
 * Messages that neighbors have named, that are compared no more, and that are not known here: the neighbor comes from a part of the swarm that had
 * nothing to do with ours. Decides whether they were missed here, and shows them to other neighbors, so that each finds out for itself.
 *
 * A member passes them on whether or not it has missed them: a newcomer that links two parts of a swarm has missed nothing, and nobody else can tell
 * its neighbors.
 */
export class ForeignPast {
  readonly #host: ForeignPastHost;
  #heard: UnknownMessages | undefined;
  /** Few and young enough to be told in their number. */
  #suspects: UnknownMessages | undefined;
  #nextLook: ClockTimer | undefined;
  #passedOnAt = Number.NEGATIVE_INFINITY;
  #nextRound: ClockTimer | undefined;

  constructor(host: ForeignPastHost) {
    this.#host = host;
  }

  /** The last ones, as what is known of the past. */
  get messages(): readonly PastMessage[] {
    return this.#heard?.at(this.#host.clock.now()) ?? [];
  }

  /** Those that may still be told in their number. They are looked for whenever a neighbor tells its past. */
  get suspects(): readonly UnknownMessage[] {
    return this.#suspects?.at(this.#host.clock.now()) ?? [];
  }

  /**
   * A neighbor has named messages, and these and these suspects are not known here.
   *
   * @param since - from when on readers have had every message, or know that it is lost
   * @returns the messages that were missed here, if readers are to be told that any number may be lost; otherwise none
   */
  heard(from: EndpointId, unknown: readonly UnknownMessage[], since: number): readonly UnknownMessage[] {
    const now = this.#host.clock.now();
    this.#passOnNew(from, unknown, now);
    const missed = saidSince(unknown, since, now);
    this.#suspects = undefined;
    if (missed.length === 0) return missed;
    const oldest = missed.reduce((most, { age }) => Math.max(most, age), 0);
    const { countedLateMs } = this.#host;
    if (missed.length >= MANY || oldest >= countedLateMs) return missed;
    this.#suspects = new UnknownMessages(missed, now);
    this.#lookAgain(from, countedLateMs - oldest);
    return [];
  }

  stop(): void {
    this.#nextLook?.cancel();
    this.#nextRound?.cancel();
  }

  /** Where suspects are not told in their number, the next past shows it, whether it names them again or not. */
  #lookAgain(peer: EndpointId, afterMs: number): void {
    const look = (): void => {
      this.#nextLook = undefined;
      const neighbors = this.#host.neighbors();
      const other = neighbors.includes(peer) ? peer : neighbors[0];
      if (other !== undefined) this.#host.compare(other);
    };
    this.#nextLook ??= this.#host.clock.setTimer(look, Math.max(afterMs, LOOK_MS));
  }

  #passOnNew(from: EndpointId, unknown: readonly UnknownMessage[], now: number): void {
    const { messages } = this;
    const fresh = unknown.filter(({ prefix }) => !messages.some((known) => known.prefix === prefix));
    if (fresh.length === 0) return;
    this.#heard = new UnknownMessages([...messages, ...fresh], now);
    const waitMs = this.#passedOnAt + PAUSE_MS - now;
    if (waitMs <= 0) this.#passOn(from);
    else this.#nextRound ??= this.#host.clock.setTimer(() => this.#passOn(undefined), waitMs);
  }

  /** @param except - a neighbor that knows them */
  #passOn(except: EndpointId | undefined): void {
    this.#nextRound = undefined;
    this.#passedOnAt = this.#host.clock.now();
    for (const peer of this.#host.neighbors()) if (peer !== except) this.#host.compare(peer);
  }
}

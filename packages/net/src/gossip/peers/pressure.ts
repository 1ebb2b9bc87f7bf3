import type { EndpointId } from '../../identity/endpoint-id.js';
import type { Clock, ClockTimer } from '../../util/clock.js';
import { type Deferred, deferred } from '../../util/deferred.js';
import { PublishTurn } from './publish-turn.js';

/** A peer that is over the mark for this long has no say any more, … */
const LAGGING_AFTER_MS = 1_000;

/** … until it has been below for this long. */
const RECOVERED_AFTER_MS = 5_000;

/** Those who wait look again after this time: peers may get payloads now that did not before. */
const LOOK_AGAIN_MS = 100;

/**
 * The back-pressure that a publisher feels: it goes at the pace of most of the neighbors that get its payloads.
 *
 * A publisher waits while more than half of them are over the mark. So one that is slow, or mute, or pretends, slows down nobody: it gets
 * announcements, and its own time. Neighbors that have lagged for a second are not even counted. When all have, the first that drains
 * lets the publisher go on.
 */
export class PressureGauge {
  readonly #clock: Clock;
  readonly #mark: number;
  readonly #turn: PublishTurn;
  /** Peers over the mark, and when they begin to count as lagging. */
  readonly #busy = new Map<EndpointId, ClockTimer>();
  /** Those that lag, and since when they have been below the mark again. */
  readonly #lagging = new Map<EndpointId, number | undefined>();
  #waiting: { readonly deferred: Deferred<void>; readonly timer: ClockTimer } | undefined;

  /** @param mark bytes queued to one peer above which it is busy; below half of it, it is not */
  constructor(clock: Clock, mark: number) {
    this.#clock = clock;
    this.#mark = mark;
    this.#turn = new PublishTurn(clock, () => this.ease());
  }

  /** Whether a publisher has to wait. @param receivers the neighbors that get its payloads */
  isClosedFor(receivers: Iterable<EndpointId>): boolean {
    if (this.#turn.isOver) return true;
    if (this.#busy.size === 0 && this.#lagging.size === 0) return false;
    let all = 0;
    let allBusy = 0;
    let voters = 0;
    let votersBusy = 0;
    for (const peer of receivers) {
      const busy = this.#isOver(peer) ? 1 : 0;
      all++;
      allBusy += busy;
      if (this.#isLagging(peer)) continue;
      voters++;
      votersBusy += busy;
    }
    return voters > 0 ? votersBusy * 2 > voters : all > 0 && allBusy === all;
  }

  /** A publisher has published this many bytes. */
  published(bytes: number): void {
    this.#turn.count(bytes);
  }

  /** Settles when it may be another time: see {@link PressureGauge.isClosedFor}. */
  eased(): Promise<void> {
    this.#waiting ??= { deferred: deferred(), timer: this.#clock.setTimer(() => this.ease(), LOOK_AGAIN_MS) };
    return this.#waiting.deferred.promise;
  }

  /** Something has changed that may let publishers go on, e.g. a topic has a new neighbor. */
  ease(): void {
    this.#waiting?.timer.cancel();
    this.#waiting?.deferred.resolve();
    this.#waiting = undefined;
  }

  /** A peer has this many bytes queued now. */
  report(peer: EndpointId, queuedBytes: number): void {
    if (queuedBytes > this.#mark) this.#over(peer);
    else if (queuedBytes <= this.#mark / 2) this.#below(peer);
  }

  /** A peer is gone. */
  forget(peer: EndpointId): void {
    this.#busy.get(peer)?.cancel();
    this.#busy.delete(peer);
    this.#lagging.delete(peer);
    this.ease();
  }

  #over(peer: EndpointId): void {
    if (this.#lagging.has(peer)) this.#lagging.set(peer, undefined);
    else if (!this.#busy.has(peer)) this.#busy.set(peer, this.#startTimer(peer));
  }

  #below(peer: EndpointId): void {
    const timer = this.#busy.get(peer);
    timer?.cancel();
    this.#busy.delete(peer);
    const wasOver = this.#lagging.has(peer) && this.#lagging.get(peer) === undefined;
    if (wasOver) this.#lagging.set(peer, this.#clock.now());
    if (timer || wasOver) this.ease();
  }

  #startTimer(peer: EndpointId): ClockTimer {
    return this.#clock.setTimer(() => {
      this.#busy.delete(peer);
      this.#lagging.set(peer, undefined);
      this.ease();
    }, LAGGING_AFTER_MS);
  }

  #isOver(peer: EndpointId): boolean {
    return this.#busy.has(peer) || (this.#lagging.has(peer) && this.#lagging.get(peer) === undefined);
  }

  #isLagging(peer: EndpointId): boolean {
    const belowSince = this.#lagging.get(peer);
    if (belowSince === undefined) return this.#lagging.has(peer);
    if (this.#clock.now() - belowSince < RECOVERED_AFTER_MS) return true;
    this.#lagging.delete(peer);
    return false;
  }
}

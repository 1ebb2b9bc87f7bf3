import type { EndpointId } from '../../identity/endpoint-id.js';
import type { Clock, ClockTimer } from '../../util/clock.js';
import { type Deferred, deferred } from '../../util/deferred.js';
import { StallWatch } from '../link/stall-watch.js';
import { PublishTurn } from './publish-turn.js';

/** A peer that is over the mark for this long lags: publishers no longer wait for it. */
const LAGGING_AFTER_MS = 1_000;

/** So does a peer that takes nothing for this long while it is over the mark: on the way to a peer that reads, something moves all the time. */
const STALLED_AFTER_MS = 250;

/** A peer that has taken nothing for this long is in doubt: it may be one of those. In case it is, others that keep up get something to announce. */
const DOUBTED_AFTER_MS = 25;

/** A peer lags until it has been below the mark for this long. */
const RECOVERED_AFTER_MS = 5_000;

/** Publishers that wait look again after this time: by then other peers may get payloads. */
const LOOK_AGAIN_MS = 25;

/**
 * The back-pressure that a publisher feels: it goes at the pace of most of the neighbors that get its payloads.
 *
 * A publisher waits while more than half of them are over the mark. So a neighbor that is slow, or mute, or pretends to be, slows down nobody: it
 * gets announcements, and may take its time. Neighbors that lag are not even counted.
 *
 * Where all that get payloads lag, the first that drains lets the publisher go on. Where they take nothing, another neighbor gets payloads and counts
 * ({@link PressureGauge.haveStalled}). Should the protocol have no other, neighbors that keep up may help: they hear of payloads by announcements and
 * fetch them. So the publisher goes on for as many bytes as fit below the mark, and for no more before anything has moved. A publisher that went on
 * at its own pace would run away from neighbors that are slow for an honest reason, such as a busy machine.
 */
export class PressureGauge {
  readonly #clock: Clock;
  readonly #mark: number;
  readonly #turn: PublishTurn;
  /** Peers over the mark that do not count as lagging yet. */
  readonly #busy = new Map<EndpointId, BusyWatch>();
  /** Those that lag, and since when they have been below the mark again. */
  readonly #lagging = new Map<EndpointId, number | undefined>();
  /** Bytes published since a neighbor that gets payloads last kept up. */
  #ventured = 0;
  #waiting: { readonly deferred: Deferred<void>; readonly timer: ClockTimer } | undefined;

  /** @param mark bytes queued to one peer above which it is busy; below half of it, it is not */
  constructor(clock: Clock, mark: number) {
    this.#clock = clock;
    this.#mark = mark;
    this.#turn = new PublishTurn(clock, () => this.ease());
  }

  /**
   * Whether a publisher has to wait.
   *
   * @param receivers the neighbors that get its payloads
   * @param others neighbors that may get them instead
   */
  isClosedFor(receivers: Iterable<EndpointId>, others: Iterable<EndpointId> = []): boolean {
    if (this.#turn.isOver) return true;
    if (this.#busy.size === 0 && this.#lagging.size === 0) return false;
    let all = 0;
    let allBusy = 0;
    let voters = 0;
    let votersBusy = 0;
    let votersMoving = 0;
    for (const peer of receivers) {
      const busy = this.#isOver(peer) ? 1 : 0;
      all++;
      allBusy += busy;
      if (this.#isLagging(peer)) continue;
      voters++;
      votersBusy += busy;
      if (busy > 0 && this.#busy.get(peer)?.isDoubted !== true) votersMoving++;
    }
    if (voters > 0 ? votersBusy * 2 > voters : all > 0 && allBusy === all) {
      return votersMoving > 0 || this.#ventured >= this.#mark || !this.#anyKeepsUp(others);
    }
    this.#ventured = 0;
    return false;
  }

  /**
   * Whether all neighbors that get a publisher's payloads seem to take nothing.
   *
   * @param receivers the neighbors that get its payloads
   */
  haveStalled(receivers: Iterable<EndpointId>): boolean {
    let all = 0;
    for (const peer of receivers) {
      all++;
      if (!this.#isOver(peer)) return false;
      if (!this.#isLagging(peer) && this.#busy.get(peer)?.isDoubted !== true) return false;
    }
    return all > 0;
  }

  /** Whether a peer takes what it gets: it is below the mark, and has been for a while if it lagged. */
  keepsUp(peer: EndpointId): boolean {
    return !this.#isOver(peer) && !this.#isLagging(peer);
  }

  #anyKeepsUp(peers: Iterable<EndpointId>): boolean {
    for (const peer of peers) if (this.keepsUp(peer)) return true;
    return false;
  }

  /** A publisher has published this many bytes. */
  published(bytes: number): void {
    this.#turn.count(bytes);
    this.#ventured += bytes;
  }

  /** Settles when the answer of {@link PressureGauge.isClosedFor} may have changed. */
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
    if (queuedBytes > this.#mark) this.#over(peer, queuedBytes);
    else if (queuedBytes <= this.#mark / 2) this.#below(peer);
    else this.#busy.get(peer)?.report(queuedBytes);
  }

  /** A peer is gone. */
  forget(peer: EndpointId): void {
    this.#busy.get(peer)?.stop();
    this.#busy.delete(peer);
    this.#lagging.delete(peer);
    this.ease();
  }

  #over(peer: EndpointId, queuedBytes: number): void {
    if (this.#lagging.has(peer)) {
      this.#lagging.set(peer, undefined);
      return;
    }
    let watch = this.#busy.get(peer);
    if (!watch) {
      watch = new BusyWatch(this.#clock, () => this.#lags(peer));
      this.#busy.set(peer, watch);
    }
    watch.report(queuedBytes);
  }

  #below(peer: EndpointId): void {
    const watch = this.#busy.get(peer);
    watch?.stop();
    this.#busy.delete(peer);
    const wasOver = this.#lagging.has(peer) && this.#lagging.get(peer) === undefined;
    if (wasOver) this.#lagging.set(peer, this.#clock.now());
    if (watch || wasOver) this.ease();
  }

  #lags(peer: EndpointId): void {
    this.#busy.get(peer)?.stop();
    this.#busy.delete(peer);
    this.#lagging.set(peer, undefined);
    this.ease();
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

/** How long a peer has been over the mark, and how long it has taken nothing. */
class BusyWatch {
  readonly #clock: Clock;
  readonly #timer: ClockTimer;
  readonly #stall: StallWatch;
  #queuedBytes = 0;
  #movedAt: number;

  constructor(clock: Clock, onLagging: () => void) {
    this.#clock = clock;
    this.#movedAt = clock.now();
    this.#timer = clock.setTimer(onLagging, LAGGING_AFTER_MS);
    this.#stall = new StallWatch(clock, STALLED_AFTER_MS, onLagging);
    this.#stall.start();
  }

  report(queuedBytes: number): void {
    if (queuedBytes < this.#queuedBytes) {
      this.#stall.progress();
      this.#movedAt = this.#clock.now();
    }
    this.#queuedBytes = queuedBytes;
  }

  /** Whether it seems to take nothing. */
  get isDoubted(): boolean {
    return this.#clock.now() - this.#movedAt >= DOUBTED_AFTER_MS;
  }

  stop(): void {
    this.#timer.cancel();
    this.#stall.stop();
  }
}

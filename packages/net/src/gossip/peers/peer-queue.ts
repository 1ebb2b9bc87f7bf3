import type { TopicId } from '@grapevine/proto';
import type { Clock, ClockTimer } from '../../util/clock.js';
import { StallWatch } from '../link/stall-watch.js';
import { isMembership, type NetMessage } from '../wire.js';

/** A message that waits for a connection. */
export interface Waiting {
  readonly topic: TopicId;
  readonly message: NetMessage;
  readonly frame: Uint8Array;
}

/** At more than this many times the mark nothing is queued to one peer. */
const HARD_LIMIT = 4;

/** Messages that make and end neighbors are queued up to this many times the mark more. For what is beyond that see `PostponedMembership`. */
const RESERVE = 1 / 4;

/** A peer that keeps publishers waiting has to take something: it is watched while this part of the mark is queued. */
const WATCHED_SHARE = 1 / 4;

/** A peer makes progress when it has taken this part of the mark. */
const PROGRESS_SHARE = 1 / 16;

/**
 * Reconciliation brings what was dropped once the queue has drained, and after this many milliseconds in any case: a third of the time for which
 * payloads are kept by default. It has a connection of its own.
 */
const GAP_MS = 10_000;

/**
 * So long after a message that is longer than the peer takes it is brought by reconciliation, in milliseconds: soon, because the only one that has it may
 * die; and once for all of that time, because somebody may publish such messages all the time.
 */
const WITHHELD_MS = 1_000;

/** What a queue needs to know. */
export interface PeerQueueOptions {
  readonly clock: Clock;
  readonly highWaterMark: number;
  readonly tooSlowAfterMs: number;
  /** The bytes on connections have changed. */
  readonly onChange: (queuedBytes: number) => void;
  /** The peer has taken next to nothing for too long, although much is queued. */
  readonly onTooSlow: () => void;
  /** Something was dropped, and the queue has drained, or does not drain: the peer must be reconciled with. */
  readonly onGap: () => void;
  /** What the peer does not take as a message must be brought by reconciliation. */
  readonly onWithheld: () => void;
}

/**
 * How much is queued to one peer: on its connections, and waiting for the first of them.
 *
 * A peer that takes data slowly gets announcements instead of payloads, and may take its time. It is too slow when it takes next to nothing; what
 * waits for its turn to have a stream does not count.
 */
export class PeerQueue {
  readonly #options: PeerQueueOptions;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #linkBytes = 0;
  /** Runs while something was dropped that the peer has not been reconciled about. */
  #gap: ClockTimer | undefined;
  /** Runs while something was withheld that the peer has not been reconciled about. */
  #withheld: ClockTimer | undefined;
  /** Bytes on connections that wait for their turn to have a stream. */
  #turnBytes = 0;
  /** Bytes taken since the peer last made progress. */
  #taken = 0;
  readonly #stall: StallWatch;

  constructor(options: PeerQueueOptions) {
    this.#options = options;
    this.#stall = new StallWatch(options.clock, options.tooSlowAfterMs, options.onTooSlow);
  }

  get bytes(): number {
    return this.#linkBytes + this.#waitingBytes;
  }

  /** Whether anything waits for a connection. */
  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Whether payloads are only announced, as far as that is possible. */
  get isOverMark(): boolean {
    return this.#linkBytes > this.#options.highWaterMark;
  }

  /** Whether there is space for one more message. */
  takes(message: NetMessage): boolean {
    const limit = HARD_LIMIT + (isMembership(message) ? RESERVE : 0);
    return this.bytes <= limit * this.#options.highWaterMark;
  }

  /** Keeps a message for the first connection. @returns false when there is no space for it */
  keep(waiting: Waiting): boolean {
    if (waiting.message.type === 'gossip' && this.#waitingBytes > this.#options.highWaterMark) return false;
    this.#waiting.push(waiting);
    this.#waitingBytes += waiting.frame.length;
    return true;
  }

  /** Takes out what waits for a connection. */
  takeWaiting(): Waiting[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    return waiting;
  }

  /** The number of bytes queued on a connection has changed. */
  changed(delta: number): void {
    this.#linkBytes += delta;
    if (delta < 0) this.#took(-delta);
    this.#watch();
    const { highWaterMark, onChange } = this.#options;
    onChange(this.#linkBytes);
    if (this.#gap && this.#linkBytes < highWaterMark / 2) this.#closeGap();
  }

  /** The number of bytes that wait for their turn to have a stream has changed. */
  turnsChanged(delta: number): void {
    this.#turnBytes += delta;
    this.#watch();
  }

  /** Something was dropped that the peer should have had. */
  markGap(): void {
    this.#gap ??= this.#options.clock.setTimer(this.#closeGap, GAP_MS);
  }

  /** Something was withheld because the peer takes shorter messages only. */
  markWithheld(): void {
    this.#withheld ??= this.#options.clock.setTimer(() => {
      this.#withheld = undefined;
      this.#options.onWithheld();
    }, WITHHELD_MS);
  }

  dispose(): void {
    this.#stall.stop();
    this.#gap?.cancel();
    this.#gap = undefined;
    this.#withheld?.cancel();
    this.#withheld = undefined;
  }

  readonly #closeGap = (): void => {
    this.#gap?.cancel();
    this.#gap = undefined;
    this.#options.onGap();
  };

  #took(bytes: number): void {
    this.#taken += bytes;
    if (this.#taken < this.#options.highWaterMark * PROGRESS_SHARE) return;
    this.#taken = 0;
    this.#stall.progress();
  }

  #watch(): void {
    const watched = this.#options.highWaterMark * WATCHED_SHARE;
    const bytes = this.#linkBytes - this.#turnBytes;
    if (bytes > watched) this.#stall.start();
    else if (bytes <= watched / 2) this.#stall.stop();
  }
}

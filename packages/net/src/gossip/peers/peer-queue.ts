import type { TopicId } from '@grapevine/proto';
import type { Clock, ClockTimer } from '../../util/clock.js';
import type { NetMessage } from '../wire.js';

/** A message that waits for a connection. */
export interface Waiting {
  readonly topic: TopicId;
  readonly message: NetMessage;
  readonly frame: Uint8Array;
}

/** Where the end is: more than this many times the mark is never queued to one peer. */
const HARD_LIMIT = 4;

/** Time below the mark makes good for this many times as much time over it. */
const RECOVERY = 2;

/** What a queue needs to know. */
export interface PeerQueueOptions {
  readonly clock: Clock;
  readonly highWaterMark: number;
  readonly tooSlowAfterMs: number;
  /** The bytes on connections have changed. */
  readonly onChange: (queuedBytes: number) => void;
  /** The queue is over the mark for too long. */
  readonly onTooSlow: () => void;
  /** Something was dropped before, and the queue has drained: the peer can be told what it missed. */
  readonly onGap: () => void;
}

/**
 * How much is queued to one peer: on its connections, and waiting for the first of them.
 *
 * A peer is too slow when its queue is over the mark for longer than it may be, in one go or again and again: a peer that empties its
 * queue for a moment, only to let it fill up, is no faster than one that takes nothing.
 */
export class PeerQueue {
  readonly #options: PeerQueueOptions;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #linkBytes = 0;
  #hasGap = false;
  #slowTimer: ClockTimer | undefined;
  /** How long the queue had been over the mark when that last changed, with time below the mark taken off. */
  #debtMs = 0;
  #changedAt = 0;

  constructor(options: PeerQueueOptions) {
    this.#options = options;
  }

  get bytes(): number {
    return this.#linkBytes + this.#waitingBytes;
  }

  /** Whether payloads are only announced, as far as that is possible. */
  get isOverMark(): boolean {
    return this.#linkBytes > this.#options.highWaterMark;
  }

  /** Whether nothing more is taken. */
  get isFull(): boolean {
    return this.bytes > HARD_LIMIT * this.#options.highWaterMark;
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
    const { highWaterMark, onChange, onGap } = this.#options;
    onChange(this.#linkBytes);
    if (this.isOverMark) this.#startSlowTimer();
    else if (this.#linkBytes < highWaterMark / 2) this.#stopSlowTimer();
    if (!this.#hasGap || this.#linkBytes >= highWaterMark / 2) return;
    this.#hasGap = false;
    onGap();
  }

  /** Something was dropped that the peer should have had. */
  markGap(): void {
    this.#hasGap = true;
  }

  dispose(): void {
    this.#slowTimer?.cancel();
    this.#slowTimer = undefined;
    this.#hasGap = false;
  }

  #startSlowTimer(): void {
    if (this.#slowTimer) return;
    const { clock, tooSlowAfterMs, onTooSlow } = this.#options;
    this.#debtMs = Math.max(0, this.#debtMs - RECOVERY * this.#sinceChange());
    this.#slowTimer = clock.setTimer(() => {
      this.#slowTimer = undefined;
      onTooSlow();
    }, tooSlowAfterMs - this.#debtMs);
  }

  #stopSlowTimer(): void {
    if (!this.#slowTimer) return;
    this.#slowTimer.cancel();
    this.#slowTimer = undefined;
    this.#debtMs += this.#sinceChange();
  }

  #sinceChange(): number {
    const now = this.#options.clock.now();
    const since = now - this.#changedAt;
    this.#changedAt = now;
    return since;
  }
}

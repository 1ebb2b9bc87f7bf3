import { EARLY_MS } from './driver-timer.js';
import { Liveness } from './liveness.js';
import type { NativeConnection } from './native-connection.js';

/** quiche's timer is that of its loss detection when it is due within this, in milliseconds; else nothing is under way and it is the idle timer. */
const LOSS_TIMER_MS = 3_000;
/** Three packets acknowledged after it show that one is lost (RFC 9002, section 6.1.1), and of three one is likely to arrive. */
const PINGS_PER_NUDGE = 3;
/**
 * Questions for a sign of life are asked at points of time that all connections of a process share: one in so many parts of the interval. With the
 * usual interval these are the wake-ups of an idle process (`wake-up.ts`).
 */
const POINTS = 10 / 3;
/**
 * The end that dialed asks at every third of these points, so that the other end hears from it and need not ask: one question and one answer show
 * each end that the other is there. It asks after these shares of the interval.
 */
const DIALER_PERIOD = 3;
const DIALER_SHARES = { least: 0.4, most: 0.91 } as const;
/** After this share of the interval the end that accepted asks, at the next point of time. */
const ACCEPTED_SHARE = 0.92;
/** By how much less time the peer may have to answer for that, in milliseconds, so that its death is noticed as soon as without such points. */
const MAX_LATE_MS = 2_000;
/**
 * How long nobody looks after a question that is alone under way, in milliseconds; with a short interval less. It is answered, nearly always; a look
 * after the time that quiche gives it would wake the process up in vain, and for each connection at another time.
 */
const QUESTION_MS = 500;
const QUESTION_SHARE = 0.05;
/** A look that may wait so long waits for others, as a share of that time. */
const QUESTION_POINTS = 5;

/** Keeps an open connection alive, and knows whether the peer is: keep-alives, pings after losses, unanswered data. */
export class Upkeep {
  readonly liveness: Liveness;
  /** 0: never. */
  readonly #keepAliveMs: number;
  readonly #side: 'dialed' | 'accepted';
  readonly #idleTimeoutMs: number;
  /** Until when nobody need look after the question that is under way, and what streams had carried when it was asked. */
  #lookAt = 0;
  #streamBytes = 0;
  /** How much too late it was asked, in milliseconds. */
  #lateMs = 0;

  constructor(
    settings: { readonly keepAliveMs: number; readonly idleTimeoutMs: number },
    side: 'dialed' | 'accepted',
    now: number,
  ) {
    this.liveness = new Liveness(now);
    this.#keepAliveMs = settings.keepAliveMs;
    this.#side = side;
    this.#idleTimeoutMs = settings.idleTimeoutMs;
  }

  /** Whether only the idle timer runs, so nothing is in flight (RFC 9002, section 6.2.1). @param wait until quiche's timer, in milliseconds */
  isQuiet(wait: number | undefined): boolean {
    return (wait ?? Number.POSITIVE_INFINITY) > this.#idleTimeoutMs / 2;
  }

  /** What was sent may have to be answered. @param wait until quiche's timer, in milliseconds */
  sent(wait: number | undefined, now: number): void {
    if (wait === undefined || wait >= LOSS_TIMER_MS || wait >= this.#idleTimeoutMs / 2) return;
    this.liveness.awaitsAnswer(now, this.#lateMs);
    this.#lateMs = 0;
  }

  /** When {@link Upkeep.work} has something to do, infinite while it has not. */
  get dueAt(): number {
    return Math.min(this.#keepAliveAt, this.liveness.checkAt, Math.max(this.liveness.nudgeAt, this.#lookAt));
  }

  /** When quiche's loss timer need be heeded. @param at when it is due @param streamBytes what streams have carried so far */
  lossTimerAt(at: number, streamBytes: number): number {
    if (streamBytes !== this.#streamBytes) this.#lookAt = 0; // the question is not alone any more
    return Math.max(at, this.#lookAt);
  }

  /** When the peer is to be asked for a sign of life, after it has been silent. */
  get #keepAliveAt(): number {
    if (this.#keepAliveMs === 0) return Number.POSITIVE_INFINITY;
    const { quietSince } = this.liveness;
    const step = this.#keepAliveMs / POINTS;
    if (this.#side === 'accepted') {
      const point = Math.ceil((quietSince + ACCEPTED_SHARE * this.#keepAliveMs) / step) * step;
      // Where the interval is nearly the idle time-out, the next point of time may be too late.
      return point - quietSince > this.#idleTimeoutMs / 2 ? quietSince + this.#keepAliveMs : point;
    }
    const { least, most } = DIALER_SHARES;
    const period = DIALER_PERIOD * step;
    const last = Math.floor((quietSince + most * this.#keepAliveMs) / period) * period;
    return last - quietSince < least * this.#keepAliveMs ? last + step : last;
  }

  /** An answer is wanted soon. */
  hurry(): void {
    this.#lookAt = 0;
  }

  /**
   * What is due.
   *
   * @param isBusy whether our own event loop is behind: then pings would only add to the load, see `Handshake.afterTimer`
   * @param ping sends a packet that the peer must answer
   */
  work(native: NativeConnection, now: number, isBusy: boolean, ping: () => void): void {
    if (now >= this.#keepAliveAt - EARLY_MS) this.#ask(native, now);
    const rttMs = () => native.stats().rttMs;
    this.liveness.check(now, rttMs);
    if (!this.liveness.nudge(now, rttMs) || isBusy || native.stats().lostPackets === 0) return;
    for (let i = 0; i < PINGS_PER_NUDGE; i++) ping();
  }

  #ask(native: NativeConnection, now: number): void {
    if (this.#side === 'accepted') {
      const lateMs = now - this.liveness.quietSince - this.#keepAliveMs;
      this.#lateMs = Math.min(Math.max(0, lateMs), MAX_LATE_MS);
    }
    if (this.isQuiet(native.timeout())) {
      const waitMs = Math.min(QUESTION_MS, QUESTION_SHARE * this.#keepAliveMs);
      const pointMs = waitMs / QUESTION_POINTS;
      this.#lookAt = Math.ceil((now + waitMs) / pointMs) * pointMs;
      this.#streamBytes = native.streamBytes;
    }
    native.keepAlive();
    this.liveness.asked(now); // ask again only after the same time
  }
}

import { Liveness } from './liveness.js';
import type { NativeConnection } from './native-connection.js';

/** quiche's timer is that of its loss detection when it is due within this, in milliseconds; else nothing is under way and it is the idle timer. */
const LOSS_TIMER_MS = 3_000;
/** Three packets acknowledged after it show that one is lost (RFC 9002, section 6.1.1), and of three one is likely to arrive. */
const PINGS_PER_NUDGE = 3;
/**
 * The end that dialed asks for a sign of life after this share of the time, so that the other end hears from it and need not ask: one question and
 * one answer show each end that the other is there.
 */
const DIALER_SHARE = 0.85;
/** Keep-alives are sent at this many points of time in an interval, so that one wake-up of the process serves many connections. */
const POINTS = 10;

/** Keeps an open connection alive, and knows whether the peer is: keep-alives, pings after losses, unanswered data. */
export class Upkeep {
  readonly liveness: Liveness;
  /** 0: never. */
  readonly #keepAliveMs: number;
  readonly #side: 'dialed' | 'accepted';
  readonly #idleTimeoutMs: number;

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
    if (wait !== undefined && wait < LOSS_TIMER_MS && wait < this.#idleTimeoutMs / 2) this.liveness.awaitsAnswer(now);
  }

  /** When {@link Upkeep.work} has something to do, infinite while it has not. */
  get dueAt(): number {
    return Math.min(this.#keepAliveAt, this.liveness.checkAt, this.liveness.nudgeAt);
  }

  /** When the peer is to be asked for a sign of life, after it has been silent. */
  get #keepAliveAt(): number {
    if (this.#keepAliveMs === 0) return Number.POSITIVE_INFINITY;
    const { quietSince } = this.liveness;
    if (this.#side === 'accepted') return quietSince + this.#keepAliveMs;
    const step = this.#keepAliveMs / POINTS;
    return Math.ceil((quietSince + DIALER_SHARE * this.#keepAliveMs) / step) * step;
  }

  /**
   * What is due.
   *
   * @param isBusy whether our own event loop is behind: then pings would only add to the load, see `Handshake.afterTimer`
   * @param ping sends a packet that the peer must answer
   */
  work(native: NativeConnection, now: number, isBusy: boolean, ping: () => void): void {
    if (now >= this.#keepAliveAt) {
      native.keepAlive();
      this.liveness.asked(now); // ask again only after the same time
    }
    const rttMs = () => native.stats().rttMs;
    this.liveness.check(now, rttMs);
    if (!this.liveness.nudge(now, rttMs) || isBusy || native.stats().lostPackets === 0) return;
    for (let i = 0; i < PINGS_PER_NUDGE; i++) ping();
  }
}

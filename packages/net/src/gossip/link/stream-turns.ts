import { StreamLimitError } from '../../errors.js';
import type { Connection, SendStream } from '../../transport/seam.js';
import type { Clock, ClockTimer } from '../../util/clock.js';
import { WAKE_UP_MS, wakeUpFrom } from '../../util/wake-up.js';
import { StallWatch } from './stall-watch.js';

/** A stream that was silent for this long is finished. */
export const IDLE_STREAM_MS = 10_000;

/** How many streams are looked at in vain before the search for idle ones is given up: busy ones come last. */
const MAX_BUSY = 32;

/** Whoever needs a stream now and then. */
export interface StreamUser {
  /** When it last wrote, by the clock. */
  readonly lastUsed: number;
  /** Here is the stream that it asked for. */
  granted(stream: SendStream): void;
  /** There will be none: the connection is over. */
  refused(why: string): void;
  /** Finishes its stream if everything is written. @returns whether it did */
  rest(): boolean;
}

/** What the turns need of their link. */
export interface StreamTurnsHost {
  readonly clock: Clock;
  readonly connection: Pick<Connection, 'openUni' | 'uniStreamAvailable'>;
  /** After how long without any progress the link is of no use to users that wait, in milliseconds. */
  readonly starvedAfterMs: number;
  /** A user waits, and for that long no user has got a stream, finished one or written all it had. */
  starved(): void;
}

/**
 * Who may use the streams that the peer allows us: topics can be far more than those.
 *
 * A user that can't have a stream waits in turn. While somebody waits, users that have nothing to write finish their streams, so that the
 * peer gives the credit back; they ask again with their next message. Peers give credit back in portions (a Rust peer by the eighth of
 * its limit), so at least a quarter of the streams is finished at a time. A stream that is silent for long is finished in any case.
 */
export class StreamTurns {
  readonly #host: StreamTurnsHost;
  /** First come, first served. */
  readonly #waiting = new Set<StreamUser>();
  /** Users with an open stream; the one that wrote last comes last. */
  readonly #holding = new Set<StreamUser>();
  /** Finished streams that the peer has not acknowledged. */
  #ending = 0;
  #serving = false;
  #limited = false;
  /** A stream that was opened for a user that does not want it any more. */
  #spare: SendStream | undefined;
  #sweeper: ClockTimer | undefined;
  readonly #starving: StallWatch;
  #closed = false;

  constructor(host: StreamTurnsHost) {
    this.#host = host;
    this.#starving = new StallWatch(host.clock, host.starvedAfterMs, () => host.starved());
  }

  /** How many wait for a stream because the peer allows no more. */
  get waiting(): number {
    return this.#limited ? this.#waiting.size : 0;
  }

  /** Whether this one waits for that reason. */
  isWaiting(user: StreamUser | undefined): boolean {
    return this.#limited && this.#waiting.has(user as StreamUser);
  }

  /** Asks for a stream. {@link StreamUser.granted} follows. */
  ask(user: StreamUser): void {
    this.#waiting.add(user);
    this.#starving.start();
    this.#watch();
    if (!this.#serving) void this.#serve();
    else if (this.#limited && this.#ending < this.#waiting.size) this.#makeRoom();
  }

  /** Takes {@link StreamTurns.ask} back. */
  withdraw(user: StreamUser): void {
    this.#waiting.delete(user);
    if (this.#waiting.size === 0) this.#starving.stop();
  }

  /** A user has written all it had. */
  used(user: StreamUser): void {
    this.#starving.progress();
    if (this.waiting > 0 && user.rest()) return;
    this.#holding.delete(user);
    this.#holding.add(user);
  }

  /** A user has finished its stream. */
  finished(user: StreamUser): void {
    this.#holding.delete(user);
    this.#ending++;
  }

  /** The peer has acknowledged a finished stream. */
  acknowledged(): void {
    this.#ending--;
    this.#starving.progress();
  }

  /** The connection is over. */
  close(): void {
    this.#closed = true;
    this.#sweeper?.cancel();
    this.#starving.stop();
    this.#waiting.clear();
    this.#holding.clear();
  }

  async #serve(): Promise<void> {
    this.#serving = true;
    try {
      while (this.#waiting.size > 0 && !this.#closed) {
        const stream = await this.#open();
        if (stream) this.#grant(stream);
      }
    } catch (error) {
      const why = `no stream: ${error instanceof Error ? error.message : String(error)}`;
      for (const user of [...this.#waiting]) user.refused(why);
      this.#waiting.clear();
      this.#starving.stop();
    } finally {
      this.#serving = false;
    }
  }

  /** @returns undefined at the limit, as soon as it makes sense to try again */
  async #open(): Promise<SendStream | undefined> {
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare) return spare;
    try {
      const stream = await this.#host.connection.openUni();
      this.#limited = false;
      return stream;
    } catch (error) {
      if (!(error instanceof StreamLimitError)) throw error;
    }
    this.#limited = true;
    this.#makeRoom();
    await this.#host.connection.uniStreamAvailable();
    return undefined;
  }

  #grant(stream: SendStream): void {
    const [user] = this.#waiting;
    if (!user || this.#closed) {
      this.#spare = stream;
      return;
    }
    this.withdraw(user);
    this.#holding.add(user);
    this.#starving.progress();
    user.granted(stream);
  }

  #makeRoom(): void {
    let wanted = Math.max(this.#waiting.size, Math.ceil(this.#holding.size / 4)) - this.#ending;
    let busy = 0;
    for (const user of this.#holding) {
      if (wanted <= 0 || busy >= MAX_BUSY) return;
      if (user.rest()) wanted--;
      else busy++;
    }
  }

  /** Looks for idle streams when the one that wrote longest ago may be one. */
  #watch(): void {
    if (this.#sweeper) return;
    const { clock } = this.#host;
    const now = clock.now();
    const [oldest] = this.#holding;
    const idleAt = (oldest?.lastUsed ?? now) + IDLE_STREAM_MS; // it may be over, and the stream not empty
    this.#sweeper = clock.setTimer(this.#sweep, wakeUpFrom(Math.max(idleAt, now + WAKE_UP_MS / 2)) - now);
  }

  readonly #sweep = (): void => {
    this.#sweeper = undefined;
    if (this.#closed) return;
    const now = this.#host.clock.now();
    for (const user of this.#holding) {
      if (now - user.lastUsed < IDLE_STREAM_MS) break;
      user.rest();
    }
    if (this.#waiting.size + this.#holding.size > 0) this.#watch();
  };
}

import { NativeGarbage, type Remains } from './native-garbage.js';

/**
 * How long ticks may take in one turn of the event loop, in milliseconds; the rest follows in the next. Readers handle what came in the same turn,
 * and take about twice as long.
 */
const TICKS_MS = 4;
/** How many halves of streams may end with their connections in one turn: each has a reader that takes some microseconds to notice. */
const ENDED_STREAMS = 512;

/** A connection that may have something to do. */
export interface Ticking {
  /** Whether it waits for its tick. */
  isScheduled: boolean;
  /** Whether its handshake is done. */
  readonly isOpen: boolean;
  /** Does everything that is due. */
  tick(): void;
}

/** Decides when connections have their ticks: no more in one turn of the event loop than leave everybody else a turn in between. */
export class Ticks {
  /** Whether datagrams are being taken in, or ticks run: what they cause waits for the end of the turn. */
  isBusy = false;
  #due: Ticking[] = [];
  #immediate: NodeJS.Immediate | undefined;
  #isNext = false;
  readonly #garbage: NativeGarbage;
  readonly #now: () => number;
  /** Halves of streams that have ended with their connections since ticks began. */
  #endedStreams = 0;

  constructor(garbage = new NativeGarbage(), now: () => number = () => performance.now()) {
    this.#garbage = garbage;
    garbage.onDue = () => this.#inNextTurn();
    this.#now = now;
  }

  schedule(connection: Ticking): void {
    if (connection.isScheduled) return;
    connection.isScheduled = true;
    this.#due.push(connection);
    // A handshake is not urgent: its flights go out with whatever else the turn brings.
    if (this.isBusy || !connection.isOpen) this.#inNextTurn();
    else if (!this.#isNext && !this.#immediate) {
      this.#isNext = true;
      process.nextTick(this.#runNext);
    }
  }

  /** A connection is over. @param remains what it leaves behind */
  ended(remains: Remains): void {
    this.#endedStreams += remains.streams;
    this.#garbage.left(remains);
    if (this.#garbage.isDue) this.#inNextTurn();
  }

  /** Nothing is due any more. */
  stop(): void {
    clearImmediate(this.#immediate);
    this.#immediate = undefined;
    this.#due = [];
    this.#garbage.onDue = () => {};
    this.#garbage.clear();
  }

  #inNextTurn(): void {
    this.#immediate ??= setImmediate(this.#runImmediate);
  }

  /** Runs when no promise is left to be handled: with all that was written in this turn of the event loop. */
  readonly #runNext = (): void => {
    this.#isNext = false;
    this.#run();
  };

  /** Runs after all datagrams of one turn of the event loop were taken in. A garbage collection has a turn of its own. */
  readonly #runImmediate = (): void => {
    this.#immediate = undefined;
    if (!this.#garbage.isDue) return this.#run();
    this.#garbage.tell();
    if (this.#due.length > 0) this.#inNextTurn();
  };

  #run(): void {
    clearImmediate(this.#immediate);
    this.#immediate = undefined;
    const due = this.#due;
    this.#due = [];
    this.isBusy = true;
    const until = this.#now() + TICKS_MS;
    this.#endedStreams = 0;
    let done = 0;
    for (const connection of due) {
      connection.isScheduled = false;
      connection.tick();
      done++;
      if (this.#endedStreams >= ENDED_STREAMS || (done < due.length && this.#now() >= until)) break;
    }
    this.isBusy = false;
    if (done < due.length) this.#due = [...due.slice(done), ...this.#due];
    if (done < due.length || this.#garbage.isDue) this.#inNextTurn();
  }
}

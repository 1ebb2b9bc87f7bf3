import { NativeGarbage, type Remains } from './native-garbage.js';

/**
 * Ticks of several connections go on in the next turn of the event loop after so long, in milliseconds. What the readers do with what
 * came follows the ticks in the same turn, and takes about twice as long …
 */
const TICKS_MS = 4;
/** … and after so many halves of streams have ended with their connections: each has a reader that takes some microseconds to see that it is over. */
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

/** When connections have their ticks: so many in a turn of the event loop that everybody else gets a turn in between. */
export class Ticks {
  /** Datagrams are being taken in, or ticks run: what these bring about waits for the end of the turn. */
  isBusy = false;
  #due: Ticking[] = [];
  #immediate: NodeJS.Immediate | undefined;
  #isNext = false;
  readonly #garbage: NativeGarbage;
  /** Halves of streams that have ended with their connections since ticks began. */
  #endedStreams = 0;

  constructor(garbage = new NativeGarbage()) {
    this.#garbage = garbage;
  }

  schedule(connection: Ticking): void {
    if (connection.isScheduled) return;
    connection.isScheduled = true;
    this.#due.push(connection);
    // A handshake has time: its flights go out with whatever else the turn brings.
    if (this.isBusy || !connection.isOpen) this.#inNextTurn();
    else if (!this.#isNext && !this.#immediate) {
      this.#isNext = true;
      process.nextTick(this.#runNext);
    }
  }

  /** A connection is over, and has left this behind. */
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
  }

  #inNextTurn(): void {
    this.#immediate ??= setImmediate(this.#runImmediate);
  }

  /** All that was written since the event loop has turned meets here, when no promise is left to be dealt with. */
  readonly #runNext = (): void => {
    this.#isNext = false;
    this.#run();
  };

  /** All datagrams that came in one turn of the event loop meet here. A collection of garbage has a turn of its own. */
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
    const until = performance.now() + TICKS_MS;
    this.#endedStreams = 0;
    let done = 0;
    for (const connection of due) {
      connection.isScheduled = false;
      connection.tick();
      done++;
      if (this.#endedStreams >= ENDED_STREAMS || (done < due.length && performance.now() >= until)) break;
    }
    this.isBusy = false;
    if (done < due.length) this.#due = [...due.slice(done), ...this.#due];
    if (done < due.length || this.#garbage.isDue) this.#inNextTurn();
  }
}

/** An object that holds a datagram takes as many bytes besides. */
const OBJECT_BYTES = 256;
/** From how many datagrams on that were taken in a list is cut short. */
const CUT = 32;

/** A datagram, and where it came from. */
export interface Waiting {
  readonly datagram: Uint8Array;
  readonly host: string;
  readonly port: number;
}

/** Who sends, and what waits of it. */
export class Source {
  /** Datagrams that were taken in at once in this turn of the event loop. */
  taken = 0;
  /** Bytes that wait, with what holds them. */
  bytes = 0;
  /** What waits, in order; what stands before `#next` is taken in. */
  #waiting: Waiting[] = [];
  #next = 0;

  /** @param isKnown - whether a connection has proven that it is there */
  constructor(public isKnown: boolean) {}

  /** How many datagrams wait. */
  get count(): number {
    return this.#waiting.length - this.#next;
  }

  push(waiting: Waiting): void {
    this.#waiting.push(waiting);
    this.bytes += costOf(waiting);
  }

  shift(): Waiting {
    const waiting = this.#waiting[this.#next++] as Waiting;
    this.bytes -= costOf(waiting);
    if (this.#next >= CUT && this.#next * 2 >= this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#next);
      this.#next = 0;
    }
    return waiting;
  }
}

/** What waits of sources of one kind, which are heard in turns. */
export class WaitingDatagrams {
  readonly #maxOfSource: number;
  readonly #maxOfAll: number;
  /** Sources of which something waits; the next one to be heard first. */
  readonly #queue = new Set<Source>();
  #bytes = 0;

  /** @param maxOfSource - bytes that may wait, of each source @param maxOfAll - of all of them */
  constructor(maxOfSource: number, maxOfAll: number) {
    this.#maxOfSource = maxOfSource;
    this.#maxOfAll = maxOfAll;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#queue.size === 0;
  }

  /** The source whose turn it is, if any. */
  get next(): Source | undefined {
    return this.#queue.values().next().value;
  }

  /** @returns whether there was room */
  push(source: Source, waiting: Waiting): boolean {
    const bytes = costOf(waiting);
    if (source.bytes + bytes > this.#maxOfSource || this.#bytes + bytes > this.#maxOfAll) return false;
    source.push(waiting);
    this.#bytes += bytes;
    this.#queue.add(source);
    return true;
  }

  /** Takes the next datagram of a source. */
  shift(source: Source): Waiting {
    const before = source.bytes;
    const waiting = source.shift();
    this.#bytes -= before - source.bytes;
    return waiting;
  }

  /** A source was heard: what is left of it has its turn after the others. */
  heard(source: Source): void {
    this.#queue.delete(source);
    if (source.count > 0) this.#queue.add(source);
  }

  /** A source is of this kind now. What waits of it was let in already. */
  adopt(source: Source, from: WaitingDatagrams): void {
    if (!from.#queue.delete(source)) return;
    from.#bytes -= source.bytes;
    this.#bytes += source.bytes;
    this.#queue.add(source);
  }

  clear(): void {
    this.#queue.clear();
    this.#bytes = 0;
  }
}

function costOf({ datagram }: Waiting): number {
  return datagram.length + OBJECT_BYTES;
}

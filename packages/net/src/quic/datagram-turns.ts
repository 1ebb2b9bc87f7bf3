import { networkOf, sourceOfHost } from '../address/source.js';

/** Datagrams that the operating system hands over in one turn of the event loop, at most (libuv). With so many, there are more in its buffer. */
const BATCH = 32;
/** Datagrams of one source that are taken in at once, in one turn, while others send as well. */
const SHARE = 8;
/**
 * How long datagrams are taken in as they come, in one turn, and then how long those that have waited are, in milliseconds: of 1,200 bytes of small
 * frames each takes most of one.
 */
const COMING_MS = 4;
const WAITING_MS = 4;
/** The same of one source, before the next one has its turn. */
const SOURCE_MS = 1;
/** Datagrams that have waited for a turn and are taken in in one, of all sources: few while more wait in the operating system's buffer. */
const WAITING_PER_TURN = { behind: SHARE, otherwise: 2 * BATCH } as const;
/** For how long several sources are taken to send after they have taken turns, in milliseconds. */
const OTHERS_MS = 1_000;
/**
 * Bytes that wait, of one source and of all. An object that holds a datagram counts {@link OBJECT_BYTES}. A source may have a whole window on its
 * way, 2 MiB for a stream that is read quickly: with less room, an honest transfer beside another source would lose datagrams, and its pace.
 */
const MAX_OF_SOURCE = 4 << 20;
const MAX_OF_ALL = 16 << 20;
const OBJECT_BYTES = 256;

/** A datagram, and where it came from. */
interface Waiting {
  readonly datagram: Uint8Array;
  readonly host: string;
  readonly port: number;
}

interface Source {
  /** What waits, in order; what stands before `next` is taken in. */
  waiting: Waiting[];
  next: number;
  bytes: number;
  /** Datagrams that were taken in at once in this turn of the event loop. */
  taken: number;
}

/**
 * Has every source heard in its turn: no source delays the datagrams of others by sending more of them than can be taken in.
 *
 * The operating system has one buffer for the socket, first come, first served. Reading a datagram takes 12 µs, and taking it in 40 µs and more. So
 * somebody who sends 20,000 small ones in a second fills that buffer with thousands, and whoever else sends waits behind them for some 200 ms. Here
 * each is read at once; but a source that sends more than its share in a turn waits in a queue of its own, and what no longer fits there is lost.
 * A source that is alone has no such share, and costs nothing here.
 *
 * The time that this may take in a turn of the event loop is bounded, too. What is left then is taken in a turn later, of all sources a little.
 */
export class DatagramTurns {
  readonly #take: (datagram: Uint8Array, host: string, port: number) => void;
  readonly #now: () => number;
  readonly #sources = new Map<string, Source>();
  /** Sources with something that waits; the next one to be heard first. */
  readonly #queue = new Set<Source>();
  #bytes = 0;
  /** Datagrams that have come in this turn. */
  #came = 0;
  /** When the first of them came. */
  #turnAt = 0;
  #immediate: NodeJS.Immediate | undefined;
  #isOver = false;
  /** The host that sent last, and its source. */
  #last: string | undefined;
  #lastKey = '';
  /** Whether several sources send, and when one was heard that had not sent last. */
  #areSeveral = false;
  #otherAt = 0;
  /** Datagrams that were lost because their source had too many. */
  dropped = 0;

  /** @param take - takes a datagram in */
  constructor(
    take: (datagram: Uint8Array, host: string, port: number) => void,
    now: () => number = () => performance.now(),
  ) {
    this.#take = take;
    this.#now = now;
  }

  /** How many bytes wait, with what holds them. */
  get waitingBytes(): number {
    return this.#bytes;
  }

  /** A datagram has come. */
  add(datagram: Uint8Array, host: string, port: number): void {
    if (this.#isOver) return;
    if (host !== this.#last) this.#heard(host);
    if (!this.#areSeveral) return this.#take(datagram, host, port); // nothing to decide: this costs nothing
    const now = this.#now();
    if (this.#came++ === 0) this.#turnAt = now;
    this.#immediate ??= setImmediate(this.#endTurn);
    const source = this.#source();
    if (source.waiting.length === 0 && source.taken < SHARE && now - this.#turnAt < COMING_MS) {
      source.taken++;
      this.#take(datagram, host, port);
    } else this.#wait(source, { datagram, host, port });
  }

  /** Nothing is taken in any more. */
  stop(): void {
    this.#isOver = true;
    clearImmediate(this.#immediate);
    this.#immediate = undefined;
    this.#sources.clear();
    this.#queue.clear();
    this.#bytes = 0;
  }

  /** Another host than the last one sends. */
  #heard(host: string): void {
    const key = host.includes(':') ? networkOf(sourceOfHost(host)) : host;
    if (this.#last !== undefined && key !== this.#lastKey) {
      this.#areSeveral = true;
      this.#otherAt = this.#now();
    }
    this.#last = host;
    this.#lastKey = key;
  }

  /** The source that sends. */
  #source(): Source {
    let source = this.#sources.get(this.#lastKey);
    if (!source) {
      source = { waiting: [], next: 0, bytes: 0, taken: 0 };
      this.#sources.set(this.#lastKey, source);
    }
    return source;
  }

  #wait(source: Source, waiting: Waiting): void {
    const bytes = waiting.datagram.length + OBJECT_BYTES;
    if (source.bytes + bytes > MAX_OF_SOURCE || this.#bytes + bytes > MAX_OF_ALL) {
      this.dropped++;
      return;
    }
    source.waiting.push(waiting);
    source.bytes += bytes;
    this.#bytes += bytes;
    this.#queue.add(source);
  }

  /** After all datagrams of one turn were read. */
  readonly #endTurn = (): void => {
    this.#immediate = undefined;
    const { behind, otherwise } = WAITING_PER_TURN;
    const began = this.#now();
    let left: number = this.#came >= BATCH ? behind : otherwise;
    this.#came = 0;
    let now = began;
    for (const source of this.#queue) {
      if (left <= 0 || now - began >= WAITING_MS || this.#isOver) break;
      left -= this.#serve(source, Math.min(left, SHARE), now);
      now = this.#now();
    }
    if (this.#isOver) return;
    this.#forgetIdle();
    if (this.#queue.size > 0) this.#immediate ??= setImmediate(this.#endTurn);
    else if (now - this.#otherAt > OTHERS_MS) this.#areSeveral = false;
  };

  /** Takes in what waits of one source; what is left has its turn after the other sources. @returns how many datagrams those were */
  #serve(source: Source, most: number, began: number): number {
    this.#queue.delete(source);
    const first = source.next;
    const end = Math.min(source.waiting.length, first + most);
    while (source.next < end && !this.#isOver && this.#now() - began < SOURCE_MS) {
      const { datagram, host, port } = source.waiting[source.next++] as Waiting;
      const bytes = datagram.length + OBJECT_BYTES;
      source.bytes -= bytes;
      this.#bytes -= bytes;
      this.#take(datagram, host, port);
    }
    const count = source.next - first;
    if (source.next === source.waiting.length) {
      source.waiting = [];
      source.next = 0;
    } else {
      if (source.next >= BATCH && source.next * 2 >= source.waiting.length) {
        source.waiting = source.waiting.slice(source.next);
        source.next = 0;
      }
      this.#queue.add(source); // visited again in this turn, if there is anything left of it
    }
    return count;
  }

  /** A turn begins with nothing taken in. Sources of which nothing waits are not remembered. */
  #forgetIdle(): void {
    if (this.#queue.size === 0) {
      this.#sources.clear();
      return;
    }
    for (const [key, source] of this.#sources) {
      source.taken = 0;
      if (source.waiting.length === 0) this.#sources.delete(key);
    }
  }
}

import { networkOf, sourceOfHost } from '../address/source.js';
import { Source, WaitingDatagrams } from './waiting-datagrams.js';

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
/**
 * Datagrams that have waited for a turn and are taken in in one, of all known sources, and as many of all others: few while more wait in the
 * operating system's buffer.
 */
const WAITING_PER_TURN = { behind: SHARE, otherwise: 2 * BATCH } as const;
/** For how long several sources are taken to send after they have taken turns, in milliseconds. */
const OTHERS_MS = 1_000;
/**
 * Bytes that wait, of one known source and of all of them. A source may have a whole window on its way, 2 MiB for a stream that is read quickly: with
 * less room, an honest transfer beside another source would lose datagrams, and its pace.
 */
const MAX_OF_KNOWN = { source: 4 << 20, all: 16 << 20 } as const;
/** The same of sources that have proven nothing: what waits longer than a second is asked for again anyway (RFC 9002, section 6.2.2). */
const MAX_OF_STRANGERS = { source: 128 << 10, all: 512 << 10 } as const;

/** Where datagrams go. */
export interface Recipient {
  take(datagram: Uint8Array, host: string, port: number): void;
  /** Whether a datagram belongs to a connection, and comes from where that has proven to be. */
  isKnown(datagram: Uint8Array, host: string): boolean;
}

/**
 * Has every source heard in its turn: no source delays the datagrams of others by sending more of them than can be taken in.
 *
 * The operating system has one buffer for the socket, first come, first served. Reading a datagram takes 12 µs, and taking it in 40 µs and more. So
 * somebody who sends 20,000 small ones in a second fills that buffer with thousands, and whoever else sends waits behind them for some 200 ms. Here
 * each is read at once; but a source that sends more than its share in a turn waits in a queue of its own, and what no longer fits there is lost.
 * A source that is alone has no such share, and costs nothing here.
 *
 * Anybody can invent addresses by the thousand, and each is a source. So sources are of two kinds: *known*, where a connection has proven that it is,
 * and all others. Both kinds are heard by turns and have room of their own: no number of strangers delays a neighbor, or takes its room.
 *
 * The time that this may take in a turn of the event loop is bounded, too. What is left then is taken in a turn later, of all sources a little.
 */
export class DatagramTurns {
  readonly #to: Recipient;
  readonly #now: () => number;
  readonly #sources = new Map<string, Source>();
  readonly #known = new WaitingDatagrams(MAX_OF_KNOWN.source, MAX_OF_KNOWN.all);
  readonly #strangers = new WaitingDatagrams(MAX_OF_STRANGERS.source, MAX_OF_STRANGERS.all);
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
  /** Whether known sources were heard last, and not the others. */
  #heardKnown = false;
  /** Datagrams that were lost because their source had too many. */
  dropped = 0;

  constructor(to: Recipient, now: () => number = () => performance.now()) {
    this.#to = to;
    this.#now = now;
  }

  /** How many bytes wait, with what holds them. */
  get waitingBytes(): number {
    return this.#known.bytes + this.#strangers.bytes;
  }

  /** A datagram has come. */
  add(datagram: Uint8Array, host: string, port: number): void {
    if (this.#isOver) return;
    if (host !== this.#last) this.#heard(host);
    if (!this.#areSeveral) return this.#to.take(datagram, host, port); // nothing to decide: this costs nothing
    const now = this.#now();
    if (this.#came++ === 0) this.#turnAt = now;
    this.#immediate ??= setImmediate(this.#endTurn);
    const source = this.#source(datagram, host);
    if (source.count === 0 && source.taken < SHARE && now - this.#turnAt < COMING_MS) {
      source.taken++;
      this.#to.take(datagram, host, port);
    } else if (!this.#kindOf(source).push(source, { datagram, host, port })) this.dropped++;
  }

  /** Nothing is taken in any more. */
  stop(): void {
    this.#isOver = true;
    clearImmediate(this.#immediate);
    this.#immediate = undefined;
    this.#sources.clear();
    this.#known.clear();
    this.#strangers.clear();
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
  #source(datagram: Uint8Array, host: string): Source {
    let source = this.#sources.get(this.#lastKey);
    if (!source) {
      source = new Source(this.#to.isKnown(datagram, host));
      this.#sources.set(this.#lastKey, source);
    } else if (!source.isKnown && this.#to.isKnown(datagram, host)) {
      source.isKnown = true;
      this.#known.adopt(source, this.#strangers);
    }
    return source;
  }

  /** Whether anything waits. */
  get #waits(): boolean {
    return !this.#known.isEmpty || !this.#strangers.isEmpty;
  }

  #kindOf(source: Source): WaitingDatagrams {
    return source.isKnown ? this.#known : this.#strangers;
  }

  /** After all datagrams of one turn were read. */
  readonly #endTurn = (): void => {
    this.#immediate = undefined;
    const began = this.#now();
    const most = this.#came >= BATCH ? WAITING_PER_TURN.behind : WAITING_PER_TURN.otherwise;
    this.#came = 0;
    const now = this.#waits ? this.#hear(most, began) : began; // mostly nothing does
    if (this.#isOver) return;
    this.#forgetIdle();
    if (this.#waits) this.#immediate ??= setImmediate(this.#endTurn);
    else if (now - this.#otherAt > OTHERS_MS) this.#areSeveral = false;
  };

  /** Takes in what waits: of a known source, of another, and so on. @param most - datagrams of each kind @returns what time it is then */
  #hear(most: number, began: number): number {
    const left = new Map([
      [this.#known, most],
      [this.#strangers, most],
    ]);
    let now = began;
    while (now - began < WAITING_MS && !this.#isOver) {
      const kind = this.#nextKind(left);
      if (!kind) break;
      const room = left.get(kind) ?? 0;
      left.set(kind, room - this.#serve(kind, Math.min(room, SHARE), now));
      now = this.#now();
    }
    return now;
  }

  /** The kind of sources whose turn it is: the other one, if anything waits of it that may be taken in. */
  #nextKind(left: ReadonlyMap<WaitingDatagrams, number>): WaitingDatagrams | undefined {
    const [other, same] = this.#heardKnown ? [this.#strangers, this.#known] : [this.#known, this.#strangers];
    const kind = [other, same].find((each) => !each.isEmpty && (left.get(each) ?? 0) > 0);
    this.#heardKnown = kind === this.#known;
    return kind;
  }

  /** Takes in what waits of one source; what is left has its turn after the others. @returns how many datagrams those were */
  #serve(kind: WaitingDatagrams, most: number, began: number): number {
    const source = kind.next as Source;
    let count = 0;
    while (count < most && source.count > 0 && this.#now() - began < SOURCE_MS) {
      const { datagram, host, port } = kind.shift(source);
      count++;
      this.#to.take(datagram, host, port);
      if (this.#isOver) return count;
    }
    kind.heard(source);
    return count;
  }

  /** A turn begins with nothing taken in. Sources of which nothing waits are not remembered. */
  #forgetIdle(): void {
    if (!this.#waits) {
      this.#sources.clear();
      return;
    }
    for (const [key, source] of this.#sources) {
      source.taken = 0;
      if (source.count === 0) this.#sources.delete(key);
    }
  }
}

/** RFC 9000, section 14: every path must carry datagrams of this size. In bytes without UDP and IP headers, like every size here. */
export const BASE_SIZE = 1200;
/** Small enough for any path. One goes along in every round, to tell a narrow path from a dead one. */
const TINY_SIZE = 128;
/**
 * What paths usually carry above that: loopback and jumbo frames with 16 and 9 KiB, Ethernet in IPv6 and IPv4, PPPoE, tunnels,
 * and IPv6's minimum.
 */
const USUAL_SIZES = [16_383, 8_952, 4_048, 1_452, 1_392, 1_332, 1_252];
/** RFC 8899, section 5.1.2: how many probes of a size must be lost before it counts as too large. */
const ROUNDS = 3;
/** The same for {@link BASE_SIZE}: finding that not even this passes ends the connection, and probes get lost for other reasons, too. */
const BASE_ROUNDS = 12;
/** After this many loss timers in a row without an answer the base size is in doubt. */
const BASE_DOUBTS = 3;
/** How long a round takes, in milliseconds. */
const ROUND_MS = 100;
const BASE_ROUND_MS = 250;
/** How long it takes on slow paths, in round trips. */
const ROUND_TRIPS = 2;
/** While not even small probes are answered, a round takes up to this many times as long. */
const MAX_STRETCH = 16;
/** This many unanswered rounds end a search: the path is dead, or the peer knows no probes. */
const MAX_SILENT = 8;
/** How long the next search waits after that, in milliseconds, if the peer ever answered. */
const AFTER_SILENCE_MS = 1_000;
/** How long the next search waits after one that ended below the largest size, in milliseconds; twice as long after each. RFC 8899: 600 s. */
const FIRST_RAISE_MS = 60_000;
const LAST_RAISE_MS = 600_000;

/** A search for the largest size: all sizes in question are probed at once, in a few rounds. */
interface Search {
  /** The largest size in question. */
  readonly ceiling: number;
  /** Whether the path seems to have become narrower than it was. */
  readonly isDoubt: boolean;
  readonly rounds: number;
  round: number;
  roundEndsAt: number;
  /** Rounds without any answer: they prove nothing, and take ever longer. */
  silent: number;
  isAnswered: boolean;
}

/**
 * How large the datagrams of one connection may be: packetization layer path MTU discovery (RFC 8899) for one direction.
 *
 * A connection starts with {@link BASE_SIZE}. Larger sizes are searched for once a datagram is full, so connections that carry little never probe.
 * When the loss timer fires, or large datagrams were lost, the size is in doubt: everything is sent in the base size at once, and
 * the search tells within a round trip whether larger ones still pass.
 *
 * No clock, no input or output: the driver says what happened when, and sends what {@link PathMtu.due} lists.
 */
export class PathMtu {
  /** How often a size that the path had carried was no longer carried. */
  blackHoles = 0;
  /** Whether the path does not even carry {@link BASE_SIZE}. */
  isTooNarrow = false;
  readonly #max: number;
  #size = BASE_SIZE;
  #search: Search | undefined;
  #searchAgainAt = Number.NEGATIVE_INFINITY;
  #raiseMs = FIRST_RAISE_MS;
  #doubts = 0;
  /** Whether the peer ever answered a probe: other QUIC stacks do not. */
  #isAnswering = false;

  /** @param max the largest size that is ever used */
  constructor(max: number) {
    this.#max = max;
  }

  /** The size to send with now. */
  get size(): number {
    return this.#size;
  }

  /** When {@link PathMtu.due} has something to do, infinite while it has not. */
  get dueAt(): number {
    return this.#search?.roundEndsAt ?? Number.POSITIVE_INFINITY;
  }

  /** A datagram was full: larger ones would be of use. */
  filled(now: number): void {
    if (this.#search || this.#size >= this.#max || now < this.#searchAgainAt) return;
    this.#begin(this.#max, now, { isDoubt: false, rounds: ROUNDS });
  }

  /** The loss timer fired, or datagrams of this size were lost: is it still carried? */
  doubt(now: number): void {
    if (this.#size > BASE_SIZE) {
      const ceiling = this.#search ? Math.max(this.#search.ceiling, this.#size) : this.#size;
      this.#size = BASE_SIZE;
      this.#begin(ceiling, now, { isDoubt: true, rounds: ROUNDS });
    } else if (!this.#search && ++this.#doubts >= BASE_DOUBTS) {
      this.#begin(BASE_SIZE, now, { isDoubt: true, rounds: BASE_ROUNDS });
    }
  }

  /** The peer is somewhere else now: another path. */
  moved(): void {
    this.#size = BASE_SIZE;
    this.#search = undefined;
    this.#searchAgainAt = Number.NEGATIVE_INFINITY;
  }

  /** A probe of this size arrived. Late answers count, too. */
  answered(size: number): void {
    if (size > this.#max) return;
    this.#isAnswering = true;
    if (this.#search) this.#search.isAnswered = true;
    if (size > this.#size) this.#size = size;
    if (!this.#search || size < this.#search.ceiling) return;
    if (size === this.#max) this.#raiseMs = FIRST_RAISE_MS;
    this.#search = undefined;
    this.#doubts = 0;
  }

  /** The sizes to probe now; empty when there are none. @param rttMs smoothed, asked only if a round begins */
  due(now: number, rttMs: () => number): readonly number[] {
    const search = this.#search;
    if (!search || now < search.roundEndsAt) return [];
    if (search.round > 0 && !search.isAnswered) {
      if (++search.silent > MAX_SILENT) {
        this.#giveUp(now);
        return [];
      }
    } else if (search.round === search.rounds) {
      this.#end(search, now);
      return [];
    } else search.round++;
    search.isAnswered = false;
    const isBase = search.ceiling === BASE_SIZE;
    const roundMs = Math.max(isBase ? BASE_ROUND_MS : ROUND_MS, ROUND_TRIPS * rttMs());
    search.roundEndsAt = now + roundMs * Math.min(2 ** search.silent, MAX_STRETCH);
    // Mostly the path is as it was: then one probe tells.
    const isAlone = isBase || (search.isDoubt && search.round <= 1);
    const between = isAlone ? [] : USUAL_SIZES.filter((size) => size > this.#size && size < search.ceiling);
    return [search.ceiling, ...between, TINY_SIZE];
  }

  #begin(ceiling: number, now: number, { isDoubt, rounds }: Pick<Search, 'isDoubt' | 'rounds'>): void {
    this.#search = { ceiling, isDoubt, rounds, round: 0, roundEndsAt: now, silent: 0, isAnswered: false };
  }

  /** The search ends without a result. */
  #giveUp(now: number): void {
    this.#search = undefined;
    this.#doubts = 0;
    if (this.#isAnswering) this.#searchAgainAt = now + AFTER_SILENCE_MS;
    else this.#postpone(now);
  }

  #end(search: Search, now: number): void {
    this.#search = undefined;
    this.#doubts = 0;
    if (search.ceiling === BASE_SIZE) {
      this.isTooNarrow = true; // small probes were answered, or the rounds would not have counted
      return;
    }
    if (search.isDoubt) this.blackHoles++;
    this.#postpone(now);
  }

  #postpone(now: number): void {
    this.#searchAgainAt = now + this.#raiseMs;
    this.#raiseMs = Math.min(this.#raiseMs * 2, LAST_RAISE_MS);
  }
}

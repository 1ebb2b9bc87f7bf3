/** After how long without an answer a client repeats its first flight, and later ones, in milliseconds; twice as long after each repetition. */
const FIRST_FLIGHT_MS = 1_000;
const LATER_FLIGHT_MS = 600;
/** Most repetitions in one handshake: more would not help, and two sides could go on answering each other. */
const MAX_REPEATS = 6;
/** What comes within this time after we sent was on its way already, in milliseconds: it does not show that ours was lost. */
const CROSSING_MS = 500;
/** Fewer bytes than this are an acknowledgement and no flight. */
const MIN_FLIGHT_BYTES = 200;

/**
 * The last flight of a handshake: the datagrams that one side sent and that the other must have to go on.
 *
 * quiche repeats what was lost after a second, then two, then four, as long as it knows no round-trip time, or a much too long one, measured over a
 * loss (RFC 9002, section 6.2); and it does not answer a repetition, although a repetition shows that its answer was lost (section 6.2.3 suggests
 * answering). With 30 % of the datagrams lost a handshake in ten took longer than 3.4 s, one in a hundred 23 s. So the very same datagrams are sent
 * again: by a client after a short silence, by either side when something comes that brings nothing new. A side that has them already ignores them.
 */
export class Flight {
  readonly #side: 'dialed' | 'accepted';
  readonly #send: (datagram: Uint8Array) => void;
  #datagrams: readonly Uint8Array[] = [];
  #bytes = 0;
  #isLast = false;
  #repeats = 0;
  #silenceMs = FIRST_FLIGHT_MS;
  #repeatAt = Number.POSITIVE_INFINITY;
  #sentAt = Number.NEGATIVE_INFINITY;

  /** @param send sends a datagram to the peer */
  constructor(side: 'dialed' | 'accepted', send: (datagram: Uint8Array) => void) {
    this.#side = side;
    this.#send = send;
  }

  /** When a repetition is due because nothing came; infinite if never. */
  get repeatAt(): number {
    return this.#repeats < MAX_REPEATS ? this.#repeatAt : Number.POSITIVE_INFINITY;
  }

  /**
   * These datagrams were sent.
   *
   * @param isLast whether they end our side of the handshake: then no others replace them
   * @returns whether they are a new flight
   */
  sent(datagrams: readonly Uint8Array[], now: number, isLast: boolean): boolean {
    if (this.#isLast) return false;
    const bytes = datagrams.reduce((sum, { length }) => sum + length, 0);
    // A server has one flight, and what it sends later is less; a client's later ones replace those before.
    if (!isLast && (bytes < MIN_FLIGHT_BYTES || (this.#side === 'accepted' && bytes <= this.#bytes))) return false;
    this.#datagrams = datagrams;
    this.#sentAt = now;
    this.#isLast = isLast;
    this.#silenceMs = this.#bytes === 0 ? FIRST_FLIGHT_MS : LATER_FLIGHT_MS;
    this.#bytes = bytes;
    if (this.#side === 'dialed') this.#repeatAt = now + this.#silenceMs;
    return true;
  }

  /** Repeats it if nothing came for long enough. */
  afterSilence(now: number): void {
    if (now < this.repeatAt) return;
    this.#silenceMs *= 2;
    this.#repeatAt = now + this.#silenceMs;
    this.#repeat(now);
  }

  /** Our own event loop is behind: the answer may wait to be read, and a repetition would only add to the work. */
  putOff(now: number): void {
    if (now < this.repeatAt) return;
    this.#silenceMs *= 2;
    this.#repeatAt = now + this.#silenceMs;
  }

  /** Repeats it because something came that brought nothing new: the other side seems to lack it. */
  afterRepetition(now: number): void {
    if (this.#side === 'dialed') this.#repeatAt = now + this.#silenceMs;
    if (this.#repeats < MAX_REPEATS && now >= this.#sentAt + CROSSING_MS) this.#repeat(now);
  }

  /** The handshake is over. */
  end(): void {
    this.#datagrams = [];
    this.#repeatAt = Number.POSITIVE_INFINITY;
  }

  #repeat(now: number): void {
    this.#repeats++;
    this.#sentAt = now;
    for (const datagram of this.#datagrams) this.#send(datagram);
  }
}

/** What a packet has besides frames: short header with our id, packet number, tag. In bytes. */
const PACKET_OVERHEAD = 34;
/**
 * How much a peer may bring without any stream making progress, in largest datagrams: sixteen times the first congestion window. If its first packet
 * is lost four times, a stream takes in that much before it can be read.
 */
const BASE_DATAGRAMS = 160;
/** The same in bytes, at most: no stream takes in more than its window. */
const MAX_BASE = (1 << 20) + (64 << 10);
/** What streams have carried raises that, byte for byte, by up to this: several streams may wait for lost packets. */
const MAX_EARNED = 4 << 20;
/** How many bytes one byte of a stream pays for: acknowledgements and control frames come along, and bytes that were sent twice. */
const PER_STREAM_BYTE = 1.5;
/** How many bytes a second pays for: a keep-alive every ten seconds has nine bytes of frames. */
const PER_SECOND = 1;

/**
 * *Unearned bytes*: bytes that a peer brought without any stream making progress, by reading or by writing.
 *
 * quiche 0.18 keeps some things without a limit: what CRYPTO frames bring behind a hole, ids to be retired, challenges to be answered, and parts of
 * streams behind holes. It does not tell how much that is, so it is bounded from outside: all that comes counts, and what streams carry pays for it.
 */
export class UnearnedBytes {
  #debt = 0;
  /** What came since the last tick, and what came before it, which streams have had a tick to take. */
  #fresh = 0;
  #settling = 0;
  #streamBytes = 0;
  /** What came since {@link UnearnedBytes.correct}, and what quiche had taken in by then. */
  #counted = 0;
  #authentic = 0;
  #at: number;
  readonly #base: number;
  #perStreamByte = PER_STREAM_BYTE;

  /** @param maxDatagram the largest datagram on the path, in bytes */
  constructor(maxDatagram: number, now: number) {
    this.#base = Math.min(BASE_DATAGRAMS * maxDatagram, MAX_BASE);
    this.#at = now;
  }

  /** A datagram came in. */
  received(length: number): void {
    const frames = Math.max(0, length - PACKET_OVERHEAD);
    this.#fresh += frames;
    this.#counted += frames;
  }

  /**
   * Once in each tick.
   *
   * @param streamBytes what streams carried so far, in both directions together
   * @param now in milliseconds
   */
  settle(streamBytes: number, now: number): void {
    const carried = streamBytes - this.#streamBytes;
    const forgiven = carried * this.#perStreamByte + ((now - this.#at) / 1000) * PER_SECOND;
    this.#debt = Math.max(0, this.#debt + this.#settling - forgiven);
    this.#settling = this.#fresh;
    this.#fresh = 0;
    this.#streamBytes = streamBytes;
    this.#at = now;
  }

  /**
   * Takes off what quiche has not taken in: rubbish of others with our connection id, and replays, pin nothing.
   *
   * @param authentic bytes of all packets that quiche has taken in so far; it costs 13 µs to ask, so it is asked only in doubt
   */
  correct(authentic: number): void {
    const rubbish = Math.max(0, this.#counted - (authentic - this.#authentic));
    const fromDebt = Math.min(rubbish, this.#debt);
    const fromSettling = Math.min(rubbish - fromDebt, this.#settling);
    this.#debt -= fromDebt;
    this.#settling -= fromSettling;
    this.#fresh = Math.max(0, this.#fresh - (rubbish - fromDebt - fromSettling));
    this.#counted = 0;
    this.#authentic = authentic;
  }

  /** Sets whether a byte of a stream pays only for itself: a peer that is bounded for as long as the connection lasts earns nothing by talking. */
  beStrict(isStrict: boolean): void {
    this.#perStreamByte = isStrict ? 1 : PER_STREAM_BYTE;
  }

  /** How many there may be, including those that came last. */
  get most(): number {
    return this.#debt + this.#settling + this.#fresh;
  }

  /** Whether there are more than `bytes` of them. */
  exceed(bytes: number): boolean {
    return this.#debt > bytes;
  }

  /** Whether it is too much. @param unread - bytes that our own application may have left unread */
  isOver(unread: number): boolean {
    return this.#debt > this.#base + Math.min(this.#streamBytes, MAX_EARNED) + unread;
  }
}

/**
 * How long an acknowledgement waits for company, in milliseconds: for the next packet, which is acknowledged along with it, or for data of
 * our own. Peers expect up to 25 ms (max_ack_delay, RFC 9000, section 18.2), and add that to their probe time-out (RFC 9002, section
 * 6.2.1); the rest is for timers that fire late.
 */
const WAIT_MS = 15;
/** What is due within this time goes along, in milliseconds, so that the process wakes up less often. */
const SLACK_MS = 5;
/** Every second packet is acknowledged at once (RFC 9000, section 13.2.2). */
const PACKETS = 2;

/** A connection that owes an acknowledgement, and nothing else. */
interface AckOwner {
  /** Sends what is due. */
  sendHeld(): void;
}

/** The acknowledgements of all connections of an endpoint that wait for company: one timer for all. */
export class HeldAcks {
  /** Since when, in milliseconds; the one that waits longest comes first. */
  readonly #since = new Map<AckOwner, number>();
  #timer: NodeJS.Timeout | undefined;

  has(owner: AckOwner): boolean {
    return this.#since.has(owner);
  }

  /** The acknowledgement waits from now on, if it does not already. */
  hold(owner: AckOwner, now: number): void {
    if (this.#since.has(owner)) return;
    this.#since.set(owner, now);
    this.#timer ??= setTimeout(this.#fire, WAIT_MS);
  }

  /** The acknowledgement was sent, or the connection is over. */
  release(owner: AckOwner): void {
    if (!this.#since.delete(owner) || this.#since.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Nothing waits any more. */
  clear(): void {
    this.#since.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  readonly #fire = (): void => {
    this.#timer = undefined;
    const now = performance.now();
    for (const [owner, since] of this.#since) {
      const wait = since + WAIT_MS - now;
      if (wait > SLACK_MS) {
        this.#timer = setTimeout(this.#fire, wait);
        return;
      }
      this.#since.delete(owner);
      owner.sendHeld();
    }
  };
}

/** What one connection has to acknowledge since it has last sent, and whether that can wait. */
export class AckDebt {
  #packets = 0;
  #streamBytes = 0;

  /** A packet came. */
  received(): void {
    this.#packets++;
  }

  /** Everything that was due is sent. @param streamBytes what streams carried so far */
  paid(streamBytes: number): void {
    this.#packets = 0;
    this.#streamBytes = streamBytes;
  }

  /**
   * Whether there is one packet to acknowledge, and it brought what a stream was waiting for. What brings nothing may be out of order
   * (then the acknowledgement shows what is missing and is urgent: RFC 9000, section 13.2.1), or asks for a sign of life.
   */
  canWait(streamBytes: number): boolean {
    return this.#packets > 0 && this.#packets < PACKETS && streamBytes > this.#streamBytes;
  }
}

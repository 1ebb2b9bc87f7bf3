import { ReusedQueue } from '../util/reused-queue.js';
import { EARLY_MS } from './driver-timer.js';

/**
 * How long an acknowledgement waits for company, in milliseconds: for the next packet, which is acknowledged along with it, or for data of
 * our own. Peers expect up to 25 ms (max_ack_delay, RFC 9000, section 18.2), and add that to their probe time-out (RFC 9002, section
 * 6.2.1); the rest is for timers that fire late.
 */
const WAIT_MS = 15;
/** What is due within this time is sent along, in milliseconds, so that the process wakes up less often. */
const SLACK_MS = 5;
/** Every second packet is acknowledged at once (RFC 9000, section 13.2.2). */
const PACKETS = 2;

/** A connection that owes an acknowledgement, and nothing else. */
export interface AckOwner {
  /** What it is held as; undefined while it is not. For {@link HeldAcks} alone. */
  heldAck: HeldAck | undefined;
  /** Sends what is due. */
  sendHeld(): void;
}

/** An acknowledgement that waits. */
export interface HeldAck {
  readonly owner: AckOwner;
  /** In milliseconds. */
  readonly since: number;
}

/**
 * The acknowledgements of all connections of an endpoint that wait for company, with one timer for all. Usually they are sent along with something
 * else before it fires. The timer is not cleared then, for the reason that `DriverTimer` gives.
 */
export class HeldAcks {
  /** The one that waits longest comes first; among them some that were sent meanwhile. */
  readonly #queue = new ReusedQueue<HeldAck>();
  #timer: NodeJS.Timeout | undefined;

  /** The acknowledgement waits from now on, if it does not already. */
  hold(owner: AckOwner, now: number): void {
    if (owner.heldAck) return;
    owner.heldAck = { owner, since: now };
    this.#queue.push(owner.heldAck);
    this.#timer ??= setTimeout(this.#fire, WAIT_MS);
  }

  /** The acknowledgement was sent, or the connection is over. */
  release(owner: AckOwner): void {
    owner.heldAck = undefined;
  }

  /** Nothing waits any more. */
  clear(): void {
    this.#queue.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  readonly #fire = (): void => {
    this.#timer = undefined;
    const now = performance.now();
    // The first one does not go early just because the timer of another has fired.
    let slackMs = EARLY_MS;
    for (let held = this.#queue.first; held; held = this.#queue.first) {
      const { owner, since } = held;
      if (owner.heldAck === held) {
        const wait = since + WAIT_MS - now;
        if (wait > slackMs) {
          clearTimeout(this.#timer);
          this.#timer = setTimeout(this.#fire, wait);
          return;
        }
        slackMs = SLACK_MS;
        owner.heldAck = undefined;
        owner.sendHeld();
      }
      if (this.#queue.first === held) this.#queue.take(); // unless all has ended
    }
  };
}

/** What one connection has to acknowledge since it last sent, and whether that can wait. */
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
   * Whether there is only one packet to acknowledge, and it brought bytes that a stream could read. A packet that brings none may be out of order
   * (then the acknowledgement shows what is missing and is urgent: RFC 9000, section 13.2.1), or ask for a sign of life.
   */
  canWait(streamBytes: number): boolean {
    return this.#packets > 0 && this.#packets < PACKETS && streamBytes > this.#streamBytes;
  }
}

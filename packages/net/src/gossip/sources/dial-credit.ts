import type { Clock } from '../../util/clock.js';
import { CREDIT_PER_BYTE, CREDIT_PER_S, HANDSHAKE_BYTES, MAX_CREDIT, MAX_SOURCES, NAMED_CREDIT } from './limits.js';

interface Account {
  credit: number;
  at: number;
  /** Whether it has had the credit for a peer that the user has named. */
  isNamed: boolean;
}

/** What we send to third parties because a source has named them, the source pays for with what it has sent to us. */
export class DialCredit {
  readonly #clock: Clock;
  /** In the order in which they were last heard. */
  readonly #accounts = new Map<string, Account>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many sources are known. */
  get size(): number {
    return this.#accounts.size;
  }

  /** A handshake with a peer of that source is done. */
  connected(source: string): void {
    this.received(source, HANDSHAKE_BYTES);
  }

  /** A peer of that source has connected that the user has named. It counts once. */
  named(source: string): void {
    const account = this.#open(source);
    if (account.isNamed) return;
    account.isNamed = true;
    account.credit = Math.min(MAX_CREDIT, account.credit + NAMED_CREDIT);
  }

  received(source: string, bytes: number): void {
    const account = this.#open(source);
    account.credit = Math.min(MAX_CREDIT, account.credit + CREDIT_PER_BYTE * bytes);
  }

  /** @returns whether the source could pay, and has */
  pay(source: string, bytes: number): boolean {
    const account = this.#accrued(source);
    if (account.credit < bytes) return false;
    account.credit -= bytes;
    return true;
  }

  /** What the source said was true: the named peer has answered. */
  refund(source: string, bytes: number): void {
    const account = this.#open(source);
    account.credit = Math.min(MAX_CREDIT, account.credit + bytes);
  }

  /** How often a source can pay a price. */
  affordable(source: string, price: number): number {
    return Math.floor(this.#accrued(source).credit / price);
  }

  #open(source: string): Account {
    const account = this.#accounts.get(source) ?? { credit: 0, at: this.#clock.now(), isNamed: false };
    this.#accounts.delete(source);
    this.#accounts.set(source, account);
    const [oldest] = this.#accounts.keys();
    if (oldest !== undefined && this.#accounts.size > MAX_SOURCES) this.#accounts.delete(oldest);
    return account;
  }

  #accrued(source: string): Account {
    const account = this.#open(source);
    const now = this.#clock.now();
    account.credit = Math.min(MAX_CREDIT, account.credit + ((now - account.at) / 1_000) * CREDIT_PER_S);
    account.at = now;
    return account;
  }
}

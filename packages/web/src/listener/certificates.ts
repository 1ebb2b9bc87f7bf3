import type { SecretKey } from '@grapevine/net';
import { statement } from '../identity/messages.js';
import { certificateOf, PERIOD, type PeriodCertificate, periodOf } from './certificate.js';

/** The longest timer of Node, in milliseconds. */
const MAX_TIMER = 2 ** 31 - 1;

/** What a listener signs about its certificates. */
export interface Vouched {
  /** The hashes of the last, the present and the next certificate. */
  readonly hashes: readonly Uint8Array[];
  /** In seconds since 1970. */
  readonly notAfter: bigint;
  readonly signature: Uint8Array;
}

/** The certificates of a listener over time: one for each period. The next one's hash is known a period ahead. */
export class Certificates {
  readonly #key: SecretKey;
  readonly #onChange: () => void;
  #period = 0;
  #last!: PeriodCertificate;
  #now!: PeriodCertificate;
  #next!: PeriodCertificate;
  #vouched!: Vouched;
  #timer: NodeJS.Timeout | undefined;

  /** @param onChange called when another certificate is to be shown and advertised */
  constructor(key: SecretKey, onChange: () => void) {
    this.#key = key;
    this.#onChange = onChange;
    this.#turnTo(periodOf(Date.now()));
  }

  /** What to show now. */
  get current(): PeriodCertificate {
    return this.#now;
  }

  /** What to put into addresses: they hold for this period and the next. */
  get advertised(): readonly Uint8Array[] {
    return [this.#now.hash, this.#next.hash];
  }

  get vouched(): Vouched {
    return this.#vouched;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #turnTo(period: number): void {
    this.#period = period;
    [this.#last, this.#now, this.#next] = [period - 1, period, period + 1].map((number) =>
      certificateOf(this.#key, number),
    ) as [PeriodCertificate, PeriodCertificate, PeriodCertificate];
    const hashes = [this.#last, this.#now, this.#next].map(({ hash }) => hash);
    const notAfter = BigInt(Math.floor(this.#now.notAfter / 1000));
    this.#vouched = { hashes, notAfter, signature: this.#key.sign(statement(hashes, notAfter)) };
    this.#arm();
  }

  #arm(): void {
    const wait = (this.#period + 1) * PERIOD - Date.now();
    this.#timer = setTimeout(() => this.#look(), Math.min(Math.max(wait, 0), MAX_TIMER));
    this.#timer.unref();
  }

  #look(): void {
    const period = periodOf(Date.now());
    if (period === this.#period) return this.#arm();
    this.#turnTo(period);
    this.#onChange();
  }
}

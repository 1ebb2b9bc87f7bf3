import type { HostPort } from './binding.js';
import { type ConnectionIds, resetKeyIn, resetKeyOf } from './connection-ids.js';
import type { Driver } from './driver.js';
import type { Settings } from './options.js';
import { isLongForm } from './packet-header.js';

/** How many stray packets a second are looked at, and answered at most: each costs a few microseconds. */
const STRAYS_PER_SECOND = 500;

/** What resets need of their endpoint. */
export interface ResetHost {
  readonly settings: Settings;
  readonly drivers: ReadonlySet<Driver>;
  sendDatagram(datagram: Uint8Array, to: HostPort): void;
  readonly counters: { resetsSent: number; resetsReceived: number };
}

/** Stateless resets: sent to peers whose connections we do not know, and received from peers that do not know ours. */
export class Resets {
  readonly #ids: ConnectionIds;
  readonly #host: ResetHost;
  readonly #now: () => number;
  readonly #drivers = new Map<string, Driver>();
  #second = 0;
  #seen = 0;

  constructor(ids: ConnectionIds, host: ResetHost, now: () => number = () => performance.now()) {
    this.#ids = ids;
    this.#host = host;
    this.#now = now;
  }

  /** A connection is open: its peer may reset it. */
  watch(driver: Driver, peerCid: Uint8Array): void {
    const key = resetKeyOf(peerCid);
    if (key !== undefined && !this.#drivers.has(key)) this.#drivers.set(key, driver);
  }

  /** The connection is over. */
  forget(driver: Driver, peerCid: Uint8Array | undefined): void {
    const key = peerCid && resetKeyOf(peerCid);
    if (key !== undefined && this.#drivers.get(key) === driver) this.#drivers.delete(key);
  }

  /** A packet for no connection that is known. @returns false if it was of no use */
  onStray(datagram: Uint8Array, from: HostPort): boolean {
    if (isLongForm(datagram) || !this.#mayLook()) return false;
    const driver = this.#drivers.size > 0 ? this.#drivers.get(resetKeyIn(datagram) ?? '') : undefined;
    if (driver) {
      this.#host.counters.resetsReceived++;
      driver.reset();
      return true;
    }
    if (this.#isForForeign(datagram, from)) return true;
    return this.answer(datagram, from);
  }

  /** Answers a packet with a reset, which is smaller. @returns false if the packet is for no id of ours, or too small */
  answer(datagram: Uint8Array, to: HostPort): boolean {
    const reset = isLongForm(datagram) ? undefined : this.#ids.resetFor(datagram);
    if (!reset) return false;
    this.#host.counters.resetsSent++;
    this.#host.sendDatagram(reset, to);
    return true;
  }

  /**
   * A server on another QUIC stack has announced its token as the standard says, and quiche checks for it. Such packets name no connection, only a
   * sender.
   */
  #isForForeign(datagram: Uint8Array, { host, port }: HostPort): boolean {
    if (this.#host.settings.trust === 'identity') return false;
    let isFor = false;
    for (const driver of this.#host.drivers) {
      if (driver.side !== 'dialed' || !driver.remote.is(host, port)) continue;
      driver.receive(datagram, host, port);
      isFor = true;
    }
    return isFor;
  }

  clear(): void {
    this.#drivers.clear();
  }

  #mayLook(): boolean {
    const second = Math.floor(this.#now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#seen = 0;
    }
    return ++this.#seen <= STRAYS_PER_SECOND;
  }
}

import type { NativeConnection } from './binding.js';

/** How often a connection is looked at, in milliseconds. */
const INTERVAL_MS = 250;

/** What {@link Activity} reports. */
export interface ActivityListener {
  /** Something came from the peer since the last look. */
  onReceived(): void;
  /** Nothing came for the whole idle time-out. */
  onIdle(): void;
}

/**
 * Looks now and then whether anything comes from the peer.
 *
 * The binding tells neither that a peer stopped a stream nor takes an idle time-out; but it counts datagrams, and reading that count
 * costs two microseconds.
 */
export class Activity {
  readonly #native: NativeConnection;
  readonly #idleTimeoutMs: number;
  readonly #listener: ActivityListener;
  readonly #timer: NodeJS.Timeout;
  #datagrams = 0;
  #lastMs = performance.now();

  constructor(native: NativeConnection, idleTimeoutMs: number, listener: ActivityListener) {
    this.#native = native;
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#listener = listener;
    this.#timer = setInterval(() => this.#look(), INTERVAL_MS);
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { udpRxDatagrams } = this.#native.stats();
    const now = performance.now();
    if (udpRxDatagrams !== this.#datagrams) {
      this.#datagrams = udpRxDatagrams;
      this.#lastMs = now;
      this.#listener.onReceived();
    } else if (now - this.#lastMs >= this.#idleTimeoutMs) {
      this.#listener.onIdle();
    }
  }
}

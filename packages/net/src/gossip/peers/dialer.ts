import { ConnectError } from '../../errors.js';
import type { EndpointId } from '../../identity/endpoint-id.js';
import type { Connection, Endpoint } from '../../transport/seam.js';
import type { Clock, ClockTimer } from '../../util/clock.js';
import { type Deferred, deferred } from '../../util/deferred.js';
import type { ResolvedGossipOptions } from '../options.js';
import type { DialTarget, Sources } from '../sources/index.js';

/** What is remembered of a peer that could not be dialed. */
export interface DialRecord {
  /** Failures in a row. */
  readonly failures: number;
  /** The last one, for people. */
  readonly lastError: string;
  /** When it happened, by the clock. */
  readonly failedAt: number;
  /** The earliest time of the next dial, by the clock. */
  readonly notBefore: number;
}

/** Who wants to know how dials end. */
export interface DialerHost {
  /** @returns whether there is a slot for it */
  connected(connection: Connection): boolean;
  failed(peer: EndpointId, error: unknown): void;
}

/** Peers whose failures are remembered; the oldest go first. */
const MAX_RECORDS = 1024;

/** How long the failure of a peer that is not dialed again is remembered, in milliseconds. */
const RECORD_MS = 600_000;

/** How often dials that wait for the credit of those who named the peers are looked at again, in milliseconds. */
const CREDIT_CHECK_MS = 250;

/** Dials peers: one dial per peer, in the order and number that {@link Sources} allow, each with a time-out, and a growing pause after failures. */
export class Dialer {
  readonly #endpoint: Endpoint;
  readonly #options: ResolvedGossipOptions;
  readonly #clock: Clock;
  readonly #host: DialerHost;
  readonly #sources: Sources;
  readonly #running = new Map<EndpointId, AbortController>();
  /** Those who want to know when a dial has ended. */
  readonly #ends = new Map<EndpointId, Deferred<void>>();
  readonly #records = new Map<EndpointId, DialRecord>();
  #creditCheck: ClockTimer | undefined;
  #closed = false;

  constructor(endpoint: Endpoint, options: ResolvedGossipOptions, sources: Sources, host: DialerHost) {
    this.#endpoint = endpoint;
    this.#sources = sources;
    this.#options = options;
    this.#clock = options.clock;
    this.#host = host;
  }

  /** Whether a peer is being dialed, or will be as soon as there is room. */
  isDialing(peer: EndpointId): boolean {
    return this.#running.has(peer) || this.#sources.dials.has(peer);
  }

  get count(): number {
    return this.#sources.dials.size;
  }

  /** What is known of a peer's failed dials. */
  record(peer: EndpointId): DialRecord | undefined {
    return this.#records.get(peer);
  }

  /** Peers whose latest dial has failed, and that are not being dialed again. */
  failed(): EndpointId[] {
    this.#forgetOld();
    return [...this.#records.keys()].filter((peer) => !this.isDialing(peer));
  }

  /** Milliseconds until a peer may be dialed, 0 if it may be now. */
  waitFor(peer: EndpointId): number {
    return Math.max(0, (this.#records.get(peer)?.notBefore ?? 0) - this.#clock.now());
  }

  /**
   * Starts a dial, unless one is under way. The caller must keep the pause after failures.
   *
   * @returns false when the peer is known by hearsay only and too many such dials wait
   */
  dial(peer: EndpointId): boolean {
    return this.#dial(peer, this.#options.dialTimeoutMs);
  }

  /** A peer that is being dialed is asked for again, maybe for a better reason. */
  hurry(peer: EndpointId): void {
    if (!this.#running.has(peer)) this.#sources.dials.promote(peer, this.#sources.request(peer, 0).reason);
  }

  /** Dials a peer whose connection seems to be dead. @returns when the dial has ended, one way or the other */
  redial(peer: EndpointId, timeoutMs: number): Promise<void> {
    this.#dial(peer, Math.min(timeoutMs, this.#options.dialTimeoutMs));
    if (!this.isDialing(peer)) return Promise.resolve();
    const end = this.#ends.get(peer) ?? deferred();
    this.#ends.set(peer, end);
    return end.promise;
  }

  /** Keeps a peer from being dialed for a while, as after a failure. */
  postpone(peer: EndpointId, pauseMs: number, why: string): void {
    const now = this.#clock.now();
    this.#keep(peer, { failures: 1, lastError: why, failedAt: now, notBefore: now + pauseMs });
  }

  /** A connection to the peer exists by other means: its failures are forgotten. A dial that runs may still end well. */
  forgive(peer: EndpointId): void {
    this.#records.delete(peer);
  }

  /** Gives up a dial. Nobody is told. */
  cancel(peer: EndpointId): void {
    if (this.#sources.dials.remove(peer)) this.#settle(peer);
    this.#running.get(peer)?.abort(new Error('nobody wants this peer any more'));
  }

  close(): void {
    this.#closed = true;
    this.#creditCheck?.cancel();
    for (const peer of this.#sources.dials.clear()) this.#settle(peer);
    for (const controller of this.#running.values()) controller.abort(new Error('shutting down'));
  }

  #dial(peer: EndpointId, timeoutMs: number): boolean {
    if (this.#closed || this.isDialing(peer)) return true;
    const isWaiting = this.#sources.dials.add(this.#sources.request(peer, timeoutMs));
    this.#startWaiting();
    return isWaiting;
  }

  #startWaiting(): void {
    if (this.#closed) return;
    for (let next = this.#sources.nextDial(); next; next = this.#sources.nextDial()) {
      void this.#run(next.request.peer, next.request.timeoutMs, next.target);
    }
    if (this.#sources.dials.hearsay.waiting === 0) return;
    this.#creditCheck ??= this.#clock.setTimer(() => {
      this.#creditCheck = undefined;
      this.#startWaiting();
    }, CREDIT_CHECK_MS);
  }

  #settle(peer: EndpointId): void {
    this.#ends.get(peer)?.resolve();
    this.#ends.delete(peer);
  }

  async #run(peer: EndpointId, timeoutMs: number, target: DialTarget): Promise<void> {
    const controller = new AbortController();
    this.#running.set(peer, controller);
    const { alpn, metrics } = this.#options;
    let timedOut = false;
    const timer = this.#clock.setTimer(() => {
      timedOut = true;
      controller.abort(new Error(`nobody answered within ${timeoutMs} ms`));
    }, timeoutMs);
    metrics.dial('started');
    try {
      const to = target.addrs.length > 0 ? { id: peer, addrs: target.addrs } : peer;
      const connection = await this.#endpoint.connect(to, alpn, { signal: controller.signal });
      this.#sources.refund(target);
      this.#end(peer);
      if (this.#closed) return connection.close(0, 'shutting down');
      if (!this.#host.connected(connection)) throw new ConnectError('refused', NO_SLOT);
      metrics.dial('connected');
      this.#records.delete(peer);
    } catch (error) {
      this.#end(peer);
      if (error instanceof ConnectError && error.reason === 'no-address') this.#sources.refund(target);
      if (this.#closed || (controller.signal.aborted && !timedOut)) return; // cancelled
      metrics.dial('failed');
      this.#remember(peer, error);
      this.#host.failed(peer, error);
    } finally {
      timer.cancel();
      this.#settle(peer);
      this.#startWaiting();
    }
  }

  #end(peer: EndpointId): void {
    this.#running.delete(peer);
    this.#sources.dials.ended(peer);
  }

  #remember(peer: EndpointId, error: unknown): void {
    const failures = (this.#records.get(peer)?.failures ?? 0) + 1;
    const { dialBackoffMinMs, dialBackoffMaxMs, random } = this.#options;
    const pause = Math.min(dialBackoffMaxMs, dialBackoffMinMs * 2 ** Math.min(failures - 1, 30));
    this.#keep(peer, {
      failures,
      lastError: error instanceof Error ? error.message : String(error),
      failedAt: this.#clock.now(),
      notBefore: this.#clock.now() + pause * (0.5 + random()),
    });
  }

  #keep(peer: EndpointId, record: DialRecord): void {
    this.#records.delete(peer);
    this.#records.set(peer, record);
    this.#forgetOld();
    if (this.#records.size > MAX_RECORDS) {
      const [oldest] = this.#records.keys();
      if (oldest !== undefined) this.#records.delete(oldest);
    }
  }

  /** Records stand in the order of their failures. */
  #forgetOld(): void {
    const before = this.#clock.now() - RECORD_MS;
    for (const [peer, { failedAt }] of this.#records) {
      if (failedAt > before) break;
      this.#records.delete(peer);
    }
  }
}

const NO_SLOT = 'all connections are in use by neighbors and by peers that we dialed before (option maxPeers)';

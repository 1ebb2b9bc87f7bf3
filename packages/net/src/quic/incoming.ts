import { ConnectError } from '../errors.js';
import type { Connection, Incoming } from '../transport/seam.js';
import { QuicConnection } from './connection.js';
import type { Route } from './core.js';
import type { Driver } from './driver.js';
import type { LongHeader } from './packet-header.js';

/** Datagrams of one client that are kept until somebody decides: enough for a first flight with its repetitions. */
const MAX_KEPT = 8;

/** What an incoming needs of the acceptor. */
export interface IncomingHost {
  /** Makes the connection. @throws ConnectError */
  admit(incoming: QuicIncoming): Driver;
  /** Sends the client away. */
  turnAway(incoming: QuicIncoming): void;
  /** Nobody decided in time. */
  expire(incoming: QuicIncoming): void;
}

/** A client whose first datagram has come, and nothing else has happened. */
export class QuicIncoming implements Incoming, Route {
  readonly remoteAddress: string;
  /** What it sent so far. */
  readonly datagrams: Uint8Array[] = [];
  readonly #host: IncomingHost;
  #timer: NodeJS.Timeout | undefined;
  #decision: Promise<Connection> | undefined;

  constructor(
    host: IncomingHost,
    readonly header: LongHeader,
    readonly from: { readonly host: string; readonly port: number },
    /** The client's first destination id, if it was told to retry with another. */
    readonly originalDcid: Uint8Array | undefined,
    /** Gives back the place among half-open handshakes. */
    readonly leave: () => void,
    timeoutMs: number,
  ) {
    this.#host = host;
    this.remoteAddress = from.host.includes(':') ? `[${from.host}]:${from.port}` : `${from.host}:${from.port}`;
    this.#timer = setTimeout(() => this.fail(new ConnectError('timeout', 'nobody decided in time')), timeoutMs);
  }

  receive(datagram: Uint8Array, host: string, port: number): void {
    if (host === this.from.host && port === this.from.port && this.datagrams.length < MAX_KEPT)
      this.datagrams.push(datagram);
  }

  accept(): Promise<Connection> {
    this.#decision ??= this.#accept();
    return this.#decision;
  }

  refuse(): void {
    if (this.#decision) return;
    this.#decide(new ConnectError('refused', 'we refused this connection'));
    this.#host.turnAway(this);
  }

  /** It is too late to accept. */
  fail(error: Error): void {
    if (this.#decision) return;
    this.#decide(error);
    this.#host.expire(this);
  }

  #decide(error: Error): void {
    this.#stopTimer();
    this.#decision = Promise.reject(error);
    this.#decision.catch(() => {}); // reported only to who still calls accept()
  }

  async #accept(): Promise<Connection> {
    this.#stopTimer();
    const driver = this.#host.admit(this);
    return new QuicConnection(driver, await driver.handshake.promise);
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

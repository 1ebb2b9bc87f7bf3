import { ConnectError } from '../errors.js';
import type { Connection, Incoming } from '../transport/seam.js';
import type { HostPort } from './binding.js';
import { QuicConnection } from './connection.js';
import type { Route } from './core.js';
import type { Driver } from './driver.js';
import type { InitialFilter } from './initial-filter.js';
import type { LongHeader } from './packet-header.js';

/** Datagrams of one client that are kept until the application decides: enough for a first flight with its repetitions. */
const MAX_KEPT = 8;
/** The same in bytes. A first flight of one or two datagrams is padded to what most paths carry. */
const MAX_KEPT_BYTES = 12_000;
/** A ClientHello must be complete within this time, in milliseconds: it is one datagram, or two. */
const HELLO_MS = 2_000;

/** Who asks for a connection. */
export type IncomingClient = Pick<QuicIncoming, 'header' | 'from' | 'originalDcid' | 'filter' | 'leave'>;

/** What an incoming needs of the acceptor. */
export interface IncomingHost {
  /** Makes the connection. @throws ConnectError */
  admit(incoming: QuicIncoming): Driver;
  /** Its ClientHello is complete: the application may decide. */
  ready(incoming: QuicIncoming): void;
  /** Tells the client that it is not wanted. */
  refuse(incoming: QuicIncoming): void;
  /** It is over before the application has decided. */
  expire(incoming: QuicIncoming): void;
}

/**
 * A client that has sent something, before any decision. Only its datagrams are kept, and no quiche connection is made: first its ClientHello must be
 * complete, then the application decides.
 */
export class QuicIncoming implements Incoming, Route {
  readonly remoteAddress: string;
  readonly header: LongHeader;
  readonly from: HostPort;
  /** The client's first destination id, if it was told to retry with another. */
  readonly originalDcid: Uint8Array | undefined;
  /** Looks into what it sends, also after it is accepted. */
  readonly filter: InitialFilter;
  /** Gives back the place among half-open handshakes. */
  readonly leave: () => void;
  /** What it sent so far. */
  readonly datagrams: Uint8Array[] = [];
  readonly #host: IncomingHost;
  readonly #timeoutMs: number;
  #timer: NodeJS.Timeout | undefined;
  #keptBytes = 0;
  #decision: Promise<Connection> | undefined;
  #driver: Driver | undefined;

  constructor(host: IncomingHost, client: IncomingClient, timeoutMs: number) {
    this.#host = host;
    this.#timeoutMs = timeoutMs;
    this.header = client.header;
    this.from = client.from;
    this.originalDcid = client.originalDcid;
    this.filter = client.filter;
    this.leave = client.leave;
    const { host: from, port } = client.from;
    this.remoteAddress = from.includes(':') ? `[${from}]:${port}` : `${from}:${port}`;
  }

  /** The first datagram, which the filter has seen. */
  begin(datagram: Uint8Array): void {
    this.#keep(datagram);
    if (this.filter.hasHello) this.#ready();
    else this.#failLater(Math.min(HELLO_MS, this.#timeoutMs), 'the client did not say what it wants');
  }

  hasProven(): boolean {
    return false;
  }

  receive(datagram: Uint8Array, host: string, port: number): void {
    if (host !== this.from.host || port !== this.from.port) return;
    if (this.datagrams.length >= MAX_KEPT || this.#keptBytes + datagram.length > MAX_KEPT_BYTES) return;
    const hadHello = this.filter.hasHello;
    if (this.filter.check(datagram) === 'drop') return;
    this.#keep(datagram);
    if (!hadHello && this.filter.hasHello) this.#ready();
  }

  accept(): Promise<Connection> {
    this.#decision ??= this.#accept();
    return this.#decision;
  }

  refuse(): void {
    if (this.#decision) return;
    this.#decide(new ConnectError('refused', 'we refused this connection'));
    this.#host.refuse(this);
  }

  /** Another client needs its place. Nothing is sent, because in a flood many are given up at once. */
  evict(): void {
    const error = new ConnectError('timeout', 'a newer handshake needed the place');
    this.#driver?.giveUp(error);
    this.fail(error);
  }

  /** The client asks again, after a retry. @returns whether this attempt is from before the retry, and has been given up now */
  supersede(): boolean {
    if (this.originalDcid || this.#driver?.isOpen) return false;
    this.evict();
    return true;
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
    this.#decision.catch(() => {}); // only a later caller of accept() is told
  }

  async #accept(): Promise<Connection> {
    this.#stopTimer();
    const driver = this.#host.admit(this);
    this.#driver = driver;
    return new QuicConnection(driver, await driver.handshake.promise);
  }

  #keep(datagram: Uint8Array): void {
    this.datagrams.push(datagram);
    this.#keptBytes += datagram.length;
  }

  #ready(): void {
    this.#failLater(this.#timeoutMs, 'nobody decided in time');
    this.#host.ready(this);
  }

  #failLater(ms: number, why: string): void {
    this.#stopTimer();
    this.#timer = setTimeout(() => this.fail(new ConnectError('timeout', why)), ms);
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

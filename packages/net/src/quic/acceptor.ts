import { ConnectError, type EndpointClosedError } from '../errors.js';
import { AsyncQueue } from '../util/async-queue.js';
import { type HostPort, quiche } from './binding.js';
import { TlsAlert, TransportError } from './close-reason.js';
import type { Configs } from './config.js';
import type { Core } from './core.js';
import { Driver } from './driver.js';
import { HalfOpen } from './half-open.js';
import { HandshakeTurns } from './handshake-turns.js';
import { type IncomingHost, QuicIncoming } from './incoming.js';
import { initialClosePacket } from './initial-close.js';
import { InitialFilter } from './initial-filter.js';
import { NativeConnection, rawConnection } from './native-connection.js';
import {
  CID_LENGTH,
  cidKey,
  isLongForm,
  type LongHeader,
  MIN_INITIAL_DATAGRAM,
  parseLongHeader,
  VERSION_1,
  versionNegotiationPacket,
} from './packet-header.js';
import { RetryTokens } from './retry-token.js';

/** RFC 9000, section 7.2: a client's first destination id has at least this many bytes. */
const MIN_FIRST_DCID = 8;

/** Handles incoming handshakes: version negotiation, retry, caps, and then the application's decision. */
export class Acceptor implements IncomingHost {
  /** Clients that wait for a decision. */
  readonly queue = new AsyncQueue<QuicIncoming>();
  alpns: readonly string[];
  readonly halfOpen: HalfOpen;
  readonly #core: Core;
  readonly #configs: Configs;
  readonly #tokens = new RetryTokens();
  readonly #turns = new HandshakeTurns<QuicIncoming>((incoming) => this.queue.push(incoming));
  readonly #undecided = new Set<QuicIncoming>();
  /** Known clients, by address and their own connection id: a first flight from before a retry that arrives late is no new request. */
  readonly #clients = new Map<string, QuicIncoming>();

  constructor(core: Core, configs: Configs) {
    const { maxHalfOpen, maxHalfOpenPerSource, alpns } = core.settings;
    this.#core = core;
    this.#configs = configs;
    this.alpns = alpns;
    this.halfOpen = new HalfOpen(maxHalfOpen, maxHalfOpenPerSource);
  }

  /** A datagram for no known connection. @returns false if there is no use for it */
  onStray(datagram: Uint8Array, host: string, port: number): boolean {
    if (!isLongForm(datagram) || datagram.length < MIN_INITIAL_DATAGRAM) return false;
    const header = parseLongHeader(datagram);
    if (!header) return false;
    if (header.version !== VERSION_1) {
      if (header.version === 0) return false; // somebody else's negotiation
      this.#core.counters.versionNegotiationsSent++;
      this.#core.sendDatagram(versionNegotiationPacket(header), { host, port });
      return true;
    }
    if (!header.initial || header.dcid.length < MIN_FIRST_DCID) return false;
    this.#onInitial(datagram, header, host, port);
    return true;
  }

  /** Accepts no more: clients that wait for a decision fail with this error. */
  close(error: EndpointClosedError): void {
    this.queue.end();
    this.#turns.stop();
    for (const incoming of this.#undecided) incoming.fail(error);
  }

  admit(incoming: QuicIncoming): Driver {
    const { header, from, originalDcid, leave, filter } = incoming;
    this.#forget(incoming);
    // After a retry the client calls us by the id that we gave it there. Otherwise it has made one up, and we choose ours now.
    const { ids } = this.#core;
    const { cid: scid, token } = originalDcid ? { cid: header.dcid, token: ids.tokenOf(header.dcid) } : ids.issue();
    let native: NativeConnection;
    try {
      const config = this.#configs.for('accepted', this.alpns, from);
      config.setStatelessResetToken(tokenNumber(token)); // for clients that are not ours
      native = new NativeConnection(rawConnection.accept(scid, originalDcid ?? null, this.#core.local, from, config));
    } catch (cause) {
      leave();
      this.#forgetClient(incoming);
      throw new ConnectError('transport', `quiche refuses to accept: ${(cause as Error).message}`, { cause });
    }
    const firstKey = cidKey(header.dcid);
    const driver = new Driver(this.#core, {
      native,
      side: 'accepted',
      remote: from,
      isAddressProven: originalDcid !== undefined,
      filter,
      expected: { type: this.#core.settings.trust === 'identity' ? 'any-id' : 'nothing' },
      onHandshakeEnd: leave,
    });
    this.#core.drivers.add(driver);
    this.#core.addRoute(cidKey(scid), driver);
    this.#core.addRoute(firstKey, driver); // repetitions of the first flight
    void driver.closed.promise.then(() => this.#forgetClient(incoming));
    driver.begin(incoming.datagrams.splice(0));
    return driver;
  }

  ready(incoming: QuicIncoming): void {
    this.#turns.add(incoming);
  }

  refuse(incoming: QuicIncoming): void {
    this.expire(incoming);
    this.#refuse(incoming.header, incoming.from, TransportError.connectionRefused, 'refused');
  }

  expire(incoming: QuicIncoming): void {
    this.#forget(incoming);
    this.#forgetClient(incoming);
    this.#turns.delete(incoming);
    this.queue.remove(incoming);
    incoming.leave();
  }

  #forget(incoming: QuicIncoming): void {
    this.#undecided.delete(incoming);
    this.#core.routes.delete(cidKey(incoming.header.dcid));
  }

  #forgetClient(incoming: QuicIncoming): void {
    const client = clientKey(incoming.header, incoming.from);
    if (this.#clients.get(client) === incoming) this.#clients.delete(client);
  }

  #onInitial(datagram: Uint8Array, header: LongHeader, host: string, port: number): void {
    const { settings, counters, routes } = this.#core;
    if (this.queue.ended)
      return this.#refuse(header, { host, port }, TransportError.connectionRefused, 'not accepting');
    if (this.alpns.length === 0)
      return this.#refuse(header, { host, port }, TlsAlert.noApplicationProtocol, 'no protocols');
    if (this.#core.isKeptOut(host)) {
      counters.refusedFlooders++;
      return this.#sendClose(
        header,
        { host, port },
        TransportError.connectionRefused,
        'too much harm has come from there',
      );
    }
    const client = clientKey(header, { host, port });
    const hasToken = header.dcid.length === CID_LENGTH && header.token.length > 0;
    const originalDcid = hasToken ? this.#tokens.check(`${host}:${port}`, header.token, header.dcid) : undefined;
    // A client that obeys a retry has dropped its first attempt. That attempt may have come twice, and been let in when we were less busy.
    const known = this.#clients.get(client);
    if (known && !(originalDcid && known.supersede())) return;
    const isBusy = this.halfOpen.total >= settings.retryThreshold;
    // A client ignores a second retry; so one whose token is not valid is told at once, and may dial again (RFC 9000, section 8.1.3).
    if (!originalDcid && hasToken && this.#core.ids.tokenOf(header.dcid))
      return this.#refuse(header, { host, port }, TransportError.invalidToken, 'the token is not valid any more');
    if (!originalDcid && isBusy) return this.#sendRetry(header, host, port);
    if (this.queue.size + this.#turns.size >= settings.maxHalfOpen || (isBusy && this.halfOpen.isOverRate(host))) {
      counters.droppedBusy++;
      return;
    }
    // Only a datagram that was made with the right keys, and brings what it should, gets a place: rubbish costs no more than this check.
    const filter = new InitialFilter(header.dcid);
    if (filter.check(datagram) !== 'authentic') {
      counters.undecodable++;
      return;
    }
    const leave = this.halfOpen.enter(host, () => {
      counters.droppedBusy++;
      incoming.evict();
    });
    if (!leave) {
      counters.droppedBusy++;
      return;
    }
    if (originalDcid) this.#tokens.use(header.dcid);
    const asking = { header, from: { host, port }, originalDcid, filter, leave };
    const incoming = new QuicIncoming(this, asking, settings.handshakeTimeoutMs);
    this.#undecided.add(incoming);
    this.#clients.set(client, incoming);
    routes.set(cidKey(header.dcid), incoming);
    incoming.begin(datagram);
  }

  #sendRetry(header: LongHeader, host: string, port: number): void {
    const { counters } = this.#core;
    const packet = Buffer.allocUnsafe(512);
    const cid = this.#core.ids.next();
    const token = this.#tokens.issue(`${host}:${port}`, header.dcid, cid);
    try {
      const length = quiche.retry(header.scid, header.dcid, cid, token, header.version, packet);
      counters.retriesSent++;
      this.#core.sendDatagram(packet.subarray(0, length), { host, port });
    } catch {
      counters.undecodable++;
    }
  }

  #refuse(header: LongHeader, to: HostPort, code: number, reason: string): void {
    this.#core.counters.refused++;
    this.#sendClose(header, to, code, reason);
  }

  #sendClose(header: LongHeader, to: HostPort, code: number, reason: string): void {
    this.#core.sendDatagram(initialClosePacket(header, this.#core.ids.next(), code, reason), to);
  }
}

/** Tells clients apart before they are connections. */
function clientKey({ scid }: LongHeader, { host, port }: HostPort): string {
  return `${host}:${port} ${cidKey(scid)}`;
}

/** A token as the binding takes it. */
function tokenNumber(token: Uint8Array | undefined): bigint | undefined {
  return token && BigInt(`0x${Buffer.from(token).toString('hex')}`);
}

import { isIPv6 } from 'node:net';
import type { TransportAddr } from '../address/endpoint-addr.js';
import type { SocketAddr } from '../address/socket-addr.js';
import { ConnectionClosedError } from '../errors.js';
import type { EndpointId } from '../identity/endpoint-id.js';
import { type CloseReason, describeClose } from '../transport/close-reason.js';
import type {
  BiStream,
  Connection,
  ConnectionStats,
  PendingLimits,
  RecvStream,
  SendStream,
} from '../transport/seam.js';
import { checkCode, cutReason } from '../util/close-code.js';
import { nextStableId } from '../util/stable-id.js';
import type { HostPort } from './binding.js';
import type { Driver } from './driver.js';
import type { PeerIdentity } from './driver-host.js';

/** A proven QUIC connection: what the user holds. */
export class QuicConnection implements Connection {
  readonly remoteId: EndpointId;
  readonly alpn: string;
  readonly stableId = nextStableId();
  readonly side: 'dialed' | 'accepted';
  readonly #driver: Driver;

  constructor(driver: Driver, { remoteId, alpn }: PeerIdentity) {
    this.#driver = driver;
    this.remoteId = remoteId as EndpointId; // where there is none, the type of the connection does not show it
    this.alpn = alpn;
    this.side = driver.side;
  }

  get closed(): Promise<CloseReason> {
    return this.#driver.closed.promise;
  }

  remoteAddr(): TransportAddr {
    return { type: 'ip', addr: plainAddress(this.#driver.remote.proven) };
  }

  async openUni(): Promise<SendStream> {
    await this.#failIfClosed();
    return this.#driver.streams.openUni();
  }

  uniStreamAvailable(): Promise<void> {
    return this.#driver.streams.uniAvailable();
  }

  async openBi(): Promise<BiStream> {
    await this.#failIfClosed();
    return this.#driver.streams.openBi();
  }

  acceptUni(): AsyncIterable<RecvStream> {
    return this.#driver.streams.uni;
  }

  acceptBi(): AsyncIterable<BiStream> {
    return this.#driver.streams.bi;
  }

  close(code: number, reason = ''): void {
    checkCode(code);
    if (typeof reason !== 'string') throw new TypeError('a close reason must be a string');
    this.#driver.close(code, cutReason(reason));
  }

  probe(timeoutMs: number): Promise<boolean> {
    return this.#driver.probe(timeoutMs);
  }

  onUnresponsive(callback: () => void): void {
    this.#driver.onUnresponsive(callback);
  }

  limitPending(limits: PendingLimits): void {
    this.#driver.limitPending(limits);
  }

  refuseHost(forMs: number): void {
    this.#driver.refuseHost(forMs);
  }

  stats(): ConnectionStats {
    const { path, streams } = this.#driver;
    const { size: datagramSize, blackHoles } = path.mtu;
    return { ...this.#driver.stats(), datagramSize, blackHoles, queuedBytes: streams.queuedBytes };
  }

  async #failIfClosed(): Promise<void> {
    if (this.#driver.isClosed) throw new ConnectionClosedError(describeClose(await this.closed));
  }
}

/** An address as users write it: on a dual-stack socket IPv4 addresses come as `::ffff:a.b.c.d`. */
export function plainAddress({ host, port }: HostPort): SocketAddr {
  return isIPv6(host) && host.startsWith('::ffff:') && host.includes('.')
    ? { host: host.slice(7), port }
    : { host, port };
}

import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { aFunction } from '@grapevine/proto/check';
import type { SocketAddr } from '../address/socket-addr.js';
import { aSocketAddr } from '../util/checks.js';
import { SendCheck } from './send-check.js';

/**
 * A UDP socket as the QUIC driver uses it. The default is Node's; tests wrap it to lose, delay and damage datagrams.
 *
 * Nothing but `bind` may throw or reject: a datagram that can't be sent is a lost datagram.
 */
export interface UdpSocket {
  /** Binds once. Port 0 lets the operating system choose. @returns the address that was bound @throws Error */
  bind(address: SocketAddr): Promise<SocketAddr>;
  /** Registers the one receiver. It owns (and may change) the bytes. Registered as soon as the socket is bound. */
  onDatagram(receive: (datagram: Uint8Array, host: string, port: number) => void): void;
  /** Registers a callback for the death of the socket: an error while receiving, or every send fails because of the socket. */
  onError(report: (error: Error) => void): void;
  /**
   * Sends a datagram.
   *
   * @returns whether the caller may overwrite the bytes now; if false they are still needed for a while
   */
  send(datagram: Uint8Array, host: string, port: number): boolean;
  /** Frees the socket. Nothing is received afterwards. */
  close(): Promise<void>;
}

/** Larger than any default, in bytes; the operating system cuts it to what it allows. */
const SOCKET_BUFFER_BYTES = 4 * 1024 * 1024;

/** Addresses are literal, so there is nothing to look up; Node's own look-up would delay every datagram to a later tick. */
const noLookup = (host: string, _family: unknown, done: (error: null, host: string) => void) => done(null, host);

/** The UDP socket of the operating system. */
export class DgramSocket implements UdpSocket {
  #socket: Socket | undefined;
  #receive: (datagram: Uint8Array, host: string, port: number) => void = () => {};
  #report: (error: Error) => void = () => {};
  readonly #sends = new SendCheck();
  /** Zones of link-local IPv6 peers: quiche knows addresses without them, the socket needs them. */
  readonly #zones = new Map<string, string>();

  bind(address: SocketAddr): Promise<SocketAddr> {
    aSocketAddr('address', address);
    const socket = createSocket({ type: isIPv6(address.host) ? 'udp6' : 'udp4', lookup: noLookup as never });
    this.#socket = socket;
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => {
        this.#socket = undefined;
        socket.close();
        reject(error);
      };
      socket.once('error', fail);
      socket.bind({ port: address.port, address: address.host, exclusive: true }, () => {
        socket.off('error', fail);
        socket.on('error', (error) => this.#report(error));
        socket.on('message', (datagram, { address: from, port }) =>
          this.#receive(datagram, this.#withoutZone(from), port),
        );
        enlargeBuffers(socket);
        const bound = socket.address();
        resolve({ host: bound.address, port: bound.port });
      });
    });
  }

  onDatagram(receive: (datagram: Uint8Array, host: string, port: number) => void): void {
    aFunction('receive', receive);
    this.#receive = receive;
  }

  onError(report: (error: Error) => void): void {
    aFunction('report', report);
    this.#report = report;
  }

  send(datagram: Uint8Array, host: string, port: number): boolean {
    const socket = this.#socket;
    if (!socket) return true;
    try {
      const to = this.#zones.size > 0 ? (this.#zones.get(host) ?? host) : host;
      socket.send(datagram, port, to, this.#sends.isDue(performance.now()) ? this.#onSent : undefined);
      // Node sends at once, or queues the very bytes when the kernel's buffer is full.
      return socket.getSendQueueCount() === 0;
    } catch (error) {
      this.#onSent(error as Error); // e.g. port 0: as good as lost on the way
      return true;
    }
  }

  readonly #onSent = (error: Error | null): void => {
    if (this.#sends.outcome(error) && error && this.#socket) this.#report(error);
  };

  close(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#receive = () => {};
    if (!socket) return Promise.resolve();
    return new Promise((resolve) => socket.close(resolve));
  }

  #withoutZone(host: string): string {
    const at = host.indexOf('%');
    if (at < 0) return host;
    const bare = host.slice(0, at);
    if (this.#zones.size < 1024) this.#zones.set(bare, host);
    return bare;
  }
}

function enlargeBuffers(socket: Socket): void {
  try {
    socket.setRecvBufferSize(SOCKET_BUFFER_BYTES);
    socket.setSendBufferSize(SOCKET_BUFFER_BYTES);
  } catch {
    // Smaller buffers lose datagrams under load, which QUIC repairs.
  }
}

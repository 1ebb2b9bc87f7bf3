import type { SocketAddr } from '@grapevine/net';
import { DgramSocket, type UdpSocket } from '@grapevine/net/quic';

/** A datagram under way: its direction, the peer's port, and its length. */
export interface Passing {
  readonly direction: 'out' | 'in';
  readonly port: number;
  readonly bytes: number;
}

/**
 * A socket of the operating system that drops the datagrams a test chooses. It can also die, and move to another port, as sockets do
 * when a machine sleeps or changes networks.
 */
export class GatedSocket implements UdpSocket {
  /** Whether a datagram passes. Default: all do. */
  passes: (passing: Passing) => boolean = () => true;
  /** Datagrams that vanished. */
  lost = 0;
  #inner = new DgramSocket();
  #receive: (datagram: Uint8Array, host: string, port: number) => void = () => {};
  #report: (error: Error) => void = () => {};
  #bound: SocketAddr | undefined;

  /** The port it is bound to now. */
  get port(): number {
    return this.#bound?.port ?? 0;
  }

  /** No datagram passes in either direction. */
  cut(): void {
    this.passes = () => false;
  }

  /** All pass again. */
  heal(): void {
    this.passes = () => true;
  }

  async bind(address: SocketAddr): Promise<SocketAddr> {
    this.#bound = await this.#inner.bind(address);
    return this.#bound;
  }

  onDatagram(receive: (datagram: Uint8Array, host: string, port: number) => void): void {
    this.#receive = receive;
    this.#inner.onDatagram((datagram, host, port) => {
      if (this.#lets({ direction: 'in', port, bytes: datagram.length })) receive(datagram, host, port);
    });
  }

  onError(report: (error: Error) => void): void {
    this.#report = report;
    this.#inner.onError(report);
  }

  send(datagram: Uint8Array, host: string, port: number): boolean {
    if (!this.#lets({ direction: 'out', port, bytes: datagram.length })) return true;
    return this.#inner.send(datagram, host, port);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  /** Reports the error with which the operating system takes the socket away. */
  die(code: string): void {
    this.#report(Object.assign(new Error(`recvmsg ${code}`), { code, syscall: 'recvmsg' }));
  }

  /** Moves to another local port, without telling anybody. */
  async move(): Promise<void> {
    const old = this.#inner;
    this.#inner = new DgramSocket();
    this.#bound = await this.#inner.bind({ host: this.#bound?.host ?? '127.0.0.1', port: 0 });
    this.onDatagram(this.#receive);
    this.onError(this.#report);
    await old.close();
  }

  #lets(passing: Passing): boolean {
    if (this.passes(passing)) return true;
    this.lost++;
    return false;
  }
}

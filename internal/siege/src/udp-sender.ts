import dgram from 'node:dgram';
import { once } from 'node:events';
import type { SocketAddr } from '@grapevine/net';
import type { Traffic } from './attack.js';

/** A UDP socket of the attacker's, at an address of its choice; what passes it is counted. */
export class UdpSender {
  readonly #socket: dgram.Socket;
  readonly #to: SocketAddr;
  readonly #traffic: Pick<Traffic, 'sent' | 'received'>;

  private constructor(socket: dgram.Socket, to: SocketAddr, traffic: Pick<Traffic, 'sent' | 'received'>) {
    this.#socket = socket;
    this.#to = to;
    this.#traffic = traffic;
  }

  static async bind(
    host: string,
    to: SocketAddr,
    traffic: Pick<Traffic, 'sent' | 'received'>,
    onDatagram: (datagram: Uint8Array) => void = () => {},
  ): Promise<UdpSender> {
    const socket = dgram.createSocket('udp4');
    socket.on('message', (datagram) => {
      traffic.received += datagram.length;
      onDatagram(datagram);
    });
    socket.bind(0, host);
    await once(socket, 'listening');
    socket.setSendBufferSize(4 << 20);
    return new UdpSender(socket, to, traffic);
  }

  send(datagram: Uint8Array): void {
    this.#traffic.sent += datagram.length;
    this.#socket.send(datagram, this.#to.port, this.#to.host);
  }
}

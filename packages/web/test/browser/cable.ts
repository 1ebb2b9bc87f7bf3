import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** Passes datagrams between a browser and a port of this machine, until it is cut: then neither side gets any more. */
export class Cable {
  readonly #near: Socket;
  readonly #to: number;
  /** For each port that the browser sends from, the socket that sends to the far end. */
  readonly #far = new Map<number, Socket>();
  #isCut = false;

  private constructor(near: Socket, to: number) {
    this.#near = near;
    this.#to = to;
    near.on('message', (datagram, { port }) => {
      if (!this.#isCut) this.#farOf(port).send(datagram, this.#to, '127.0.0.1');
    });
  }

  /** @param to - the port at the far end */
  static async lay(to: number): Promise<Cable> {
    const near = createSocket('udp4').bind(0, '127.0.0.1');
    await once(near, 'listening');
    return new Cable(near, to);
  }

  /** The port at the browser's end. */
  get port(): number {
    return this.#near.address().port;
  }

  cut(): void {
    this.#isCut = true;
  }

  remove(): void {
    for (const socket of [this.#near, ...this.#far.values()]) socket.close();
  }

  #farOf(port: number): Socket {
    const known = this.#far.get(port);
    if (known) return known;
    const socket = createSocket('udp4');
    socket.on('message', (datagram) => {
      if (!this.#isCut) this.#near.send(datagram, port, '127.0.0.1');
    });
    this.#far.set(port, socket);
    return socket;
  }
}

import { networkInterfaces } from 'node:os';
import type { Logger } from '@grapevine/net';
import createMdns, { type MulticastDNS, type QueryPacket, type ResponsePacket } from 'multicast-dns';
import type { OwnQuestion, OwnRecord } from './records.js';

/** How often to look for new and removed interfaces, in milliseconds. */
const LOOK_MS = 10_000;

/** Who handles incoming packets. */
export interface Listener {
  query(packet: QueryPacket): void;
  response(packet: ResponsePacket): void;
}

/** How to open {@link Interfaces}. */
export interface InterfacesOptions {
  readonly port: number;
  /** One address, instead of all. */
  readonly only: string | undefined;
  readonly logger: Logger;
  readonly listener: Listener;
  /** The IPv4 addresses of the machine, one for each interface. Default: what the system says. */
  readonly addresses?: () => readonly string[];
}

/**
 * Multicast DNS on all interfaces of the machine: the system sends a multicast packet on one interface alone, so each has a socket of its own.
 * Interfaces come and go. (Linux hands each packet to all of these sockets, whichever interface it came in by: it is read several times, which
 * does no harm.)
 */
export class Interfaces {
  readonly #options: InterfacesOptions;
  readonly #sockets = new Map<string, MulticastDNS>();
  readonly #looking: NodeJS.Timeout | undefined;
  #closed = false;

  private constructor(options: InterfacesOptions) {
    this.#options = options;
    if (options.only === undefined) this.#looking = setInterval(() => void this.#look(), LOOK_MS);
  }

  /** @throws Error when the port can't be bound on any interface */
  static async open(options: InterfacesOptions): Promise<Interfaces> {
    const interfaces = new Interfaces(options);
    const failures = await interfaces.#look();
    if (interfaces.#sockets.size > 0) return interfaces;
    await interfaces.close();
    throw failures[0] ?? new Error('this machine has no IPv4 interface');
  }

  /** The interfaces that are in use, by their addresses. */
  get addresses(): readonly string[] {
    return [...this.#sockets.keys()];
  }

  ask(questions: readonly OwnQuestion[]): void {
    for (const socket of this.#sockets.values()) socket.query([...questions]);
  }

  /** Settles when the packet was handed to the system on every interface. */
  async say(answers: readonly OwnRecord[]): Promise<void> {
    const sent = [...this.#sockets].map(
      ([address, socket]) =>
        new Promise<void>((resolve) => {
          socket.respond([...answers], (error) => {
            if (error) this.#options.logger.debug({ address, error: String(error) }, 'mDNS could not send');
            resolve();
          });
        }),
    );
    await Promise.all(sent);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#looking);
    const sockets = [...this.#sockets.keys()].map((address) => this.#drop(address));
    await Promise.all(sockets);
  }

  /** Opens sockets for interfaces that are new, closes those of interfaces that are gone. @returns what has failed */
  async #look(): Promise<Error[]> {
    const { only, addresses = ownAddresses, logger } = this.#options;
    const wanted = new Set(only === undefined ? addresses() : [only]);
    for (const address of this.#sockets.keys()) if (!wanted.has(address)) void this.#drop(address);
    const failures: Error[] = [];
    for (const address of wanted) {
      if (this.#sockets.has(address)) continue;
      try {
        this.#sockets.set(address, await this.#open(address));
        if (this.#closed) await this.#drop(address);
      } catch (error) {
        failures.push(error as Error);
        logger.debug({ address, error: String(error) }, 'mDNS is not available on this interface');
      }
    }
    return failures;
  }

  async #open(address: string): Promise<MulticastDNS> {
    const { port, logger, listener } = this.#options;
    // Bound to all addresses: packets to a multicast group are not addressed to an interface.
    const mdns = createMdns({ port, interface: address, bind: '0.0.0.0', loopback: true });
    await new Promise<void>((resolve, reject) => {
      mdns.once('ready', resolve);
      mdns.on('error', reject); // it comes twice when the port is taken
    }).catch((error) => {
      mdns.destroy();
      throw error;
    });
    mdns.on('query', (packet) => listener.query(packet));
    mdns.on('response', (packet) => listener.response(packet));
    // Warnings tell of packets that cannot be read; errors tell of networks that come and go.
    mdns.on('warning', (error) => logger.debug({ address, error: String(error) }, 'mDNS'));
    mdns.on('error', (error) => logger.warn({ address, error: String(error) }, 'mDNS'));
    return mdns;
  }

  #drop(address: string): Promise<void> {
    const socket = this.#sockets.get(address);
    this.#sockets.delete(address);
    return new Promise((resolve) => (socket ? socket.destroy(() => resolve()) : resolve()));
  }
}

/** One IPv4 address of each interface; loopback only where there is no other. */
function ownAddresses(): string[] {
  const found = Object.values(networkInterfaces()).flatMap(
    (addresses) => addresses?.find(({ family }) => family === 'IPv4') ?? [],
  );
  const external = found.filter(({ internal }) => !internal);
  return (external.length > 0 ? external : found).map(({ address }) => address);
}

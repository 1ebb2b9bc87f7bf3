import { NetworkPenalties } from '../address/network-penalties.js';
import { sourceOfHost } from '../address/source.js';
import type { HostPort } from './binding.js';
import { ClosePackets } from './close-packets.js';
import { ConnectionIds } from './connection-ids.js';
import { DatagramTurns } from './datagram-turns.js';
import type { Driver } from './driver.js';
import type { DriverHost, Transmitted } from './driver-host.js';
import { HeldAcks } from './held-acks.js';
import type { NativeConnection } from './native-connection.js';
import type { Remains } from './native-garbage.js';
import { MAX_DATAGRAM, type Settings } from './options.js';
import { destinationKey } from './packet-header.js';
import { BASE_SIZE } from './path-mtu.js';
import type { PeerPath } from './peer-path.js';
import { Resets } from './resets.js';
import { Ticks } from './ticks.js';
import type { UdpSocket } from './udp-socket.js';

/** What an endpoint counts. All grow only, except the first three. */
export interface EndpointStats {
  /** Connections that are held, handshakes included. */
  connections: number;
  /** Entries of the routing table. */
  routes: number;
  /** Incoming handshakes that have not completed. */
  halfOpen: number;
  datagramsReceived: number;
  datagramsSent: number;
  /** Datagrams that are no QUIC packet, or for no connection that is known. */
  undecodable: number;
  /** First datagrams that were dropped because too many handshakes were under way. */
  droppedBusy: number;
  /** Datagrams that were dropped because their source sent more than could be taken in, while others sent as well. */
  droppedExcess: number;
  /** Clients that were told to prove their address. */
  retriesSent: number;
  /** Peers that were told that their connection is not known any more (stateless resets). */
  resetsSent: number;
  /** Connections that a peer did not know any more, and reset. */
  resetsReceived: number;
  /** Times that a datagram size which a path had carried was carried no longer. */
  blackHoles: number;
  /** Connections that ended because their peer brought too many bytes that belong to no stream, or streams that nobody has taken. */
  floods: number;
  /** Handshakes that were refused because too many connections from there had ended as floods, or because of `Connection.refuseHost`. */
  refusedFlooders: number;
  /** Other handshakes that were refused: nobody wanted them, or their token was not valid. */
  refused: number;
  /** Clients that were told which version is spoken. */
  versionNegotiationsSent: number;
}

/** What datagrams can be routed to. */
export interface Route {
  receive(datagram: Uint8Array, host: string, port: number): void;
  /** Whether the peer has proven that it is there. */
  hasProven(host: string): boolean;
}

/** Datagrams that one connection may send in a row; then the others get their turn, and the socket is read. */
const BURST = 64;

/**
 * After how long a network is forgiven one connection that has ended as a flood, in milliseconds. So one that goes on may flood once in ten seconds,
 * which costs a handshake and a megabyte.
 */
const FLOOD_FORGIVEN_MS = 10_000;

/** The least space that is worth a packet, in bytes. */
const MIN_PACKET = 64;

/** The socket with its connections: routing in, batching out. */
export class Core implements DriverHost {
  readonly counters = {
    datagramsReceived: 0,
    datagramsSent: 0,
    undecodable: 0,
    droppedBusy: 0,
    retriesSent: 0,
    resetsSent: 0,
    resetsReceived: 0,
    blackHoles: 0,
    floods: 0,
    refusedFlooders: 0,
    refused: 0,
    versionNegotiationsSent: 0,
  };
  /** Takes datagrams that are for no connection. Returns false if it has no use for one. */
  onStray: (datagram: Uint8Array, host: string, port: number) => boolean = () => false;
  /** All connections. */
  readonly drivers = new Set<Driver>();
  readonly routes = new Map<string, Route>();
  readonly #socket: UdpSocket;
  readonly #closePackets = new ClosePackets();
  /** The ids that peers call our connections by. */
  readonly ids: ConnectionIds;
  readonly resets: Resets;
  readonly heldAcks = new HeldAcks();
  /** Networks from which no connection is let in for a while: their connections ended as floods, or whoever uses the endpoint wants it so. */
  readonly #penalties: NetworkPenalties;
  #sendBuffer = Buffer.allocUnsafeSlow(MAX_DATAGRAM);
  #sendSpace: Uint8Array = this.#sendBuffer;
  readonly #ticks = new Ticks();
  readonly #turns = new DatagramTurns({
    take: (datagram, host, port) => this.#take(datagram, host, port),
    isKnown: (datagram, host) => this.#routeOf(destinationKey(datagram))?.hasProven(host) ?? false,
  });

  constructor(
    readonly settings: Settings,
    readonly local: HostPort,
    socket: UdpSocket,
  ) {
    this.#socket = socket;
    const terms = { max: settings.maxFloodsPerSource, forgivenMs: FLOOD_FORGIVEN_MS };
    this.#penalties = new NetworkPenalties(terms, () => performance.now());
    this.ids = new ConnectionIds(settings.secretKey);
    this.resets = new Resets(this.ids, this);
  }

  /** A datagram came in. */
  readonly receive = (datagram: Uint8Array, host: string, port: number): void => {
    this.counters.datagramsReceived++;
    this.#turns.add(datagram, host, port);
  };

  /** See {@link EndpointStats}. */
  get droppedExcess(): number {
    return this.#turns.dropped;
  }

  #take(datagram: Uint8Array, host: string, port: number): void {
    const key = destinationKey(datagram);
    const route = this.#routeOf(key);
    if (route) {
      this.#ticks.isBusy = true;
      route.receive(datagram, host, port);
      this.#ticks.isBusy = false;
      return;
    }
    if (key !== undefined && this.#closePackets.has(key)) {
      // It is never answered with a reset: that could overtake the close packet, and hide the reason which the close packet gives.
      const closePacket = this.#closePackets.answer(key, { host, port });
      if (closePacket) this.sendDatagram(closePacket, { host, port });
      return;
    }
    if (!this.onStray(datagram, host, port) && !this.resets.onStray(datagram, { host, port }))
      this.counters.undecodable++;
  }

  #routeOf(key: string | undefined): Route | undefined {
    return key === undefined ? undefined : this.routes.get(key);
  }

  schedule(driver: Driver): void {
    this.#ticks.schedule(driver);
  }

  transmit(native: NativeConnection, to: PeerPath, size: number, keep?: Uint8Array[]): Transmitted {
    let hasFilled = false;
    for (let sent = 0; sent < BURST; sent++) {
      if (to.credit < MIN_PACKET) return { hasMore: false, hasFilled }; // the next datagram from there raises the credit
      const space = this.#space(size);
      const length = native.send(to.credit < size ? space.subarray(0, to.credit) : space);
      if (length === 0) return { hasMore: false, hasFilled };
      if (length === size) hasFilled = true;
      keep?.push(new Uint8Array(space.subarray(0, length)));
      to.sent(length);
      this.sendDatagram(length === size ? space : space.subarray(0, length), to);
    }
    return { hasMore: true, hasFilled };
  }

  /** The front of the send buffer; a packet is never larger than the space that quiche is given for it. */
  #space(size: number): Uint8Array {
    if (this.#sendSpace.length !== size) this.#sendSpace = this.#sendBuffer.subarray(0, size);
    return this.#sendSpace;
  }

  transmitClose(native: NativeConnection, driver: Driver): void {
    const { remote } = driver;
    if (remote.allowance < MIN_PACKET) return;
    const length = native.send(this.#space(Math.min(BASE_SIZE, remote.allowance)));
    if (length === 0) return;
    const closePacket = new Uint8Array(this.#sendBuffer.subarray(0, length));
    remote.sent(length);
    this.sendDatagram(closePacket, remote);
    this.#closePackets.add(driver.routes, closePacket, remote);
  }

  /** Sends a datagram made by us. */
  sendDatagram(datagram: Uint8Array, to: HostPort): void {
    this.counters.datagramsSent++;
    const reusable = this.#socket.send(datagram, to.host, to.port);
    if (reusable) return;
    this.#sendBuffer = Buffer.allocUnsafeSlow(MAX_DATAGRAM);
    this.#sendSpace = this.#sendBuffer;
  }

  /** Routes a connection id to a driver. */
  addRoute(key: string, driver: Driver): void {
    this.routes.set(key, driver);
    driver.routes.add(key);
  }

  sendReset(datagram: Uint8Array, to: HostPort): void {
    this.resets.answer(datagram, to);
  }

  flooded(from: HostPort | undefined): void {
    this.counters.floods++;
    if (from) this.#penalties.add(sourceOfHost(from.host));
  }

  /** Whether a new connection from there is refused. */
  isKeptOut(host: string): boolean {
    return this.#penalties.outForMs(sourceOfHost(host)) > 0;
  }

  refuseHost({ host }: HostPort, forMs: number): void {
    this.#penalties.keepOut(sourceOfHost(host), forMs);
  }

  opened(driver: Driver): void {
    if (driver.path.peerCid) this.resets.watch(driver, driver.path.peerCid);
  }

  forget(driver: Driver, remains: Remains): void {
    this.#ticks.ended(remains);
    this.drivers.delete(driver);
    this.counters.blackHoles += driver.path.mtu.blackHoles;
    this.resets.forget(driver, driver.path.peerCid);
    for (const key of driver.routes) this.routes.delete(key);
    driver.routes.clear();
  }

  /** Nothing is due any more. */
  stop(): void {
    this.#turns.stop();
    this.#ticks.stop();
    this.heldAcks.clear();
    this.routes.clear();
    this.#closePackets.clear();
    this.resets.clear();
  }
}

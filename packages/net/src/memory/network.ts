import { formatSocketAddr, type SocketAddr } from '../address/socket-addr.js';
import { SecretKey } from '../identity/secret-key.js';
import { type Clock, systemClock } from '../util/clock.js';
import type { MemoryConnection } from './connection.js';
import { type EndpointHost, MemoryEndpoint, type MemoryEndpointOptions } from './endpoint.js';
import { Link } from './link.js';
import type { Packet } from './packet.js';

/** Settings of a {@link MemoryNetwork}. */
export interface MemoryNetworkOptions {
  /** One-way latency in milliseconds, fixed or per pair of endpoints. Default 0. */
  readonly latencyMs?: number | ((from: MemoryEndpoint, to: MemoryEndpoint) => number);
  /** How long a connection lives through silence, in milliseconds. Default 30,000. */
  readonly idleTimeoutMs?: number;
  /** How long a dial waits for an answer, in milliseconds. Default 10,000. */
  readonly handshakeTimeoutMs?: number;
  /** Default: the clock of the machine. */
  readonly clock?: Clock;
}

/** A connection between two endpoints, as the network sees it. */
interface Wire {
  readonly ends: readonly [MemoryEndpoint, MemoryEndpoint];
  readonly connections: readonly [MemoryConnection, MemoryConnection];
  readonly links: readonly [Link<Packet>, Link<Packet>];
  timeout: { cancel(): void } | undefined;
}

/**
 * A network in memory: endpoints that find each other by address, with latency, cuts and sudden deaths.
 *
 * @example
 * ```ts
 * const network = new MemoryNetwork({ latencyMs: 5 });
 * const a = network.endpoint();
 * const b = network.endpoint();
 * a.addressLookup.add(b.addr(), 'user');
 * ```
 */
export class MemoryNetwork implements EndpointHost {
  readonly clock: Clock;
  readonly handshakeTimeoutMs: number;
  readonly #latencyMs: (from: MemoryEndpoint, to: MemoryEndpoint) => number;
  readonly #idleTimeoutMs: number;
  readonly #endpoints = new Map<string, MemoryEndpoint>();
  readonly #wires = new Set<Wire>();
  readonly #cuts = new Set<string>();
  readonly #vanished = new Set<MemoryEndpoint>();
  #nextHost = 1;

  constructor(options: MemoryNetworkOptions = {}) {
    const latency = options.latencyMs ?? 0;
    this.#latencyMs = typeof latency === 'number' ? () => latency : latency;
    this.#idleTimeoutMs = options.idleTimeoutMs ?? 30_000;
    this.handshakeTimeoutMs = options.handshakeTimeoutMs ?? 10_000;
    this.clock = options.clock ?? systemClock;
  }

  /** A new endpoint with an address of its own (10.0.0.0/8, port 7842). */
  endpoint(options: MemoryEndpointOptions = {}): MemoryEndpoint {
    const host = this.#nextHost++;
    const addr = { host: `10.${host >>> 16}.${(host >>> 8) & 255}.${host & 255}`, port: 7842 };
    const endpoint = new MemoryEndpoint(this, options.secretKey ?? SecretKey.generate(), addr, options);
    this.register(endpoint);
    return endpoint;
  }

  /** How many connections are up. */
  get connectionCount(): number {
    return this.#wires.size;
  }

  /** Nothing passes between two endpoints until {@link MemoryNetwork.heal}; their connections time out like any silent one. */
  cut(a: MemoryEndpoint, b: MemoryEndpoint): void {
    this.#cuts.add(pair(a, b));
    for (const wire of this.#wires) if (joins(wire, a, b)) this.#silence(wire);
  }

  /** Undoes {@link MemoryNetwork.cut}: what was under way arrives. */
  heal(a: MemoryEndpoint, b: MemoryEndpoint): void {
    this.#cuts.delete(pair(a, b));
    for (const wire of this.#wires) {
      if (!joins(wire, a, b)) continue;
      wire.timeout?.cancel();
      wire.timeout = undefined;
      for (const link of wire.links) link.release();
    }
  }

  /**
   * An endpoint dies without a word: its peers notice after the idle time-out, its own side at once. It reaches nobody and nobody
   * reaches it until {@link MemoryNetwork.register}.
   */
  vanish(endpoint: MemoryEndpoint): void {
    this.unregister(endpoint);
    this.#vanished.add(endpoint);
    for (const wire of [...this.#wires]) {
      const side = wire.ends.indexOf(endpoint);
      if (side === -1) continue;
      this.#silence(wire);
      for (const link of wire.links) link.cut();
      wire.connections[side as 0 | 1].end({ type: 'error', message: 'the endpoint vanished' });
    }
  }

  /** Nobody reaches the endpoint any more; its connections live on. */
  unregister(endpoint: MemoryEndpoint): void {
    this.#endpoints.delete(formatSocketAddr(endpoint.socketAddr));
  }

  /** Undoes {@link MemoryNetwork.unregister}, or brings a vanished endpoint back. */
  register(endpoint: MemoryEndpoint): void {
    this.#vanished.delete(endpoint);
    this.#endpoints.set(formatSocketAddr(endpoint.socketAddr), endpoint);
  }

  /** @internal Who is at an address and reachable from an endpoint. */
  find(from: MemoryEndpoint, addr: SocketAddr): MemoryEndpoint | undefined {
    const endpoint = this.#vanished.has(from) ? undefined : this.#endpoints.get(formatSocketAddr(addr));
    return endpoint && !this.#cuts.has(pair(from, endpoint)) ? endpoint : undefined;
  }

  /** @internal */
  latencyMs(from: MemoryEndpoint, to: MemoryEndpoint): number {
    return this.#latencyMs(from, to);
  }

  /** @internal Joins the two ends of a new connection. */
  join(
    ends: readonly [MemoryEndpoint, MemoryEndpoint],
    connections: readonly [MemoryConnection, MemoryConnection],
  ): void {
    const [a, b] = ends;
    const forth = new Link<Packet>(
      this.clock,
      () => this.#latencyMs(a, b),
      (packet) => connections[1].receive(packet),
    );
    const back = new Link<Packet>(
      this.clock,
      () => this.#latencyMs(b, a),
      (packet) => connections[0].receive(packet),
    );
    connections[0].attach(forth);
    connections[1].attach(back);
    const wire: Wire = { ends, connections, links: [forth, back], timeout: undefined };
    this.#wires.add(wire);
    void Promise.all(connections.map((connection) => connection.closed)).then(() => {
      wire.timeout?.cancel();
      for (const link of wire.links) link.cut();
      this.#wires.delete(wire);
    });
  }

  #silence(wire: Wire): void {
    for (const link of wire.links) link.hold();
    wire.timeout ??= this.clock.setTimer(() => {
      for (const connection of wire.connections) connection.end({ type: 'timeout' });
    }, this.#idleTimeoutMs);
  }
}

function pair(a: MemoryEndpoint, b: MemoryEndpoint): string {
  return a.id < b.id ? `${a.id} ${b.id}` : `${b.id} ${a.id}`;
}

function joins(wire: Wire, a: MemoryEndpoint, b: MemoryEndpoint): boolean {
  return wire.ends.includes(a) && wire.ends.includes(b);
}

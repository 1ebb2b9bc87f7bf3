import {
  aFunction,
  anInteger,
  anObjectWith,
  atLeast,
  type Checks,
  checkOptions,
  describe,
} from '@grapevine/proto/check';
import { formatSocketAddr, type SocketAddr } from '../address/socket-addr.js';
import { SecretKey } from '../identity/secret-key.js';
import { aClock } from '../util/checks.js';
import { type Clock, systemClock } from '../util/clock.js';
import type { MemoryConnection } from './connection.js';
import { checkMemoryEndpoint, type EndpointHost, MemoryEndpoint, type MemoryEndpointOptions } from './endpoint.js';
import type { Packet } from './packet.js';
import { GOOD_PATH, type PathConditions } from './path.js';
import { Wire, type WireHost } from './wire.js';

/** Settings of a {@link MemoryNetwork}. */
export interface MemoryNetworkOptions {
  /** One-way latency in milliseconds, fixed or per pair of endpoints. Default 0. */
  readonly latencyMs?: (number | ((from: MemoryEndpoint, to: MemoryEndpoint) => number)) | undefined;
  /** How long a connection lives through silence, in milliseconds. Default 30,000. */
  readonly idleTimeoutMs?: number | undefined;
  /** How long a dial waits for an answer, in milliseconds. Default 10,000. */
  readonly handshakeTimeoutMs?: number | undefined;
  /** Default: the clock of the machine. */
  readonly clock?: Clock | undefined;
  /** 0 to 1: for jitter and losses. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Called with every packet that arrives. */
  readonly onPacket?: ((from: MemoryEndpoint, to: MemoryEndpoint, packet: Packet) => void) | undefined;
}

const CHECKS: Checks<MemoryNetworkOptions> = {
  latencyMs: (name, value) => {
    if (typeof value === 'function') return;
    if (typeof value !== 'number')
      throw new TypeError(`${name} must be a number or a function, got ${describe(value)}`);
    if (!(value >= 0)) throw new RangeError(`${name} must be at least 0, got ${value}`);
  },
  idleTimeoutMs: anInteger(1),
  handshakeTimeoutMs: anInteger(1),
  clock: aClock,
  random: aFunction,
  onPacket: aFunction,
};

const PATH: Checks<Partial<PathConditions>> = {
  latencyMs: atLeast(0),
  jitterMs: atLeast(0),
  loss: atLeast(0),
  bytesPerSecond: aRate,
  largestDatagram: aRate,
  holeMs: atLeast(0),
};

/** Infinite: no limit. */
function aRate(name: string, value: unknown): void {
  if (value !== Number.POSITIVE_INFINITY) atLeast(1)(name, value);
}

const anEndpoint = anObjectWith('an endpoint of a MemoryNetwork', 'addr', 'setAlpns', 'fail');

/**
 * A network in memory: endpoints that find each other by address, with latency, losses, cuts, sleep and sudden deaths.
 *
 * @example
 * ```ts
 * const network = new MemoryNetwork({ latencyMs: 5 });
 * const a = network.endpoint();
 * const b = network.endpoint();
 * a.addressLookup.add(b.addr(), 'user');
 * ```
 */
export class MemoryNetwork {
  readonly clock: Clock;
  readonly #latencyMs: (from: MemoryEndpoint, to: MemoryEndpoint) => number;
  readonly #random: () => number;
  readonly #endpoints = new Map<string, MemoryEndpoint>();
  readonly #wires = new Set<Wire>();
  /** Cuts and conditions are kept by direction between two hosts: a process that comes back finds them as they were. */
  readonly #cuts = new Set<string>();
  readonly #conditions = new Map<string, Partial<PathConditions>>();
  /** Endpoints that nothing reaches and that reach nobody. */
  readonly #silent = new Set<MemoryEndpoint>();
  readonly #muted = new Set<MemoryEndpoint>();
  readonly #endpointHost: EndpointHost;
  readonly #wireHost: WireHost;
  #nextHost = 1;

  constructor(options: MemoryNetworkOptions = {}) {
    checkOptions('MemoryNetwork', options, CHECKS);
    const latency = options.latencyMs ?? 0;
    this.#latencyMs = typeof latency === 'number' ? () => latency : latency;
    this.#random = options.random ?? Math.random;
    this.clock = options.clock ?? systemClock;
    this.#endpointHost = {
      clock: this.clock,
      handshakeTimeoutMs: options.handshakeTimeoutMs ?? 10_000,
      find: (from, addr) => this.#find(from, addr),
      latencyMs: (from, to) => this.#sampleLatency(from, to),
      join: (ends, connections) => this.#join(ends, connections),
      unregister: (endpoint) => this.unregister(endpoint),
      vanish: (endpoint) => this.vanish(endpoint),
    };
    this.#wireHost = {
      idleTimeoutMs: options.idleTimeoutMs ?? 30_000,
      random: this.#random,
      path: (from, to) => this.#path(from, to),
      isBlocked: (from, to) => this.#isBlocked(from, to),
      isMuted: (endpoint) => this.#muted.has(endpoint),
      delivered: options.onPacket ?? (() => {}),
      over: (wire) => this.#wires.delete(wire),
    };
  }

  /** A new endpoint. Unless told where, it has an address of its own (10.0.0.0/8, port 7842). */
  endpoint(options: MemoryEndpointOptions = {}): MemoryEndpoint {
    checkMemoryEndpoint(options);
    const addr = options.socketAddr ?? this.#freeAddr();
    const endpoint = new MemoryEndpoint(this.#endpointHost, options.secretKey ?? SecretKey.generate(), addr, options);
    this.register(endpoint);
    return endpoint;
  }

  /** How many connections are up. */
  get connectionCount(): number {
    return this.#wires.size;
  }

  /** Nothing passes between two endpoints until {@link MemoryNetwork.heal}; their connections time out like any silent one. */
  cut(a: MemoryEndpoint, b: MemoryEndpoint): void {
    anEndpoint('a', a);
    anEndpoint('b', b);
    this.cutOneWay(a, b);
    this.cutOneWay(b, a);
  }

  /** Undoes {@link MemoryNetwork.cut}: what was under way arrives, if both sides still know of the connection. */
  heal(a: MemoryEndpoint, b: MemoryEndpoint): void {
    anEndpoint('a', a);
    anEndpoint('b', b);
    this.healOneWay(a, b);
    this.healOneWay(b, a);
  }

  /** Nothing passes in one direction. */
  cutOneWay(from: MemoryEndpoint, to: MemoryEndpoint): void {
    anEndpoint('from', from);
    anEndpoint('to', to);
    this.#cuts.add(direction(from, to));
    this.#updateBetween(from, to);
  }

  /** Undoes {@link MemoryNetwork.cutOneWay}. */
  healOneWay(from: MemoryEndpoint, to: MemoryEndpoint): void {
    anEndpoint('from', from);
    anEndpoint('to', to);
    this.#cuts.delete(direction(from, to));
    this.#updateBetween(from, to);
  }

  /** Sets the conditions in one direction from now on; those that are left out become the network's own. */
  shape(from: MemoryEndpoint, to: MemoryEndpoint, conditions: Partial<PathConditions>): void {
    anEndpoint('from', from);
    anEndpoint('to', to);
    checkOptions('shape', conditions ?? null, PATH);
    this.#conditions.set(direction(from, to), conditions);
  }

  /**
   * The endpoint's machine sleeps, or its process stands still: it receives and sends nothing. The caller has to stop its clock ({@link
   * MemoryEndpointOptions.clock}).
   */
  suspend(endpoint: MemoryEndpoint): void {
    anEndpoint('endpoint', endpoint);
    this.#silent.add(endpoint);
    this.#update(endpoint);
  }

  /** Undoes {@link MemoryNetwork.suspend}. */
  resume(endpoint: MemoryEndpoint): void {
    anEndpoint('endpoint', endpoint);
    this.#silent.delete(endpoint);
    this.#update(endpoint);
  }

  /** The endpoint's application reads nothing: streams come to a halt when their windows are full, connections live. */
  mute(endpoint: MemoryEndpoint): void {
    anEndpoint('endpoint', endpoint);
    this.#muted.add(endpoint);
  }

  /** Undoes {@link MemoryNetwork.mute}. */
  unmute(endpoint: MemoryEndpoint): void {
    anEndpoint('endpoint', endpoint);
    this.#muted.delete(endpoint);
    for (const wire of this.#wires) wire.readOn(endpoint);
  }

  /**
   * An endpoint dies without a close packet: its peers notice after the idle time-out, its own side at once. It reaches nobody and nobody reaches it
   * until {@link MemoryNetwork.register}.
   */
  vanish(endpoint: MemoryEndpoint): void {
    anEndpoint('endpoint', endpoint);
    this.unregister(endpoint);
    this.#silent.add(endpoint);
    for (const wire of [...this.#wires]) if (wire.has(endpoint)) wire.fail(endpoint, 'the endpoint vanished');
    this.#update(endpoint);
  }

  /** The process of an endpoint dies, for good: like {@link MemoryNetwork.vanish}, but nobody is left to be told. */
  crash(endpoint: MemoryEndpoint): void {
    anEndpoint('endpoint', endpoint);
    this.unregister(endpoint);
    this.#silent.add(endpoint);
    this.#muted.delete(endpoint);
    for (const wire of [...this.#wires]) if (wire.has(endpoint)) wire.abandon(endpoint);
  }

  /** Nobody reaches the endpoint any more; its connections live on. */
  unregister(endpoint: MemoryEndpoint): void {
    anEndpoint('endpoint', endpoint);
    const addr = formatSocketAddr(endpoint.socketAddr);
    if (this.#endpoints.get(addr) === endpoint) this.#endpoints.delete(addr);
  }

  /** Undoes {@link MemoryNetwork.unregister}, or brings a vanished endpoint back. */
  register(endpoint: MemoryEndpoint): void {
    anEndpoint('endpoint', endpoint);
    this.#silent.delete(endpoint);
    this.#endpoints.set(formatSocketAddr(endpoint.socketAddr), endpoint);
  }

  #freeAddr(): SocketAddr {
    const host = this.#nextHost++;
    return { host: `10.${host >>> 16}.${(host >>> 8) & 255}.${host & 255}`, port: 7842 };
  }

  #find(from: MemoryEndpoint, addr: SocketAddr): MemoryEndpoint | undefined {
    const endpoint = this.#endpoints.get(formatSocketAddr(addr));
    if (!endpoint || this.#isBlocked(from, endpoint) || this.#isBlocked(endpoint, from)) return undefined;
    return endpoint;
  }

  #join(
    ends: readonly [MemoryEndpoint, MemoryEndpoint],
    connections: readonly [MemoryConnection, MemoryConnection],
  ): void {
    this.#wires.add(new Wire(this.#wireHost, ends, connections));
  }

  #isBlocked(from: MemoryEndpoint, to: MemoryEndpoint): boolean {
    return this.#silent.has(from) || this.#silent.has(to) || this.#cuts.has(direction(from, to));
  }

  #path(from: MemoryEndpoint, to: MemoryEndpoint): PathConditions {
    return { ...GOOD_PATH, latencyMs: this.#latencyMs(from, to), ...this.#conditions.get(direction(from, to)) };
  }

  #sampleLatency(from: MemoryEndpoint, to: MemoryEndpoint): number {
    const { latencyMs, jitterMs } = this.#path(from, to);
    return jitterMs > 0 ? latencyMs + jitterMs * this.#random() : latencyMs;
  }

  #update(endpoint: MemoryEndpoint): void {
    for (const wire of this.#wires) if (wire.has(endpoint)) wire.update();
  }

  #updateBetween(a: MemoryEndpoint, b: MemoryEndpoint): void {
    for (const wire of this.#wires) if (wire.joins(a, b)) wire.update();
  }
}

function direction(from: MemoryEndpoint, to: MemoryEndpoint): string {
  return `${from.socketAddr.host} ${to.socketAddr.host}`;
}

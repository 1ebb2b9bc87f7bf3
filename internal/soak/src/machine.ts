import {
  type EndpointAddr,
  type EndpointId,
  endpointAddr,
  GossipNode,
  Router,
  SecretKey,
  type TopicSession,
} from '@grapevine/net';
import type { MemoryEndpoint, MemoryNetwork } from '@grapevine/net/memory';
import { seededRng } from '@grapevine/proto';
import type { Membership, Reader } from './ledger.js';
import { Random } from './random.js';
import type { MachineSpec, Schedule } from './schedule.js';
import type { MachineClock, VirtualClock } from './virtual-clock.js';

const PORT = 7842;

/** One subscription of a process. */
export interface OpenSession {
  readonly session: TopicSession;
  readonly reader: Reader;
}

/** A process that runs a node on a machine. */
export interface Process {
  readonly clock: MachineClock;
  readonly endpoint: MemoryEndpoint;
  readonly node: GossipNode;
  readonly router: Router;
  readonly sessions: Map<number, OpenSession[]>;
  readonly memberships: Map<number, Membership>;
}

/** What machines need of the world. */
export interface MachineHost {
  readonly schedule: Schedule;
  readonly time: VirtualClock;
  readonly network: MemoryNetwork;
  onTimer(machine: number): void;
}

/** A machine: an identity, an address, and at most one process at a time. */
export class Machine {
  readonly index: number;
  readonly spec: MachineSpec;
  process: Process | undefined;
  /** How many faults lie on it now. They may overlap. */
  impairments = 0;
  /** When a fault last began or ended that could have kept it from others. */
  disturbedAt = 0;
  isAsleep = false;
  /** The topics of its last process when that died, and when it did. */
  readonly lostAt = new Map<number, number>();
  readonly #host: MachineHost;
  readonly #key: SecretKey;
  #starts = 0;
  #lastEndpoint: MemoryEndpoint | undefined;

  constructor(index: number, spec: MachineSpec, host: MachineHost) {
    this.index = index;
    this.spec = spec;
    this.#host = host;
    this.#key = SecretKey.fromBytes(new Random(host.schedule.seed, 1, spec.identity).bytes(32));
  }

  /** Its endpoint on the network, even when its process is gone. */
  get endpoint(): MemoryEndpoint | undefined {
    return this.process?.endpoint ?? this.#lastEndpoint;
  }

  get id(): EndpointId {
    return this.#key.id;
  }

  /** Where others look for it, whether or not it has ever been there. */
  get addr(): EndpointAddr {
    return this.endpoint?.addr() ?? endpointAddr(this.id, { host: this.#hostName, port: PORT });
  }

  get #hostName(): string {
    return `10.0.0.${this.index + 1}`;
  }

  /** Starts a process. @param moves - whether it listens on another port than the last one */
  start(moves: boolean): Process {
    const { schedule, time, network } = this.#host;
    const clock = time.machine(() => this.#host.onTimer(this.index));
    const port = moves ? PORT + this.#starts : (this.#lastEndpoint?.socketAddr.port ?? PORT);
    const { maxUniStreams, maxMessageSize, cacheBytes, cacheCount } = this.spec;
    const endpoint = network.endpoint({
      secretKey: this.#key,
      socketAddr: { host: this.#hostName, port },
      clock,
      ...(maxUniStreams !== undefined && { maxUniStreams }),
    });
    const random = new Random(schedule.seed, 2, this.index, this.#starts++);
    const node = new GossipNode(endpoint, {
      clock,
      random: random.next,
      randomBytes: (length) => random.bytes(length),
      rng: seededRng(random.bytes(32)),
      config: {
        ...(maxMessageSize !== undefined && { maxMessageSize }),
        membership: { shuffleInterval: schedule.shuffleMs },
        broadcast: {
          messageCacheRetention: schedule.retentionMs,
          messageIdRetention: 3 * schedule.retentionMs,
          ...(cacheBytes !== undefined && { messageCacheMaxBytes: cacheBytes }),
          ...(cacheCount !== undefined && { messageCacheMaxCount: cacheCount }),
        },
      },
    });
    const router = new Router(endpoint).accept(node.alpn, node).spawn();
    this.#lastEndpoint = endpoint;
    this.process = { clock, endpoint, node, router, sessions: new Map(), memberships: new Map() };
    return this.process;
  }
}

import type { DialOutcome, DropReason, GossipGauges, GossipMetrics, LossReason, TickKind } from '@grapevine/net';
import { Counter, Gauge, register as globalRegistry, Histogram } from 'prom-client';
import { type AnyRegistry, aRegistry } from './any-registry.js';
import { type CountedSoFar, nothingCounted, OwnCounts, type RpcCounts } from './own-counts.js';

/** Rounds of a delivery: 0 is straight from the publisher. */
const HOP_BUCKETS = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50];

// All values of the labels, which the compiler keeps complete.
type DownReason = Parameters<GossipMetrics['neighborDown']>[0];
const DOWN_REASONS: Record<DownReason, true> = {
  closed: true,
  timeout: true,
  refused: true,
  'stream-limit': true,
  evicted: true,
  left: true,
};
const TICK_KINDS: Record<TickKind, true> = {
  command: true,
  message: true,
  connection: true,
  dialer: true,
  timer: true,
  address: true,
};
const DIAL_OUTCOMES: Record<DialOutcome, true> = { started: true, connected: true, failed: true };
const DROP_REASONS: Record<DropReason, true> = {
  'frame-too-large': true,
  'bad-message': true,
  'bad-header': true,
  'bad-peer-data': true,
  'unknown-topic': true,
  'oversized-send': true,
  'queue-full': true,
  'over-peer-limit': true,
  'tag-over-peer-limit': true,
  announcements: true,
  'no-connection': true,
  'link-lost': true,
  'too-slow': true,
  'stream-limit': true,
  'no-slot': true,
  displaced: true,
  hearsay: true,
  'over-share': true,
  'identity-conflict': true,
  'broken-stream': true,
  'not-allowed': true,
  undecided: true,
  rejected: true,
  ignored: true,
  'validate-timeout': true,
  'validate-full': true,
  'shut-out': true,
};

const LOSS_REASONS: Record<LossReason, true> = {
  away: true,
  'slow-reader': true,
  abandoned: true,
  unavailable: true,
  overflow: true,
  unsent: true,
};

/** The counters of one registry, for all gossip nodes that share it. */
interface Instruments {
  readonly sent: Record<'control' | 'data', { readonly messages: Counter; readonly bytes: Counter }>;
  readonly received: Record<'control' | 'data', { readonly messages: Counter; readonly bytes: Counter }>;
  readonly neighborUp: Counter;
  readonly neighborDown: Counter<'reason'>;
  readonly ticks: Counter<'kind'>;
  readonly dials: Counter<'outcome'>;
  readonly dropped: Counter<'reason'>;
  readonly lost: Counter<'reason'>;
  readonly absences: Counter;
  readonly degraded: Counter;
  readonly hops: Histogram;
  readonly own: OwnCounts;
}

/** What all nodes that count in a registry share. */
interface Shared {
  /** Replaced after the registry was cleared. */
  instruments: Instruments;
  readonly observed: Observed;
  readonly servers: Servers;
  readonly counted: CountedSoFar;
}

/** Where to read the gauges of each node. */
type Observed = Set<() => GossipGauges>;
/** Where to read the counts of each server of remote control. */
type Servers = Set<() => RpcCounts>;

/**
 * Where all copies of this package in a program find the metrics of a registry, which takes each name once. The number is the version of the
 * shared object's shape.
 */
const SHARED = Symbol.for('@grapevine/metrics/shared 4');

function sharedOf(registry: AnyRegistry): Shared {
  const globals = globalThis as { [SHARED]?: WeakMap<AnyRegistry, Shared> };
  globals[SHARED] ??= new WeakMap();
  const known = globals[SHARED].get(registry);
  if (known) return known;
  const observed: Observed = new Set();
  const servers: Servers = new Set();
  const counted = nothingCounted();
  const shared = { instruments: register(registry, { observed, servers, counted }), observed, servers, counted };
  globals[SHARED].set(registry, shared);
  return shared;
}

/** One of the metrics: where it is gone, the registry was cleared. */
const TICKS = 'gossip_actor_tick_total';

/** Registers everything again after `registry.clear()`, counted from 0. */
function revive(registry: AnyRegistry, shared: Shared): void {
  if (registry.getSingleMetric(TICKS) === undefined) {
    shared.instruments = register(registry, shared);
  }
}

/** Counts what a gossip node does, and its server of remote control (option `metrics` of both). */
export interface NodeMetrics extends GossipMetrics {
  readonly registry: AnyRegistry;
  /** Registers where to read what a server of remote control counts. @returns takes it back */
  observeRpc(read: () => RpcCounts): () => void;
}

/**
 * Counts what a gossip node does, for Prometheus.
 *
 * Names are the Rust crate's where it has them. Labels are few (kind, reason, outcome, state) and never a peer or a topic, so
 * the number of time series is fixed. Nodes that share a registry are added up, also those of another copy of this package.
 * After `registry.clear()` counting begins again at 0.
 *
 * @param registry where to register; default: prom-client's global registry
 *
 * @example
 * ```ts
 * const metrics = gossipMetrics();
 * const gossip = Gossip.spawn(endpoint, { metrics });
 * const server = await serveMetrics({ port: 9464 });
 * ```
 */
export function gossipMetrics(registry: AnyRegistry = globalRegistry): NodeMetrics {
  aRegistry('registry', registry);
  const shared = sharedOf(registry);
  revive(registry, shared);
  return {
    registry,
    messageSent: (kind, bytes) => count(shared.instruments.sent[kind], bytes),
    messageReceived: (kind, bytes) => count(shared.instruments.received[kind], bytes),
    delivered: (round) => {
      if (round !== undefined) shared.instruments.hops.observe(round + 1);
    },
    neighborUp: () => shared.instruments.neighborUp.inc(),
    neighborDown: (reason) => shared.instruments.neighborDown.inc({ reason }),
    tick: (kind) => {
      revive(registry, shared);
      shared.instruments.ticks.inc({ kind });
    },
    dial: (outcome) => shared.instruments.dials.inc({ outcome }),
    dropped: (reason, count) => shared.instruments.dropped.inc({ reason }, count),
    lost: (reason, messages) => shared.instruments.lost.inc({ reason }, messages),
    away: () => shared.instruments.absences.inc(),
    degraded: () => shared.instruments.degraded.inc(),
    observe: (read) => {
      shared.observed.add(read);
      return () => {
        if (shared.observed.delete(read)) shared.instruments.own.add(read, read());
      };
    },
    observeRpc: (read) => {
      shared.servers.add(read);
      return () => {
        if (shared.servers.delete(read)) shared.instruments.own.addServer(read, read());
      };
    },
  };
}

function count({ messages, bytes }: { messages: Counter; bytes: Counter }, length: number): void {
  messages.inc();
  bytes.inc(length);
}

function register(registry: AnyRegistry, { observed, servers, counted }: Omit<Shared, 'instruments'>): Instruments {
  const registers = [registry];
  const counter = (name: string, help: string) => new Counter({ name, help, registers });
  /** With all its label values from the beginning: Prometheus computes rates only of counters that exist. */
  const labelled = <L extends string>(name: string, help: string, label: L, values: Record<string, true>) => {
    const counts = new Counter<L>({ name, help, labelNames: [label], registers });
    for (const value of Object.keys(values)) counts.inc({ [label]: value } as Record<L, string>, 0);
    return counts;
  };
  const flow = (name: string, what: string) => ({
    messages: counter(`gossip_msgs_${name}_total`, `${what} messages`),
    bytes: counter(`gossip_msgs_${name}_size_total`, `Bytes of ${what} messages`),
  });
  const read = oncePerScrape(() => new Map([...observed].map((look) => [look, look()])));
  const readServers = oncePerScrape(() => new Map([...servers].map((look) => [look, look()])));
  registerGauges(registry, read);
  registerServerGauges(registry, readServers);
  const own: OwnCounts = new OwnCounts(
    registry,
    counted,
    oncePerScrape(() => {
      for (const [node, gauges] of read()) own.add(node, gauges);
      for (const [server, counts] of readServers()) own.addServer(server, counts);
    }),
  );
  return {
    own,
    sent: { control: flow('ctrl_sent', 'Control'), data: flow('data_sent', 'Payload') },
    received: { control: flow('ctrl_recv', 'Received control'), data: flow('data_recv', 'Received payload') },
    neighborUp: counter('gossip_neighbor_up_total', 'Peers that became active neighbors'),
    neighborDown: labelled(
      'gossip_neighbor_down_total',
      'Active neighbors that were lost, by reason',
      'reason',
      DOWN_REASONS,
    ),
    ticks: labelled(TICKS, 'Events that a node handled, by kind', 'kind', TICK_KINDS),
    dials: labelled('gossip_dials_total', 'Dials, by outcome', 'outcome', DIAL_OUTCOMES),
    dropped: labelled('gossip_dropped_total', 'What was dropped, by reason', 'reason', DROP_REASONS),
    lost: labelled('gossip_lost_total', 'Messages that were lost, by reason', 'reason', LOSS_REASONS),
    absences: counter(
      'gossip_absences_total',
      'Times that a topic was out of touch for longer than neighbors know what was said',
    ),
    degraded: counter('gossip_degraded_total', 'Payloads that were announced instead of sent to a slow peer'),
    hops: new Histogram({
      name: 'gossip_delivery_hops',
      help: 'Hops from the publisher that delivered payloads have taken',
      buckets: HOP_BUCKETS,
      registers,
    }),
  };
}

/** Gauges are read at each scrape, summed over the nodes. */
function registerGauges(registry: AnyRegistry, read: () => ReadonlyMap<object, GossipGauges>): void {
  const sum = (pick: (gauges: GossipGauges) => number) =>
    [...read().values()].reduce((total, gauges) => total + pick(gauges), 0);
  const gauge = (name: string, help: string, pick: (gauges: GossipGauges) => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(sum(pick));
      },
    });
  gauge('gossip_topics', 'Topics that are joined', ({ topics }) => topics);
  gauge('gossip_neighbors', 'Active neighbors over all topics', ({ neighbors }) => neighbors);
  gauge('gossip_queued_bytes', 'Bytes queued to peers', ({ queuedBytes }) => queuedBytes);
  gauge('gossip_unread_bytes', 'Bytes that wait for readers', ({ unreadBytes }) => unreadBytes);
  gauge('gossip_kept_broadcasts', 'Broadcasts that wait for a first neighbor', ({ keptBroadcasts }) => keptBroadcasts);
  gauge('gossip_cached_payloads', 'Payloads kept for peers that ask for them', ({ cachedPayloads }) => cachedPayloads);
  gauge('gossip_cached_bytes', 'Bytes of those payloads', ({ cachedBytes }) => cachedBytes);
  gauge('gossip_seen_ids', 'Message ids remembered to know duplicates', ({ seenIds }) => seenIds);
  gauge('gossip_identity_conflicts', 'Nodes that have noticed another node with their identity', (gauges) =>
    Number(gauges.identityConflict),
  );
  new Gauge({
    name: 'gossip_peers',
    help: 'Peers, by state',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      for (const state of ['dialing', 'connected', 'backing-off'] as const) {
        this.set(
          { state },
          sum(({ peers }) => peers[state]),
        );
      }
    },
  });
}

function registerServerGauges(registry: AnyRegistry, read: () => ReadonlyMap<object, RpcCounts>): void {
  new Gauge({
    name: 'gossip_rpc_connections',
    help: 'Connections of clients of remote control',
    registers: [registry],
    collect() {
      this.set([...read().values()].reduce((total, { connections }) => total + connections, 0));
    },
  });
}

/** Reading a node with very many topics takes milliseconds, and a scrape reads all gauges in one microtask: they share one reading. */
function oncePerScrape<T>(look: () => T): () => T {
  let seen: { readonly value: T } | undefined;
  return () => {
    if (!seen) {
      seen = { value: look() };
      queueMicrotask(() => {
        seen = undefined;
      });
    }
    return seen.value;
  };
}

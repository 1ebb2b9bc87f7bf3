import type { GossipGauges, TransportLossReason } from '@grapevine/net';
import { Counter } from 'prom-client';
import type { AnyRegistry } from './any-registry.js';

// What each number is called as a label. The compiler keeps them complete.
const PROTOCOL_REASONS: Readonly<Record<keyof GossipGauges['stats'], string>> = {
  spoofedIds: 'spoofed-ids',
  strangerGossip: 'stranger-gossip',
  strangerGrafts: 'stranger-grafts',
  strangerPrunes: 'stranger-prunes',
  strangerIHaves: 'stranger-ihaves',
  strangerForwardJoins: 'stranger-forward-joins',
  strangerShuffles: 'stranger-shuffles',
  refusedGrafts: 'refused-grafts',
  selfReferences: 'self-references',
  expelledMessages: 'expelled-messages',
  discardedPayloads: 'discarded-payloads',
  truncatedLists: 'truncated-lists',
  shortenedWalks: 'shortened-walks',
  unsolicitedShuffleReplies: 'unsolicited-shuffle-replies',
  refusedReplacements: 'refused-replacements',
  refusedEvictions: 'refused-evictions',
  refusedIntroductions: 'refused-introductions',
  refusedShuffles: 'refused-shuffles',
  refusedLeaves: 'refused-leaves',
  impossiblePeers: 'impossible-peers',
  droppedAnnouncements: 'dropped-announcements',
  abandonedPayloads: 'abandoned-payloads',
  unavailablePayloads: 'unavailable-payloads',
  overflowedPayloads: 'overflowed-payloads',
  expiredRecoveries: 'expired-recoveries',
  droppedTags: 'dropped-tags',
  unforwardable: 'unforwardable',
  droppedPeerData: 'dropped-peer-data',
  staleTimers: 'stale-timers',
  evictedPayloads: 'evicted-payloads',
  unknownTopics: 'unknown-topics',
};
const TRANSPORT_REASONS: Readonly<Record<TransportLossReason, string>> = {
  undecodable: 'undecodable',
  excess: 'excess',
  'unknown-connection': 'unknown-connection',
  busy: 'busy',
  unproven: 'unproven',
  'wrong-version': 'wrong-version',
  refused: 'refused',
  flooder: 'flooder',
  flood: 'flood',
  reset: 'reset',
  'black-hole': 'black-hole',
  'bad-request': 'bad-request',
  'no-room': 'no-room',
};
/** What a server of remote control counts, as `@grapevine/rpc` has it, with the endpoint that it listens on. */
export interface RpcCounts {
  readonly connections: number;
  readonly losses: Readonly<Record<string, number>>;
  readonly transport: GossipGauges['transport'];
}

type Comparison = 'sessions' | 'failed';
type Fetched = Exclude<keyof GossipGauges['reconciliation'], Comparison>;
const COMPARISONS: Readonly<Record<Comparison, string>> = { sessions: 'completed', failed: 'failed' };
const FETCHED: Readonly<Record<Fetched, string>> = { recovered: 'recovered', unavailable: 'unavailable' };

/** What has been counted here of the numbers of one owner, a node or an endpoint. */
type Before = WeakMap<object, Readonly<Record<string, number>>>;

/** What was counted here so far, for each metric. It outlives the metrics, which a registry may forget. */
export interface CountedSoFar {
  readonly protocol: Before;
  readonly transport: Before;
  readonly comparisons: Before;
  readonly fetched: Before;
  readonly rpc: Before;
}

export function nothingCounted(): CountedSoFar {
  return {
    protocol: new WeakMap(),
    transport: new WeakMap(),
    comparisons: new WeakMap(),
    fetched: new WeakMap(),
    rpc: new WeakMap(),
  };
}

/**
 * What nodes and endpoints count themselves. Each look adds what has come since the one before: so what a node has counted stays when it ends, and an
 * endpoint that several nodes share counts once.
 */
export class OwnCounts {
  readonly #adders: readonly ((node: object, gauges: GossipGauges) => void)[];
  readonly #addTransport: (transport: GossipGauges['transport']) => void;
  readonly #addRpc: (server: object, losses: Readonly<Record<string, number>>) => void;

  /** @param look - called at each scrape: has every node added */
  constructor(registry: AnyRegistry, before: CountedSoFar, look: () => void) {
    /** One metric, with all its label values from the beginning: Prometheus computes rates only of counters that exist. */
    const family = <K extends string, L extends string>(
      name: string,
      help: string,
      label: L,
      labels: Readonly<Record<K, string>> | undefined,
      seen: Before,
    ) => {
      const counter = new Counter<L>({ name, help, labelNames: [label], registers: [registry], collect: look });
      const inc = (key: K, by: number) => counter.inc({ [label]: labels?.[key] ?? key } as Record<L, string>, by);
      for (const key of Object.keys(labels ?? {}) as K[]) inc(key, 0);
      return (owner: object, counts: Readonly<Record<K, number>>) => {
        const known = seen.get(owner);
        seen.set(owner, { ...counts });
        for (const key of Object.keys(labels ?? counts) as K[])
          inc(key, Math.max(0, counts[key] - (known?.[key] ?? 0)));
      };
    };
    const protocol = family(
      'gossip_protocol_dropped_total',
      'What the protocol has ignored, cut, refused or given up, by reason',
      'reason',
      PROTOCOL_REASONS,
      before.protocol,
    );
    const transport = family(
      'gossip_transport_dropped_total',
      'What the transport has dropped, refused or given up, by reason',
      'reason',
      TRANSPORT_REASONS,
      before.transport,
    );
    const rpc = family<string, 'reason'>(
      'gossip_rpc_dropped_total',
      'What remote control has refused, closed or dropped, by reason',
      'reason',
      undefined,
      before.rpc,
    );
    const comparisons = family(
      'gossip_reconciliations_total',
      'Comparisons with neighbors, by outcome',
      'outcome',
      COMPARISONS,
      before.comparisons,
    );
    const fetched = family(
      'gossip_reconciled_payloads_total',
      'Payloads that neighbors were asked for in comparisons, by outcome',
      'outcome',
      FETCHED,
      before.fetched,
    );
    this.#adders = [
      (node, { stats }) => protocol(node, stats),
      (_, { transport }) => this.#addTransport(transport),
      (node, { reconciliation }) => comparisons(node, reconciliation),
      (node, { reconciliation }) => fetched(node, reconciliation),
    ];
    this.#addTransport = ({ endpoint, losses }) => losses && transport(endpoint, losses);
    this.#addRpc = rpc;
  }

  /** Adds what a node, and its endpoint, have counted since the last time. */
  add(node: object, gauges: GossipGauges): void {
    for (const add of this.#adders) add(node, gauges);
  }

  /** Adds what a server of remote control, and its endpoint, have counted since the last time. */
  addServer(server: object, { losses, transport }: RpcCounts): void {
    this.#addRpc(server, losses);
    this.#addTransport(transport);
  }
}

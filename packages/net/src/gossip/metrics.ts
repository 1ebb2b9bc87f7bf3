import type { NeighborDownReason, Stats } from '@grapevine/proto';
import type { TransportLosses } from '../transport/losses.js';
import type { AdmissionReason } from './admission/counts.js';
import type { ReconcilerCounters } from './reconciliation/index.js';
import type { LossReason } from './snapshot.js';

/** What the actor was woken by. The names are those of the Rust crate's tick counters, as far as they have a counterpart. */
export type TickKind = 'command' | 'message' | 'connection' | 'dialer' | 'timer' | 'address';

/** How a dial ended. */
export type DialOutcome = 'started' | 'connected' | 'failed';

/** Why something that the network brought or wanted was dropped. */
export type DropReason =
  | 'frame-too-large' // received, over our limit
  | 'bad-message' // received, not decodable
  | 'bad-header' // received, a stream without a topic
  | 'bad-peer-data' // received, no addresses in it
  | 'unknown-topic' // received, about a topic that we are not in
  | 'oversized-send' // to be sent, over the limit
  | 'queue-full' // to be sent, the peer's queue is at its hard limit
  | 'over-peer-limit' // to be sent, over the limit of the peer
  | 'tag-over-peer-limit' // the payload was sent without it, and travels along the shared tree
  | 'announcements' // to be sent, more than are kept for a peer that takes nothing
  | 'no-connection' // to be sent, the peer could not be reached or is not needed any more
  | 'link-lost' // to be sent, the connection ended first
  | 'too-slow' // a peer was dropped
  | 'stream-limit' // a peer was dropped, because it allowed no streams
  | 'no-slot' // a connection was refused, because all slots are taken
  | 'displaced' // a peer was dropped for one that is needed more
  | 'hearsay' // a dial, because too many wait that others have named
  | 'over-share' // a peer was dropped that costs more time or memory than its share
  | 'identity-conflict' // one of two nodes with the same identity was dropped
  | 'broken-stream' // a stream of ours was reset or stopped
  | AdmissionReason;

/** Numbers that are read when somebody looks, not counted as they happen. */
export interface GossipGauges {
  readonly topics: number;
  readonly peers: Readonly<Record<'dialing' | 'connected' | 'backing-off', number>>;
  readonly neighbors: number;
  /** Bytes queued to peers. */
  readonly queuedBytes: number;
  /** Bytes that wait for readers. */
  readonly unreadBytes: number;
  /** Broadcasts that wait for the first neighbor. */
  readonly keptBroadcasts: number;
  /** Payloads cached for peers that ask for them, and their bytes. */
  readonly cachedPayloads: number;
  readonly cachedBytes: number;
  /** Ids remembered to know duplicates. */
  readonly seenIds: number;
  /** As in the snapshot, like the next three. */
  readonly identityConflict: boolean;
  readonly stats: Readonly<Stats>;
  readonly reconciliation: ReconcilerCounters;
  /** Nodes may share an endpoint. */
  readonly transport: { readonly endpoint: object; readonly losses: TransportLosses | undefined };
}

/**
 * Who counts. Implemented by `@grapevine/metrics`; the default counts nothing.
 *
 * Calls come from the hot path: they must be cheap and must not throw.
 */
export interface GossipMetrics {
  messageSent(kind: 'control' | 'data', bytes: number): void;
  messageReceived(kind: 'control' | 'data', bytes: number): void;
  /** A payload was handed to the application. */
  delivered(round: number | undefined): void;
  neighborUp(): void;
  neighborDown(reason: NeighborDownReason): void;
  tick(kind: TickKind): void;
  dial(outcome: DialOutcome): void;
  /** @param count how many; default 1 */
  dropped(reason: DropReason, count?: number): void;
  /** Messages are lost, and the subscribers concerned were told. */
  lost(reason: LossReason, messages: number): void;
  /** A topic was out of touch for so long that nobody knows what it has missed. Its subscribers were told. */
  away(): void;
  /** A payload was announced instead of sent, because the peer's queue was over the mark. */
  degraded(): void;
  /** Registers where to read gauges. @returns takes it back */
  observe(read: () => GossipGauges): () => void;
}

const ignore = () => {};

/** Counts nothing. */
export const noMetrics: GossipMetrics = {
  messageSent: ignore,
  messageReceived: ignore,
  delivered: ignore,
  neighborUp: ignore,
  neighborDown: ignore,
  tick: ignore,
  dial: ignore,
  dropped: ignore,
  lost: ignore,
  away: ignore,
  degraded: ignore,
  observe: () => ignore,
};

import type {
  DistantPast,
  LossEntry,
  MessageId,
  PastMessage,
  ReconcileReason,
  TopicId,
  WindowEntry,
} from '@grapevine/proto';
import type { TransportAddr } from '../../address/endpoint-addr.js';
import type { EndpointId } from '../../identity/endpoint-id.js';
import type { ProtocolCompanion } from '../../transport/router.js';
import type { UnknownMessage } from './past.js';
import type { RecoveredPayload } from './session.js';

/** What a `Reconciler` needs of its node. */
export interface ReconcilerHost {
  readonly maxMessageSize: number;
  isNeighbor(topic: TopicId, peer: EndpointId): boolean;
  isJoined(topic: TopicId): boolean;
  window(topic: TopicId): Iterable<WindowEntry>;
  /** Payloads that were here, and whose time is over. */
  expired(topic: TopicId): Iterable<LossEntry>;
  losses(topic: TopicId): Iterable<LossEntry>;
  seenIds(topic: TopicId): Iterable<MessageId>;
  /** Where a gossip connection reaches a peer now. */
  remoteAddr(peer: EndpointId): TransportAddr | undefined;
  /** Round-trip time of the gossip connection to a peer in milliseconds, 0 where unknown. */
  rttMs(peer: EndpointId): number;
  /** Whether a peer cannot be dialed. */
  isLeaf(peer: EndpointId): boolean;
  recovered(topic: TopicId, from: EndpointId, payload: RecoveredPayload): void;
  unavailable(topic: TopicId, from: EndpointId, ids: readonly MessageId[]): void;
  lossesReported(topic: TopicId, from: EndpointId, losses: readonly LossEntry[]): void;
  /** The last messages that were known. */
  past(topic: TopicId): DistantPast;
  /** What others have named and is not known here. */
  foreignPast(topic: TopicId): readonly PastMessage[];
  /** From which age on payloads are no longer compared, in milliseconds. */
  readonly forgottenAfterMs: number;
  /** What earlier pasts have named and was not known then. */
  suspects(topic: TopicId): readonly UnknownMessage[];
  /** The payloads that a neighbor has had and we do not know, and that are compared no more, with all suspects that are still unknown. Ages are in milliseconds. */
  missedLongAgo(topic: TopicId, from: EndpointId, unknown: readonly UnknownMessage[]): void;
  /** What a neighbor and we have of a topic was compared. */
  compared(topic: TopicId): void;
  /** The peer can't be reconciled with: announce everything to it, in the protocol that every node speaks. */
  announceCache(topic: TopicId, peer: EndpointId): void;
}

/** What a node's reconciliation has done so far. */
export interface ReconcilerCounters {
  /** Comparisons that came to their end, whoever began them. */
  readonly sessions: number;
  /** Payloads that were fetched. */
  readonly recovered: number;
  /** Payloads that a peer knew of but had dropped. */
  readonly unavailable: number;
  /** Attempts that failed; our own are repeated a few times. */
  readonly failed: number;
}

/** What a node asks of its `Reconciler`, and tells it. */
export interface Reconciling {
  /** The protocol, where others may dial us for it. */
  readonly companions: readonly ProtocolCompanion[];
  readonly counters: ReconcilerCounters;
  /** Whether a peer speaks the protocol; undefined when that is not known. */
  speaks(peer: EndpointId): boolean | undefined;
  /** Something may have been lost between a neighbor and us. */
  reconcile(topic: TopicId, peer: EndpointId, reason: ReconcileReason): void;
  /** A new gossip connection to a peer: it may have been restarted, or be another program. */
  connected(peer: EndpointId): void;
  neighborUp(topic: TopicId, peer: EndpointId): void;
  neighborDown(topic: TopicId, peer: EndpointId): void;
  /** The application forbids a peer in a topic: it may not compare there any more. All sessions with it end; those in other topics begin again. */
  expelled(topic: TopicId, peer: EndpointId): void;
  /** We have left a topic. */
  left(topic: TopicId): void;
  close(): void;
}

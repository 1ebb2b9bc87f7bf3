import type { Stats, TopicId, TopicSnapshot } from '@grapevine/proto';
import type { TransportAddr } from '../address/endpoint-addr.js';
import type { EndpointId } from '../identity/endpoint-id.js';
import type { TransportLosses } from '../transport/losses.js';
import type { AdmissionSnapshot } from './admission/gate-host.js';
import type { ReconcilerCounters } from './reconciliation/index.js';
import type { LaggedReason } from './service.js';
import type { SourcesSnapshot } from './sources/index.js';

/**
 * Why messages were lost: as in {@link LaggedReason}, once for each reader that was too slow and once for a topic otherwise; and `unsent`
 * for broadcasts that were kept for the first neighbor until the topic was closed. With `away` it is the least number that they can be.
 */
export type LossReason = Exclude<LaggedReason, 'unknown'> | 'unsent';

/** What a node looks like right now. A copy. */
export interface GossipSnapshot {
  readonly id: EndpointId;
  readonly topics: readonly GossipTopicSnapshot[];
  readonly peers: readonly PeerSnapshot[];
  /** Whether another node that uses our identity was noticed. */
  readonly identityConflict: boolean;
  /** What the protocol has ignored, cut or refused so far. */
  readonly stats: Readonly<Stats>;
  /** Messages that were lost so far. */
  readonly losses: Readonly<Record<LossReason, number>>;
  /** Who is behind the peers, what that costs, and what was refused. */
  readonly sources: SourcesSnapshot;
  /** What the application's `allowPeer` and `validate` have kept from happening. */
  readonly admission: AdmissionSnapshot;
  /** What was fetched from neighbors after gaps. */
  readonly reconciliation: ReconcilerCounters;
  /** What the transport has dropped, refused or given up so far; undefined where it does not count. */
  readonly transport: TransportLosses | undefined;
}

/** One topic of a node. */
export interface GossipTopicSnapshot extends TopicSnapshot<EndpointId> {
  readonly id: TopicId;
  /** Readers on this node. */
  readonly subscribers: number;
  /** Broadcasts that wait for the first neighbor. */
  readonly keptBroadcasts: number;
}

/** One peer that a node has to do with. */
export interface PeerSnapshot extends PeerConnectionSnapshot {
  /** Whether it speaks the reconciliation protocol; undefined when that is not known. */
  readonly reconciles: boolean | undefined;
}

/** A peer as its connections show it. */
export interface PeerConnectionSnapshot {
  readonly id: EndpointId;
  readonly state: 'dialing' | 'connected' | 'backing-off';
  readonly connections: number;
  readonly remoteAddr: TransportAddr | undefined;
  /** Smoothed round-trip time in milliseconds. */
  readonly rttMs: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly queuedBytes: number;
  /** Topics that wait for a stream, because the peer allows no more at once. */
  readonly waitingStreams: number;
  /** Whether two nodes that use this identity were noticed while it was connected. */
  readonly identityConflict: boolean;
  /** Longest message that the peer takes, in bytes, where we have learned that it takes less than we do. */
  readonly maxMessageSize: number | undefined;
  /** Failed dials in a row, and the last error. */
  readonly dialFailures: number;
  readonly lastDialError: string | undefined;
}

import type { PeerId } from './peer-id.js';

/** What one topic looks like right now. A copy: it does not change afterwards. */
export interface TopicSnapshot<P extends PeerId> {
  /** Active neighbors, in the order of the view. */
  readonly activeView: readonly P[];
  /** Neighbors that cannot be dialed (`peerConnected`); they are in no view. */
  readonly leaves: readonly P[];
  /** Peers known as replacements, in the order of the view. */
  readonly passiveView: readonly P[];
  /** Peers that have been asked to become neighbors and have not answered yet. */
  readonly pendingNeighborRequests: readonly P[];
  /** Peers that get payloads, sorted. */
  readonly eagerPeers: readonly P[];
  /** Peers that get announcements, sorted. */
  readonly lazyPeers: readonly P[];
  /** Payloads that were announced and have not arrived. */
  readonly missingPayloads: number;
  /** Announcements that wait to be sent, over all peers. */
  readonly queuedAnnouncements: number;
  /** Payloads kept for peers that ask for them; `bytes` counts their content. */
  readonly payloadCache: { readonly count: number; readonly bytes: number };
  /** Ids remembered to know duplicates. */
  readonly seenIds: number;
  /** The largest round with which a payload has arrived. */
  readonly maxLastDeliveryHop: number;
}

/** Sizes over all topics of a node. */
export interface StateTotals {
  readonly topics: number;
  /** Active neighbors. */
  readonly neighbors: number;
  /** Payloads kept for peers that ask for them. */
  readonly cachedPayloads: number;
  readonly cachedBytes: number;
  /** Ids remembered to know duplicates. */
  readonly seenIds: number;
}

/** What a node has ignored, cut or refused since it was made, over all its topics. Plain numbers that only grow. */
export interface Stats {
  /** Payloads whose id is not the hash of their content; dropped. */
  spoofedIds: number;
  /**
   * Payloads from peers that are no active neighbors, were none a moment ago and were not asked to become one; ignored, as is what the next five
   * count.
   */
  strangerGossip: number;
  /** Grafts from peers that are no active neighbors and were none a moment ago. */
  strangerGrafts: number;
  /** Prunes from peers that are no active neighbors. */
  strangerPrunes: number;
  /** IHaves from peers that are no active neighbors. */
  strangerIHaves: number;
  /** ForwardJoins from peers that are no active neighbors. */
  strangerForwardJoins: number;
  /** Shuffles from peers that are no active neighbors, except those that only ask whom we know. */
  strangerShuffles: number;
  /** Grafts for a payload that had just been sent to that peer, or that a former neighbor was never told of; not answered. */
  refusedGrafts: number;
  /** Messages that named ourselves where only others make sense; that part was ignored. */
  selfReferences: number;
  /** Messages of peers that the application has expelled from their topic; ignored. */
  expelledMessages: number;
  /** Payloads that the application has rejected; ids that were known already not counted. */
  discardedPayloads: number;
  /** Node lists that were longer than `membership.maxListedNodes`, or in a shuffle than twice what we would offer; cut. */
  truncatedLists: number;
  /** Walks with more hops to go than our own config would give them; shortened. */
  shortenedWalks: number;
  /** Node lists that nobody had asked for; ignored. */
  unsolicitedShuffleReplies: number;
  /** Listed nodes that were not taken because their list had pushed out its share of the passive view. */
  refusedReplacements: number;
  /** Requests to push somebody out of the active view that came too often from one peer, one source, or all together; refused. */
  refusedEvictions: number;
  /** Joins and ForwardJoins that came too often, or while too many introduced peers were being asked; not passed on or followed. */
  refusedIntroductions: number;
  /** Shuffles, and lists of nodes, that came too often from one peer; ignored. */
  refusedShuffles: number;
  /** Leaves that were sent to other hubs because there were `hardened.leafCapacity` already. */
  refusedLeaves: number;
  /** Peers that others have named and that cannot exist; ignored. */
  impossiblePeers: number;
  /** Announced payloads that were not even noted because too many are missing already. The announcer is reconciled with later. */
  droppedAnnouncements: number;
  /** Missing payloads given up: every announcer was asked in vain, or is gone. Told as `lost`, as are the next two. */
  abandonedPayloads: number;
  /** Missing payloads given up that neighbors knew and had no more. */
  unavailablePayloads: number;
  /** Missing payloads given up because more were missing at once than can be asked for. */
  overflowedPayloads: number;
  /** Recovered payloads that were older than the retention of ids; not delivered. */
  expiredRecoveries: number;
  /** Payloads passed on without their tag, because it would not fit into a frame: they travel along the shared tree. */
  droppedTags: number;
  /** Payloads delivered but not forwarded because they no longer fit into a frame. */
  unforwardable: number;
  /** Peer data left out of a message, or not kept, because it would not fit into a frame. */
  droppedPeerData: number;
  /** Timers of a topic's earlier life; ignored. */
  staleTimers: number;
  /** Payloads dropped from the cache before their time because it was full. */
  evictedPayloads: number;
  /** Messages, timers and commands for topics that are not joined; ignored. */
  unknownTopics: number;
}

/** All zero. */
export function zeroStats(): Stats {
  return {
    spoofedIds: 0,
    strangerGossip: 0,
    strangerGrafts: 0,
    strangerPrunes: 0,
    strangerIHaves: 0,
    strangerForwardJoins: 0,
    strangerShuffles: 0,
    refusedGrafts: 0,
    selfReferences: 0,
    expelledMessages: 0,
    discardedPayloads: 0,
    truncatedLists: 0,
    shortenedWalks: 0,
    unsolicitedShuffleReplies: 0,
    refusedReplacements: 0,
    refusedEvictions: 0,
    refusedIntroductions: 0,
    refusedShuffles: 0,
    refusedLeaves: 0,
    impossiblePeers: 0,
    droppedAnnouncements: 0,
    abandonedPayloads: 0,
    unavailablePayloads: 0,
    overflowedPayloads: 0,
    expiredRecoveries: 0,
    droppedTags: 0,
    unforwardable: 0,
    droppedPeerData: 0,
    staleTimers: 0,
    evictedPayloads: 0,
    unknownTopics: 0,
  };
}

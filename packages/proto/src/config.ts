import { BROADCAST, HARDENED, MEMBERSHIP, presets } from './settings.js';

/** Settings of the membership layer (HyParView). Paper: TR-07-13; "reference": iroh-gossip 0.101. */
export interface MembershipConfig {
  /** Most active neighbors. Peers, at least 1. Default 5 (paper, p. 9). */
  readonly activeViewCapacity: number;
  /** Most peers known as replacements. Peers, at least 1. Default 30 (paper, p. 9). */
  readonly passiveViewCapacity: number;
  /** ARWL: hops that a forward join travels before the joiner gets a neighbor. 0 to 65,535. Default 6 (paper, p. 9). */
  readonly activeRandomWalkLength: number;
  /** PRWL: remaining hops at which a forward join leaves the joiner in a passive view. 0 to 65,535. Default 3 (paper, p. 9). */
  readonly passiveRandomWalkLength: number;
  /** Hops that a shuffle travels. 0 to 65,535. Default 6 (paper, p. 9). */
  readonly shuffleRandomWalkLength: number;
  /** Active neighbors offered in a shuffle. Peers. Default 3 (paper, p. 9). */
  readonly shuffleActiveViewCount: number;
  /** Passive peers offered in a shuffle. Peers. Default 4 (paper, p. 9). */
  readonly shufflePassiveViewCount: number;
  /** Time between two shuffles. Default 60 s (reference). */
  readonly shuffleInterval: number;
  /** How long a peer may take to answer a neighbor request. Default 500 ms (reference). */
  readonly neighborRequestTimeout: number;
  /** Nodes of a received list that are looked at; the rest is cut off. 1 to 1,024. Default 64 (ours; honest lists have 8). */
  readonly maxListedNodes: number;
}

/** Settings of the broadcast layer (PlumTree). Paper: TR-07-14; "reference": iroh-gossip 0.101. */
export interface BroadcastConfig {
  /** From the first announcement of a payload to asking for it. Default 80 ms (reference). */
  readonly graftTimeout1: number;
  /** From asking one peer for a payload to asking the next. Default 40 ms (reference). */
  readonly graftTimeout2: number;
  /** How long announcements are collected before they are sent. Default 5 ms (reference). */
  readonly dispatchTimeout: number;
  /** Hops that an announcer must be closer to the publisher to replace an eager peer. 0 to 65,535. Default 7 (paper, p. 12). */
  readonly optimizationThreshold: number;
  /** How long payloads are kept for peers that ask for them. Default 30 s (reference). */
  readonly messageCacheRetention: number;
  /**
   * How long the ids of payloads are remembered, to know duplicates. Not below the retention of payloads; and longer than a live link can be silent
   * (30 s over QUIC), or what it then brings is delivered a second time. Default 90 s (reference).
   */
  readonly messageIdRetention: number;
  /** How often payloads and ids whose time is over are dropped. Default 1 s (reference). */
  readonly cacheEvictInterval: number;
  /** Payloads kept per topic, in bytes of content. Default 64 MiB (ours). The oldest go first. */
  readonly messageCacheMaxBytes: number;
  /** Payloads kept per topic. Default 1,000,000 (ours). */
  readonly messageCacheMaxCount: number;
  /** Ids remembered per topic. Default 1,000,000 (ours). */
  readonly messageIdMaxCount: number;
}

/** Bounds that only `mode: 'hardened'` knows. All ours. */
export interface HardenedConfig {
  /**
   * Payloads kept by the node, in bytes of content. Default 64 MiB. Here and in the next two, what is too much is taken from topics
   * that have more than a fair share, the oldest first; the bounds of a topic (`broadcast`) hold as well.
   */
  readonly nodeCacheMaxBytes: number;
  /** Payloads kept by the node. Default 1,000,000. */
  readonly nodeCacheMaxCount: number;
  /**
   * Ids remembered by the node. At least 1. Default 1,000,000. Those whose time is over are kept for once or twice as long again, to know losses
   * that others report for payloads that were here: twice as many at the very most.
   */
  readonly nodeIdMaxCount: number;
  /**
   * Missing payloads that the node asks for at a time. At least 1. Default 65,536. Topics that have less than a fair share may
   * exceed it, so it is twice as many at the very most.
   */
  readonly nodeMissing: number;
  /**
   * Missing payloads of a topic that one peer can be asked for at a time. Four times as many of those that it has announced are known. At least 1.
   * Default 640: what one that invents payloads has the node wait for takes less than 1 MB.
   */
  readonly missingPerPeer: number;
  /** Missing payloads that a topic asks for at a time. Four times as many are known. At least 1. Default 65,536. */
  readonly missingTotal: number;
  /** How often one announcer is asked for one payload. The pause doubles each time round. 1 to 32. Default 8 (about 40 s). */
  readonly graftAttempts: number;
  /** Passive peers that one received list of nodes may push out of a full view. Default 10 (honest lists have 8). */
  readonly replacedPerList: number;
  /** How often one peer may push somebody out of a full active view within `evictionWindow`. At least 1. Default 3. */
  readonly evictionsPerPeer: number;
  /** The same for all peers of one source, where the host tells sources. At least 1. Default 128. */
  readonly evictionsPerSource: number;
  /**
   * The same for all peers together. At least 1. Default 1,024, for a storm of joins: half of the view is kept at any rate, and this
   * bounds what the coming and going of the other half may cost.
   */
  readonly evictionsTotal: number;
  /** The window of the three. Default 60 s. */
  readonly evictionWindow: number;
  /** Joins of one peer that are passed on within `rateWindow`. At least 1. Default 3. */
  readonly joinsPerPeer: number;
  /**
   * ForwardJoins of one neighbor that are followed or passed on within `rateWindow`, and Joins of all peers that are passed on. At least 1.
   * Default 2,048: a storm of 1,000 nodes that join through one contact in the same second is passed on whole.
   */
  readonly introductionsPerPeer: number;
  /**
   * Peers that we have asked to be neighbors because somebody has introduced them, and that have not answered, per topic. At least 1. Default
   * 16: three times a full active view. Whoever has introduced none of them may introduce one even so, up to twice as many.
   */
  readonly introducedRequests: number;
  /**
   * Shuffles of one peer that are answered or passed on within `rateWindow`, and lists of nodes of one that are taken in between two shuffles of ours.
   * At least 1. Default 64 (honest swarms: about 6 from all neighbors).
   */
  readonly shufflesPerPeer: number;
  /** The window of the three. Default 60 s. */
  readonly rateWindow: number;
  /**
   * How often a payload is sent to a neighbor that asks for it, within `graftInterval`. At least 1. Default 3: answers may be lost, and a neighbor
   * that has asked everybody asks again after a third of a second. A former neighbor is sent it once. A node of `@grapevine/net` has 1: streams
   * lose nothing.
   */
  readonly graftAnswers: number;
  /** From the first answer on. Default 1 s. */
  readonly graftInterval: number;
  /** Cached payloads that are announced to a peer at once, where all of them have to be. At least 1. Default 512. */
  readonly announcedPerPage: number;
  /**
   * While there is traffic: how often we reconcile with a neighbor, one in turn (plus or minus a quarter). Default 10 s.
   */
  readonly reconcileInterval: number;
  /** Trees of a topic: one for each tag, that is for each publisher and session. At least 1. Default 1,024. Payloads of further tags share a tree. */
  readonly maxTrees: number;
  /** How long a tree is kept without a payload. Default 10 minutes. */
  readonly treeRetention: number;
  /**
   * How long announcements of payloads with tags are collected where trees are stable. Default 250 ms. After a branch has broken, it is
   * `broadcast.dispatchTimeout`, and grows back by an eighth of the time since.
   */
  readonly announceDelayMax: number;
  /** Leaves (peers that can dial and not be dialed, as browser tabs) that may be neighbors in a topic, beside the active view. Default 64. */
  readonly leafCapacity: number;
}

/**
 * Settings of a node, the same for all its topics. All durations are in one unit of the host's choice, which is also the
 * unit of `now`; {@link defaultConfig} gives the defaults in the usual ones.
 */
export interface Config {
  /**
   * `reference` takes the decisions of iroh-gossip 0.101 one by one. `hardened` (default) speaks the same language and
   * withstands hostile and unlucky peers.
   */
  readonly mode: 'hardened' | 'reference';
  /**
   * Limit of a frame's body on a gossip link in bytes; a body must be *shorter* to be sent, and a longer one that arrives breaks the link.
   * At least 512. Default 4,096 (reference). It should be the same on all nodes: what a neighbor with a smaller limit does not take is not
   * sent to it again. Where both sides reconcile, the neighbor fetches it all the same, some seconds late, because the frames of
   * reconciliation have a bound of their own (32 KiB, or this limit if it is larger): it is delivered, but not passed on. A neighbor that
   * does not reconcile misses it.
   */
  readonly maxMessageSize: number;
  readonly membership: MembershipConfig;
  readonly broadcast: BroadcastConfig;
  readonly hardened: HardenedConfig;
}

/** Any part of it, where `undefined` is as good as left out. */
export type Given<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** A config of which everything may be left out. */
export interface PartialConfig {
  readonly mode?: Config['mode'] | undefined;
  readonly maxMessageSize?: number | undefined;
  readonly membership?: Given<MembershipConfig> | undefined;
  readonly broadcast?: Given<BroadcastConfig> | undefined;
  readonly hardened?: Given<HardenedConfig> | undefined;
}

/** The smallest `maxMessageSize` (reference). */
export const MIN_MAX_MESSAGE_SIZE = 512;

/** Units in which {@link defaultConfig} can express durations. */
export type TimeUnit = 'milliseconds' | 'microseconds' | 'nanoseconds';

const PER_MILLISECOND: Readonly<Record<TimeUnit, number>> = {
  milliseconds: 1,
  microseconds: 1_000,
  nanoseconds: 1_000_000,
};

/**
 * The default config with its durations in the given unit.
 *
 * @example
 * ```ts
 * defaultConfig().membership.neighborRequestTimeout; // 500
 * defaultConfig('nanoseconds').membership.neighborRequestTimeout; // 500_000_000
 * ```
 */
export function defaultConfig(unit: TimeUnit = 'milliseconds'): Config {
  const ms = PER_MILLISECOND[unit];
  if (ms === undefined) throw new TypeError(`unknown time unit ${JSON.stringify(unit)}`);
  return {
    mode: 'hardened',
    maxMessageSize: 4096,
    membership: presets(MEMBERSHIP, ms),
    broadcast: presets(BROADCAST, ms),
    hardened: presets(HARDENED, ms),
  };
}

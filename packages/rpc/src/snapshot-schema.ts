import type { GossipSnapshot } from '@grapevine/api';
import { type EndpointAddr, endpointAddrSchema, endpointIdSchema, namedIdSchema } from '@grapevine/net';
import { bool, mapped, option, type Schema, seq, string, struct, u64, unitEnum } from '@grapevine/postcard';
import { topicSchema } from './wire.js';

type Topic = GossipSnapshot['topics'][number];
type Peer = GossipSnapshot['peers'][number];

/** A whole number that is not negative. */
const count: Schema<number> = mapped(u64, { decode: Number, encode: (value: number) => BigInt(value) });

/** Milliseconds in steps of a microsecond. */
const milliseconds: Schema<number> = mapped(count, {
  decode: (microseconds) => microseconds / 1000,
  encode: (ms) => Math.round(ms * 1000),
});

/** Views may hold ids that nobody has. */
const ids = seq(namedIdSchema);

const topicSnapshot: Schema<Topic> = struct({
  id: topicSchema,
  activeView: ids,
  leaves: ids,
  passiveView: ids,
  pendingNeighborRequests: ids,
  eagerPeers: ids,
  lazyPeers: ids,
  missingPayloads: count,
  queuedAnnouncements: count,
  payloadCache: struct({ count, bytes: count }),
  seenIds: count,
  maxLastDeliveryHop: count,
  subscribers: count,
  keptBroadcasts: count,
});

const peerFields = struct({
  /** The peer with its current address, if there is one. */
  at: endpointAddrSchema,
  state: unitEnum(['dialing', 'connected', 'backing-off']),
  connections: count,
  rttMs: milliseconds,
  sentBytes: count,
  receivedBytes: count,
  queuedBytes: count,
  waitingStreams: count,
  identityConflict: bool,
  maxMessageSize: option(count),
  dialFailures: count,
  lastDialError: option(string),
  reconciles: option(bool),
});

const peerSnapshot: Schema<Peer> = mapped(peerFields, {
  decode: ({ at, ...rest }): Peer => ({ id: at.id, remoteAddr: at.addrs[0], ...rest }),
  encode: ({ id, remoteAddr, ...rest }: Peer) => {
    const at: EndpointAddr = { id, addrs: remoteAddr === undefined ? [] : [remoteAddr] };
    return { at, ...rest };
  },
});

/** All that `GossipApi.snapshot()` returns. */
export const snapshotSchema: Schema<GossipSnapshot> = struct({
  id: endpointIdSchema,
  topics: seq(topicSnapshot),
  peers: seq(peerSnapshot),
  identityConflict: bool,
  stats: struct({
    spoofedIds: count,
    strangerGossip: count,
    strangerGrafts: count,
    strangerPrunes: count,
    strangerIHaves: count,
    strangerForwardJoins: count,
    strangerShuffles: count,
    refusedGrafts: count,
    selfReferences: count,
    expelledMessages: count,
    discardedPayloads: count,
    truncatedLists: count,
    shortenedWalks: count,
    unsolicitedShuffleReplies: count,
    refusedReplacements: count,
    refusedEvictions: count,
    refusedIntroductions: count,
    refusedShuffles: count,
    refusedLeaves: count,
    impossiblePeers: count,
    droppedAnnouncements: count,
    abandonedPayloads: count,
    unavailablePayloads: count,
    overflowedPayloads: count,
    expiredRecoveries: count,
    droppedTags: count,
    unforwardable: count,
    droppedPeerData: count,
    staleTimers: count,
    evictedPayloads: count,
    unknownTopics: count,
  }),
  losses: struct({
    'slow-reader': count,
    abandoned: count,
    unavailable: count,
    overflow: count,
    away: count,
    unsent: count,
  }),
  sources: struct({
    slots: struct({ used: count, limit: count }),
    hosts: count,
    dials: struct({ all: count, hearsay: count, hearsayWaiting: count }),
    refused: struct({ slot: count, displaced: count, dial: count, hearsay: count, work: count, memory: count }),
  }),
  admission: struct({
    counts: struct({
      'not-allowed': count,
      undecided: count,
      rejected: count,
      ignored: count,
      'validate-timeout': count,
      'validate-full': count,
      'shut-out': count,
    }),
    shutOut: count,
  }),
  reconciliation: struct({ sessions: count, recovered: count, unavailable: count, failed: count }),
  transport: option(
    struct({
      undecodable: count,
      excess: count,
      'unknown-connection': count,
      busy: count,
      unproven: count,
      'wrong-version': count,
      refused: count,
      flooder: count,
      flood: count,
      reset: count,
      'black-hole': count,
      'bad-request': count,
      'no-room': count,
    }),
  ),
});

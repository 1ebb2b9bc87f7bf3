import type { Attack } from '../attack.js';
import { ackFlood } from './ack-flood.js';
import { addressFlood } from './address-flood.js';
import { allSides } from './all-sides.js';
import { cryptoHole } from './crypto-hole.js';
import { cryptoPieces } from './crypto-pieces.js';
import { datagramRubbish } from './datagram-rubbish.js';
import { emptyStreams, emptyStreamsOfOne } from './empty-streams.js';
import { endlessSessions } from './endless-sessions.js';
import { forgedInitials } from './forged-initials.js';
import { freshKeys } from './fresh-keys.js';
import { halfOpen } from './half-open.js';
import { hearsayFlood } from './hearsay-flood.js';
import { inventedAnnouncements } from './invented-announcements.js';
import { inventedIds } from './invented-ids.js';
import { joinAndLeave } from './join-and-leave.js';
import { knownGrafts } from './known-grafts.js';
import { manyTopics } from './many-topics.js';
import { movedSource } from './moved-source.js';
import { nothing } from './nothing.js';
import { optimisticAcks } from './optimistic-acks.js';
import { pathChallenges } from './path-challenges.js';
import { pruneFlood } from './prune-flood.js';
import { rejectedPayloads } from './rejected-payloads.js';
import { repeatedGrafts } from './repeated-grafts.js';
import { repeatedWalks } from './repeated-walks.js';
import { resetStreams } from './reset-streams.js';
import { retiredIds } from './retired-ids.js';
import { rpcItems } from './rpc-items.js';
import { slowHeaders } from './slow-headers.js';
import { streamPieces } from './stream-pieces.js';
import { sybilJoins } from './sybil-joins.js';
import { tagFlood } from './tag-flood.js';
import { unavailableLies } from './unavailable-lies.js';
import { unfinishedFrames } from './unfinished-frames.js';
import { unknownTopics } from './unknown-topics.js';
import { webConnections } from './web-connections.js';
import { webSessions } from './web-sessions.js';

/** All attacks, in the order of the table. A new one is a file in this folder and a line here. */
export const ATTACKS: readonly Attack[] = [
  nothing,
  // What a stranger or a neighbor says
  hearsayFlood('stranger'),
  hearsayFlood('neighbor'),
  inventedIds,
  addressFlood,
  repeatedWalks,
  unknownTopics,
  manyTopics,
  pruneFlood,
  freshKeys,
  sybilJoins,
  joinAndLeave,
  repeatedGrafts,
  knownGrafts,
  inventedAnnouncements,
  tagFlood,
  rejectedPayloads,
  unfinishedFrames,
  slowHeaders,
  endlessSessions,
  unavailableLies,
  resetStreams,
  // What comes below the streams
  datagramRubbish,
  forgedInitials,
  halfOpen,
  cryptoHole,
  cryptoPieces,
  streamPieces,
  emptyStreams,
  emptyStreamsOfOne,
  pathChallenges,
  ackFlood,
  optimisticAcks,
  retiredIds,
  movedSource,
  // The other listeners
  webConnections,
  webSessions,
  rpcItems,
  allSides,
];

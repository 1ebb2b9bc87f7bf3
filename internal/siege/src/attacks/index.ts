import type { Attack } from '../attack.js';
import { addressFlood } from './address-flood.js';
import { freshKeys } from './fresh-keys.js';
import { hearsayFlood } from './hearsay-flood.js';
import { inventedIds } from './invented-ids.js';
import { joinAndLeave } from './join-and-leave.js';
import { pruneFlood } from './prune-flood.js';
import { repeatedGrafts } from './repeated-grafts.js';
import { sybilJoins } from './sybil-joins.js';
import { unfinishedFrames } from './unfinished-frames.js';
import { unknownTopics } from './unknown-topics.js';

/** All attacks, in the order of the table. A new one is a file in this folder and a line here. */
export const ATTACKS: readonly Attack[] = [
  hearsayFlood('stranger'),
  hearsayFlood('neighbor'),
  inventedIds,
  addressFlood,
  unknownTopics,
  pruneFlood,
  freshKeys,
  sybilJoins,
  joinAndLeave,
  repeatedGrafts,
  unfinishedFrames,
];

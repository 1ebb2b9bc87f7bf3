export { comparedFor } from './broadcast/compared-for.js';
export type { DistantPast, PastMessage } from './broadcast/distant-past.js';
export { idPrefix } from './broadcast/past-ids.js';
export type { WindowEntry } from './broadcast/payload-window.js';
export type { LossEntry } from './broadcast/told-losses.js';
export {
  type BroadcastConfig,
  type Config,
  defaultConfig,
  type HardenedConfig,
  type MembershipConfig,
  MIN_MAX_MESSAGE_SIZE,
  type PartialConfig,
  type TimeUnit,
} from './config.js';
export type {
  Command,
  DisconnectReason,
  GapReason,
  InEvent,
  LossReason,
  NeighborDownReason,
  OutEvent,
  ReconcileReason,
  Scope,
  TopicEvent,
} from './event.js';
export type { KernelState } from './kernel-state.js';
export type { PeerOrigin, Trust } from './membership/origin.js';
export type { Outputs } from './outputs.js';
export type { PeerId } from './peer-id.js';
export { resolveConfig } from './resolve-config.js';
export type { StateTotals, TopicSnapshot } from './snapshot.js';
export { State } from './state.js';
export type { StateOptions } from './state-options.js';
export type { Stats } from './stats.js';
export { defaultHash, type Hash } from './structures/hash.js';
export type { Rng } from './structures/rng.js';
export { seededRng } from './structures/seeded-rng.js';
export { TimerHeap } from './structures/timer-heap.js';
export type { Timer, TimerTask } from './timer.js';
export { maxPeerData } from './wire/fit-nodes.js';
export { hexId32 } from './wire/hex-id.js';
export { ihaveChunkLength } from './wire/ihave-chunks.js';
export { maxPayload } from './wire/max-payload.js';
export type {
  DeliveryScope,
  DisconnectMessage,
  ForwardJoinMessage,
  GossipMessage,
  GraftMessage,
  HyParViewMessage,
  IHaveEntry,
  IHaveMessage,
  JoinMessage,
  Message,
  NeighborMessage,
  PeerData,
  PeerInfo,
  PlumTreeMessage,
  Priority,
  PruneMessage,
  ShuffleMessage,
  ShuffleReplyMessage,
} from './wire/message.js';
export { messageCodec } from './wire/message-codec.js';
export {
  type MessageId,
  messageIdFromBytes,
  messageIdSchema,
  messageIdToBytes,
  messageIdToHex,
} from './wire/message-id.js';
export type { RootTag, Route } from './wire/root-tag.js';
export { type TopicId, topicId, topicIdFromBytes, topicIdSchema, topicIdToBytes } from './wire/topic-id.js';

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
  InEvent,
  NeighborDownReason,
  OutEvent,
  PeerId,
  Scope,
  TopicEvent,
} from './event.js';
export { maxPeerData } from './fit-nodes.js';
export { defaultHash, type Hash } from './hash.js';
export { hexId32 } from './hex-id.js';
export { IndexSet } from './index-set.js';
export { maxPayload } from './max-payload.js';
export {
  type DeliveryScope,
  type DisconnectMessage,
  type ForwardJoinMessage,
  type GossipMessage,
  type GraftMessage,
  type HyParViewMessage,
  type IHaveEntry,
  type IHaveMessage,
  isPayload,
  type JoinMessage,
  type Message,
  type NeighborMessage,
  type PeerData,
  type PeerInfo,
  type PlumTreeMessage,
  type Priority,
  type PruneMessage,
  type ShuffleMessage,
  type ShuffleReplyMessage,
} from './message.js';
export { messageCodec } from './message-codec.js';
export {
  type MessageId,
  messageIdFromBytes,
  messageIdSchema,
  messageIdToBytes,
  messageIdToHex,
} from './message-id.js';
export { resolveConfig } from './resolve-config.js';
export type { Rng } from './rng.js';
export { seededRng } from './seeded-rng.js';
export type { TopicSnapshot } from './snapshot.js';
export { State, type StateOptions } from './state.js';
export type { Stats } from './stats.js';
export { type CacheLimits, TimeBoundCache } from './time-bound-cache.js';
export type { Timer, TimerTask } from './timer.js';
export { TimerHeap } from './timer-heap.js';
export { type TopicId, topicId, topicIdFromBytes, topicIdSchema, topicIdToBytes } from './topic-id.js';

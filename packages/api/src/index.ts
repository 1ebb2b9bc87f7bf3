export {
  type AdmissionReason,
  type AllowPeer,
  type EndpointAddr,
  EndpointClosedError,
  type EndpointId,
  type FlushResult,
  formatRoomTicket,
  formatTicket,
  GossipClosedError,
  GossipError,
  type GossipEvent,
  type GossipOptions,
  type GossipService,
  type GossipSnapshot,
  JoinTimeoutError,
  type LaggedReason,
  type LossReason,
  type MembershipEvent,
  MessageTooLargeError,
  NoNeighborsError,
  ParseError,
  type PeerInfo,
  parseRoomTicket,
  parseTicket,
  type ReceivedMessage,
  type RoomTicket,
  type RoomTicketText,
  TopicClosedError,
  type TriedPeer,
  type Validate,
  type Verdict,
} from '@grapevine/net';
export type { DeliveryScope, NeighborDownReason, PartialConfig, TopicId } from '@grapevine/proto';
export type { BindOptions } from './bind.js';
export { type Bootstrap, parseBootstrap, parseBootstraps } from './bootstrap.js';
export { BoundGossip } from './bound-gossip.js';
export { Gossip } from './gossip.js';
export { GossipApi, type TopicOptions } from './gossip-api.js';
export type { GossipMessage } from './messages.js';
export { GossipReceiver, type WaitOptions } from './receiver.js';
export { type BroadcastOptions, GossipSender } from './sender.js';
export type { TopicStatus } from './status.js';
export { GossipTopic } from './topic.js';
export { topicIdFrom } from './topic-id-from.js';

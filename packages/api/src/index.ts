export {
  type AdmissionReason,
  type AllowPeer,
  type EndpointAddr,
  EndpointClosedError,
  type EndpointId,
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
  MessageTooLargeError,
  NoNeighborsError,
  ParseError,
  type PeerInfo,
  parseTicket,
  type ReceivedMessage,
  TopicClosedError,
  type TriedPeer,
  type Validate,
  type Verdict,
} from '@grapevine/net';
export type { DeliveryScope, NeighborDownReason, PartialConfig, TopicId } from '@grapevine/proto';
export { type Bootstrap, parseBootstrap, parseBootstraps } from './bootstrap.js';
export { Gossip } from './gossip.js';
export { GossipApi, type TopicOptions } from './gossip-api.js';
export { GossipReceiver } from './receiver.js';
export { type BroadcastOptions, GossipSender } from './sender.js';
export { GossipTopic } from './topic.js';
export { topicIdFrom } from './topic-id-from.js';

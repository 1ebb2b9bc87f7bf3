export {
  AddressBook,
  type AddressBookOptions,
  type AddressLookup,
  type AddressProvider,
  type AddressQuery,
  type AddressSource,
} from './address/address-book.js';
export {
  decodeAddrInfo,
  encodeAddrInfo,
  endpointAddrSchema,
  endpointIdSchema,
  namedIdSchema,
} from './address/codec.js';
export {
  directAddrs,
  type EndpointAddr,
  endpointAddr,
  type TransportAddr,
} from './address/endpoint-addr.js';
export { type Reach, reachOf, reachWarning } from './address/reach.js';
export {
  formatRoomTicket,
  looksLikeRoomTicket,
  parseRoomTicket,
  type RoomTicket,
  type RoomTicketText,
} from './address/room-ticket.js';
export { formatSocketAddr, isLoopback, parseSocketAddr, type SocketAddr, socketAddr } from './address/socket-addr.js';
export { sourceOf } from './address/source.js';
export { formatTicket, parseTicket } from './address/ticket.js';
export { WEB_TRANSPORT } from './address/web-transport.js';
export {
  BindError,
  ConnectError,
  type ConnectFailure,
  ConnectionClosedError,
  EndpointClosedError,
  GossipClosedError,
  GossipError,
  MessageTooLargeError,
  NoNeighborsError,
  ParseError,
  StreamLimitError,
  StreamResetError,
  StreamStateError,
  TopicClosedError,
  UnsupportedPlatformError,
} from './errors.js';
export type { AllowPeer, PeerInfo } from './gossip/admission/allow-peer.js';
export type { AdmissionReason } from './gossip/admission/counts.js';
export type { AdmissionSnapshot } from './gossip/admission/gate-host.js';
export { CloseCode } from './gossip/close-code.js';
export { EventQueue, type EventQueueOptions } from './gossip/event-queue.js';
export { JoinTimeoutError, type TriedPeer } from './gossip/join-timeout-error.js';
export type { KernelHost } from './gossip/kernel-host.js';
export { MembershipReaders } from './gossip/membership-readers.js';
export {
  type DialOutcome,
  type DropReason,
  type GossipGauges,
  type GossipMetrics,
  noMetrics,
  type TickKind,
} from './gossip/metrics.js';
export { GossipNode } from './gossip/node.js';
export { DEFAULT_UNREAD_BYTES, type GossipOptions } from './gossip/options.js';
export type { PeerSource } from './gossip/peer-source.js';
export type { ReconcilerCounters } from './gossip/reconciliation/index.js';
export type {
  FlushResult,
  GossipEvent,
  GossipService,
  LaggedReason,
  MembershipEvent,
  MembershipReader,
  OwnBytes,
  QueuedEvent,
  SubscribeOptions,
  TopicCommand,
  TopicSession,
  WhenAlone,
} from './gossip/service.js';
export { SharedBudget } from './gossip/shared-budget.js';
export type { GossipSnapshot, GossipTopicSnapshot, LossReason, PeerSnapshot } from './gossip/snapshot.js';
export type { ReceivedMessage, Validate, Verdict } from './gossip/validation/validate.js';
export { GOSSIP_ALPN } from './gossip/wire.js';
export type { SigningKey } from './identity/ed25519/signing-key.js';
export { type EndpointId, parseEndpointId, shortId } from './identity/endpoint-id.js';
export { loadSigningKey } from './identity/load-signing-key.js';
export { SecretKey } from './identity/secret-key.js';
export { verifySignature } from './identity/verify.js';
export { verifySignatureAsync } from './identity/verify-async.js';
export { type CloseReason, describeClose, type EndpointCloseReason } from './transport/close-reason.js';
export type { TransportLosses, TransportLossReason } from './transport/losses.js';
export { type ProtocolCompanion, type ProtocolHandler, Router, type RouterOptions } from './transport/router.js';
export type {
  BiStream,
  Connection,
  ConnectionStats,
  ConnectOptions,
  Endpoint,
  Incoming,
  PendingLimits,
  RecvStream,
  SendStream,
} from './transport/seam.js';
export { decodeBase32, encodeBase32 } from './util/base32.js';
export { type Clock, type ClockTimer, systemClock } from './util/clock.js';
export { abortable, type Deferred, deferred } from './util/deferred.js';
export { type Logger, silentLogger } from './util/logger.js';

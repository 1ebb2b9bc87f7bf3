import type { InEvent, MessageId, TopicId } from '@grapevine/proto';
import type { TransportAddr } from '../../address/endpoint-addr.js';
import type { EndpointId } from '../../identity/endpoint-id.js';
import type { Connection } from '../../transport/seam.js';
import type { Sources } from '../sources/index.js';
import type { NetMessage } from '../wire.js';
import type { Arrival } from './conversation.js';
import type { AdmissionReason } from './counts.js';

/** The event that tells of the end of a peer's last connection. */
export type Ending = InEvent<EndpointId> & { readonly type: 'peerDisconnected' | 'linkRetired' };

/** What a `Gate` needs of its node. */
export interface GateHost {
  /** Hands an event to the protocol. */
  feed(event: InEvent<EndpointId>): void;
  /** Sends, whatever was decided. */
  send(to: EndpointId, topic: TopicId, message: NetMessage): void;
  isJoined(topic: TopicId): boolean;
  hasSeen(topic: TopicId, id: MessageId): boolean;
  isConnected(peer: EndpointId): boolean;
  remoteAddr(peer: EndpointId): TransportAddr | undefined;
  /** Knows who is behind peers, and is told from where nobody new comes. */
  readonly sources: Pick<Sources, 'sourceOf' | 'isOut' | 'close'>;
  /** A hub has something to say that is compared and not announced. */
  compare(topic: TopicId, hub: EndpointId): void;
  /** A peer may have no use for its connection any more. */
  release(peer: EndpointId): void;
  /** Nothing more may be said to a peer in a topic. */
  expelled(topic: TopicId, peer: EndpointId): void;
}

/** Where what comes from peers, and goes to them, waits until the application has decided. */
export interface AppGate {
  readonly snapshot: AdmissionSnapshot;
  /**
   * Whether the peer of a connection may say anything. One that has sent too many rejected messages lately may not, nor one that comes from where
   * others have: its connection is closed.
   */
  admits(connection: Connection): boolean;
  /** Something has come. It is handed on now, later, or not at all. */
  receive(arrival: Arrival): void;
  /** Something is to be sent. @returns whether it may be now; otherwise it is sent later, or not at all */
  maySend(to: EndpointId, topic: TopicId, message: NetMessage): boolean;
  /** Asks about everybody again. Peers that are refused now are dropped at once, peers that are allowed again may come again. */
  review(topic?: TopicId): void;
  /** The first connection to a peer is up. */
  connected(peer: EndpointId): void;
  /** The last connection to a peer is gone. What it has sent before that comes first. */
  ended(ending: Ending): void;
  /** We have left a topic. */
  left(topic: TopicId): void;
  close(): void;
}

/** What a snapshot tells about it. */
export interface AdmissionSnapshot {
  /** How often something was kept from happening, by reason. */
  readonly counts: Readonly<Record<AdmissionReason, number>>;
  /** Peers that have sent too many rejected messages, and are out for a while. */
  readonly shutOut: number;
}

import type { DisconnectReason, MessageId, TopicId } from '@grapevine/proto';
import type { EndpointId } from '../../identity/endpoint-id.js';
import type { NetMessage } from '../wire.js';

/** Who hears what happens to peers. */
export interface PeerTableHost {
  message(from: EndpointId, topic: TopicId, message: NetMessage): void;
  /** The content of a payload that can be asked for. */
  payload(topic: TopicId, id: MessageId): Uint8Array | undefined;
  /** Whether we are in a topic. */
  isJoined(topic: TopicId): boolean;
  /** A dial to a peer has begun. */
  dialing(peer: EndpointId): void;
  /**
   * The first connection to a peer is up. @param source who is behind it: a host, or the peer alone where the transport does not say @param isLeaf
   * whether the peer cannot be dialed
   */
  connected(peer: EndpointId, source: string, isLeaf: boolean): void;
  /** The last connection to a peer is gone, or a dial has failed. */
  gone(peer: EndpointId, reason: DisconnectReason): void;
  /** The last connection to a peer was closed in good order. */
  retired(peer: EndpointId): void;
  /** A newer connection is in use: what was under way to or from the peer may be lost. */
  linkReplaced(peer: EndpointId): void;
  /** Messages to or from a connected peer were lost, or may be. */
  linkGap(peer: EndpointId, reason: 'sleep' | 'overflow'): void;
  /** Messages were longer than a peer takes, a while ago. */
  withheld(peer: EndpointId): void;
  /** Our time stood still for `forMs` milliseconds. */
  slept(forMs: number): void;
  /** These peers have answered after that, on the links that there were before. */
  survivedSleep(peers: readonly EndpointId[]): void;
  /** Whether a peer is, or is about to be, an active neighbor in some topic. */
  isWanted(peer: EndpointId): boolean;
}

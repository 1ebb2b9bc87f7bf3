import type { DeliveryScope, NeighborDownReason, Scope, TopicId } from '@grapevine/proto';
import type { EndpointAddr } from '../address/endpoint-addr.js';
import type { EndpointId } from '../identity/endpoint-id.js';
import type { GossipSnapshot } from './snapshot.js';

/** What a subscriber of a topic reads. */
export type GossipEvent =
  | {
      readonly type: 'received';
      /** What was broadcast. Shared with other subscribers: not to be changed. */
      readonly content: Uint8Array;
      /** The neighbor that handed it to us, who need not be its author. */
      readonly deliveredFrom: EndpointId;
      /** How far it travels, and how many hops it was away from its publisher. Round 0: `deliveredFrom` is the publisher. */
      readonly scope: DeliveryScope;
    }
  | { readonly type: 'neighborUp'; readonly peer: EndpointId }
  /** Remote control carries no reasons: there it is `unknown`. */
  | { readonly type: 'neighborDown'; readonly peer: EndpointId; readonly reason: NeighborDownReason | 'unknown' }
  /** This reader was too slow: so many events before the next one are lost. Behind remote control it may be more. */
  | { readonly type: 'lagged'; readonly missed: number };

/** What a subscriber may ask of a topic. */
export type TopicCommand =
  | { readonly type: 'broadcast'; readonly content: Uint8Array; readonly scope: Scope; readonly whenAlone: WhenAlone }
  | { readonly type: 'joinPeers'; readonly peers: readonly (EndpointId | EndpointAddr)[] };

/** What becomes of a broadcast while the topic has no neighbor: kept for the first one (bounded), or rejected. */
export type WhenAlone = 'keep' | 'reject';

/** How to subscribe. */
export interface SubscribeOptions {
  /** Peers that are in the topic already; an address or ticket says where, a bare id must be known to the address lookup. */
  readonly bootstrap?: readonly (EndpointId | EndpointAddr)[];
  /** Events kept for a reader that lags behind; then the oldest are lost and counted. Default 2,048. */
  readonly queueCapacity?: number;
}

/**
 * One subscription to one topic: commands in, events out. What `GossipTopic` of `@grapevine/api` stands on, whether the node is
 * in this process or behind remote control.
 */
export interface TopicSession {
  readonly topic: TopicId;
  /** The active neighbors now. */
  neighbors(): readonly EndpointId[];
  /** Longest content of a broadcast in bytes. */
  maxContentLength(scope: Scope): number;
  /** Settles when the topic has a neighbor. @throws TopicClosedError, the signal's reason */
  joined(signal?: AbortSignal): Promise<void>;
  /**
   * Settles when a command is queued; a broadcast waits for room.
   *
   * @throws MessageTooLargeError, NoNeighborsError, TopicClosedError, the signal's reason
   */
  send(command: TopicCommand, signal?: AbortSignal): Promise<void>;
  /** The next event; done when the topic is closed. */
  next(): Promise<IteratorResult<GossipEvent, undefined>>;
  /** No more commands from here. */
  closeSender(): void;
  /** No more events to here. When both halves of all subscriptions are closed, the topic is left. */
  closeReceiver(): void;
}

/** A node that can be asked to take part in topics. */
export interface GossipService {
  /** @throws GossipClosedError */
  subscribe(topic: TopicId, options?: SubscribeOptions): Promise<TopicSession>;
  snapshot(): Promise<GossipSnapshot>;
  /** Leaves all topics with Disconnect messages and closes connections. Resolves when they are acknowledged or their time is up. */
  shutdown(): Promise<void>;
}

import type { DeliveryScope, NeighborDownReason, Scope, TopicId } from '@grapevine/proto';
import type { EndpointAddr } from '../address/endpoint-addr.js';
import type { EndpointId } from '../identity/endpoint-id.js';
import type { GossipSnapshot } from './snapshot.js';

/**
 * Why messages were lost to a reader: it was `slow-reader` itself; the node knew of them and gave up fetching them, because nobody had them in time
 * (`abandoned`), because peers had dropped them (`unavailable`), or because a bound of its own was reached (`overflow`). Or the node was `away` for
 * longer than its neighbors remember what was said (a minute by default): asleep, without a neighbor, or with neighbors in one half of a network that
 * was cut. The remote API of Rust gives no reasons: there it is `unknown`.
 */
export type LaggedReason = 'slow-reader' | 'abandoned' | 'unavailable' | 'overflow' | 'away' | 'unknown';

/**
 * Bytes in a buffer of their own, which `Blob` and other parts of the web platform want: `Uint8Array<ArrayBuffer>`, written so that
 * compilers before TypeScript 5.7 understand it, too.
 */
export type OwnBytes = ReturnType<typeof Uint8Array.of>;

/** What a subscriber of a topic reads. */
export type GossipEvent = EventWith<OwnBytes>;

/** An event before its reader takes it: its content is shared with others. */
export type QueuedEvent = EventWith<Uint8Array>;

type EventWith<Content> =
  | {
      readonly type: 'received';
      /** What was broadcast. The reader's own copy: it may be changed. */
      readonly content: Content;
      /** The neighbor that handed it to us, who need not be its author; our own id for what was published on this node. */
      readonly deliveredFrom: EndpointId;
      /** How far it travels, and how many hops it was away from its publisher. Round 0: `deliveredFrom` is the publisher. */
      readonly scope: DeliveryScope;
    }
  | { readonly type: 'neighborUp'; readonly peer: EndpointId }
  /** Remote control carries no reasons: there it is `unknown`. */
  | { readonly type: 'neighborDown'; readonly peer: EndpointId; readonly reason: NeighborDownReason | 'unknown' }
  /**
   * `missed` messages are lost to this reader at this place. Each message that the node knew of is either delivered to a reader or counted in one of
   * these events. With the reason `unknown` more may be lost. With the reason `away` nobody knows the number: `missed` is the least that it can be,
   * as far as a neighbor has named messages that were missed (32 at most), and is 0 where none has. Any number may be lost, or none where it is 0,
   * besides those that other events count.
   */
  | { readonly type: 'lagged'; readonly missed: number; readonly reason: LaggedReason };

/** A change of neighbors. */
export type MembershipEvent = GossipEvent & { readonly type: 'neighborUp' | 'neighborDown' };

/** Reads changes of neighbors, apart from messages. */
export interface MembershipReader {
  /**
   * The next change; done when the subscription no longer reads, or the topic is closed. A wait that was given up takes none away.
   *
   * @throws EndpointClosedError after what is queued, when the node lost its endpoint; the signal's reason
   */
  next(signal?: AbortSignal): Promise<IteratorResult<MembershipEvent, undefined>>;
  /** Reads no more. */
  close(): void;
}

/** What has become of what was published in a topic. */
export interface FlushResult {
  /** Broadcasts that wait for the topic's first neighbor, or waited for it when the topic was closed meanwhile. */
  readonly kept: number;
  /**
   * Neighbors whose transport does not have all of it: the connection ended, or the peer takes nothing. They get it from others, or fetch it once
   * they are back.
   */
  readonly lost: readonly EndpointId[];
  /**
   * Broadcasts of this program that the node behind remote control did not take, in all its topics; 0 for a node in this process, which rejects them.
   */
  readonly refused: number;
}

/** What a subscriber may ask of a topic. */
export type TopicCommand =
  | { readonly type: 'broadcast'; readonly content: Uint8Array; readonly scope: Scope; readonly whenAlone: WhenAlone }
  | { readonly type: 'joinPeers'; readonly peers: readonly (EndpointId | EndpointAddr)[] };

/**
 * What becomes of a broadcast while the topic has no neighbor: kept for the first one (bounded), or rejected. Other subscribers on the
 * node hear a kept one at once, and a rejected one not at all.
 */
export type WhenAlone = 'keep' | 'reject';

/** How to subscribe. */
export interface SubscribeOptions {
  /** Peers that are in the topic already; an address or ticket says where, a bare id must be known to the address lookup. */
  readonly bootstrap?: readonly (EndpointId | EndpointAddr)[] | undefined;
  /** Events kept for a reader that lags behind; then the oldest messages are lost and counted. Default 2,048. */
  readonly queueCapacity?: number | undefined;
  /** Whether this subscriber hears its own broadcasts, too. It always hears those of other subscribers on the node. Default false. */
  readonly echo?: boolean | undefined;
}

/**
 * One subscription to one topic: commands in, events out. What `GossipTopic` of `@grapevine/api` stands on, whether the node is
 * in this process or behind remote control.
 */
export interface TopicSession {
  readonly topic: TopicId;
  /** The active neighbors now; none once both halves are closed. */
  neighbors(): readonly EndpointId[];
  /** Longest content of a broadcast in bytes. */
  maxContentLength(scope: Scope): number;
  /**
   * Settles when the topic has a neighbor.
   *
   * @throws JoinTimeoutError, with the peers that were tried, when the signal is aborted by a time-out; otherwise the signal's reason.
   *   TopicClosedError, EndpointClosedError
   */
  joined(signal?: AbortSignal): Promise<void>;
  /**
   * Settles when a command is queued; a broadcast waits for room.
   *
   * @throws MessageTooLargeError, NoNeighborsError, TopicClosedError, EndpointClosedError, the signal's reason
   */
  send(command: TopicCommand, signal?: AbortSignal): Promise<void>;
  /**
   * The next event; done when the topic is closed. A wait that was given up takes no event away.
   *
   * @throws EndpointClosedError after what is queued, when the node lost its endpoint; the signal's reason
   */
  next(signal?: AbortSignal): Promise<IteratorResult<GossipEvent, undefined>>;
  /** Settles when no more events come in: closed here, or ended with the node. Never rejects. */
  readonly closed: Promise<void>;
  /** A new reader of changes of neighbors. It begins with the current neighbors. */
  membership(): MembershipReader;
  /**
   * Settles when what was published in the topic before has been handed to the transports of its neighbors, or can't be.
   *
   * @throws TopicClosedError, EndpointClosedError, the signal's reason
   */
  flush(signal?: AbortSignal): Promise<FlushResult>;
  /** No more commands from here. */
  closeSender(): void;
  /** No more events to here. When both halves of all subscriptions are closed, the topic is left. */
  closeReceiver(): void;
}

/** A node that can be asked to take part in topics. */
export interface GossipService {
  /** @throws GossipClosedError, EndpointClosedError */
  subscribe(topic: TopicId, options?: SubscribeOptions): Promise<TopicSession>;
  snapshot(): Promise<GossipSnapshot>;
  /** Leaves all topics with Disconnect messages and closes connections. Resolves when they are acknowledged or their time is up. */
  shutdown(): Promise<void>;
}

import type { MessageId } from './message-id.js';
import type { RootTag, Route } from './root-tag.js';

/**
 * Opaque bytes that a node attaches to its own identity and that others pass on: on the network the addresses at which
 * it can be dialed. Empty means "nothing to say".
 */
export type PeerData = Uint8Array;

/** A peer as it is named in messages, with its data where that is known. */
export interface PeerInfo<P> {
  readonly id: P;
  readonly data: PeerData | undefined;
}

/**
 * `high` may not be refused: the sender has no other active neighbor, or is answering a join. `low` is refused when the
 * receiver's active view is full.
 */
export type Priority = 'high' | 'low';

/** How far a payload travels and, on its way through the swarm, how many hops lie behind it (0: straight from its publisher). */
export type DeliveryScope = { readonly type: 'swarm'; readonly round: number } | { readonly type: 'neighbors' };

/** Announces that the sender can deliver a payload, `round` hops away from its publisher. */
export interface IHaveEntry {
  readonly id: MessageId;
  readonly round: number;
  /** The tree of the payload. */
  readonly tag?: RootTag | undefined;
}

/** Asks to enter the swarm through the receiver. */
export interface JoinMessage {
  readonly type: 'join';
  readonly data: PeerData | undefined;
}

/** Introduces a new member on a random walk of `ttl` more hops. */
export interface ForwardJoinMessage<P> {
  readonly type: 'forwardJoin';
  readonly peer: PeerInfo<P>;
  readonly ttl: number;
}

/** Offers nodes for passive views on a random walk of `ttl` more hops. */
export interface ShuffleMessage<P> {
  readonly type: 'shuffle';
  readonly origin: P;
  readonly nodes: readonly PeerInfo<P>[];
  readonly ttl: number;
}

/** Nodes in return: from the end of a shuffle's walk, or ahead of a Disconnect, so that the receiver has peers to try. */
export interface ShuffleReplyMessage<P> {
  readonly type: 'shuffleReply';
  readonly nodes: readonly PeerInfo<P>[];
}

/** Asks to become an active neighbor, or confirms that the receiver has become one. */
export interface NeighborMessage {
  readonly type: 'neighbor';
  readonly priority: Priority;
  readonly data: PeerData | undefined;
}

/** Ends being neighbors; `alive` when the sender stays in the swarm. `respond` is obsolete: sent as false and ignored. */
export interface DisconnectMessage {
  readonly type: 'disconnect';
  readonly alive: boolean;
  readonly respond: boolean;
}

/** A payload. Without a tag it travels along the tree that all such payloads share. */
export interface GossipMessage extends Route {
  readonly type: 'gossip';
  readonly id: MessageId;
  readonly content: Uint8Array;
  readonly scope: DeliveryScope;
}

/** Asks the receiver to announce payloads instead of sending them. */
export interface PruneMessage {
  readonly type: 'prune';
  /** The tree from which the link is taken; none: the shared one. */
  readonly tag?: RootTag | undefined;
}

/** Asks the receiver to send payloads again and, with an id, that payload now. */
export interface GraftMessage {
  readonly type: 'graft';
  readonly id: MessageId | undefined;
  readonly round: number;
  /** The tree into which the link is taken; none: the shared one. */
  readonly tag?: RootTag | undefined;
}

/** Announces payloads that the sender can deliver. */
export interface IHaveMessage {
  readonly type: 'ihave';
  readonly messages: readonly IHaveEntry[];
}

/** Messages of the membership layer. */
export type HyParViewMessage<P> =
  | JoinMessage
  | ForwardJoinMessage<P>
  | ShuffleMessage<P>
  | ShuffleReplyMessage<P>
  | NeighborMessage
  | DisconnectMessage;

/** Messages of the broadcast layer. */
export type PlumTreeMessage = GossipMessage | PruneMessage | GraftMessage | IHaveMessage;

/**
 * A message between two nodes about one topic. The wire wraps both layers' messages once more (`topic::Message`); here
 * it is one flat union, told apart by `type`.
 */
export type Message<P> = HyParViewMessage<P> | PlumTreeMessage;

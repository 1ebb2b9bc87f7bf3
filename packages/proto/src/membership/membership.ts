import type { DisconnectReason } from '../event.js';
import type { PeerId } from '../peer-id.js';
import type { HyParViewMessage } from '../wire/message.js';
import type { PeerOrigin } from './origin.js';

/** Peers in an order of their own. */
interface View<P extends PeerId> {
  readonly values: readonly P[];
  has(peer: P): boolean;
}

/** What a topic needs of the layer that finds its neighbors. `HyParView` is one for members, `HubView` one for leaves. */
export interface Membership<P extends PeerId> {
  /** Our neighbors, without leaves. */
  readonly active: View<P>;
  /** Peers that could replace them. */
  readonly passive: Pick<View<P>, 'values'>;
  /** Peers that were asked to be neighbors, and have not answered. */
  readonly pending: { keys(): Iterable<P> };

  /** Asks a peer to let us in. That it was dismissed is forgotten where the user names it now. */
  requestJoin(peer: P, now: number, by: { readonly byUser?: boolean }): void;
  /** Finds out whether a peer is in our swarm, although we have neighbors. */
  probe(peer: P, now: number): void;
  receive(from: P, message: HyParViewMessage<P>, now: number): void;
  shuffleTimerExpired(): void;
  /** The swarm has let us in a while ago. */
  askTimerExpired(): void;
  /** A neighbor request has gone unanswered for too long. */
  requestTimerExpired(peer: P, request: number): void;
  /** The time has come to ask the next candidate. */
  refillTimerExpired(): void;
  /** A link to a peer exists. */
  peerConnected(peer: P): void;
  /** The last link to a peer is gone, or could not be made. */
  peerDisconnected(peer: P, reason: DisconnectReason): void;
  /** What a peer believes about us may have changed: it may have started anew behind a new link. */
  linkGap(peer: P): void;
  /** Our own data has changed. */
  peerDataUpdated(): void;
  /** A neighbor is of no use: makes room for another. */
  dismiss(peer: P, now: number): void;
  /** Whether a peer was dismissed a while ago, and is not taken back yet. Undefined where that is not remembered. */
  isDismissed?(peer: P, now: number): boolean;
  /** A peer is forbidden: it must leave. */
  expel(peer: P): void;
  /** A peer is forbidden no longer. */
  allow(peer: P): void;
  /** Tells all neighbors that we leave. The topic's state is dropped afterwards. */
  quit(): void;
  /** Whether this topic has any use for a link to a peer. */
  wants(peer: P): boolean;
  /** Whether a peer has said anything since it last left the topic; true where that is not remembered. */
  hasHeardFrom(peer: P): boolean;
  /** How a peer has come to be known. */
  origin(peer: P): PeerOrigin<P>;
}

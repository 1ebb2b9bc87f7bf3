import type { LossEntry } from './broadcast/told-losses.js';
import type { PeerId } from './peer-id.js';
import type { Timer } from './timer.js';
import type { DeliveryScope, Message, PeerData } from './wire/message.js';
import type { MessageId } from './wire/message-id.js';
import type { TopicId } from './wire/topic-id.js';

/** Who gets a broadcast: everybody in the swarm, or the active neighbors and nobody after them. */
export type Scope = 'swarm' | 'neighbors';

/** What a user of a topic can ask for. */
export type Command<P extends PeerId> =
  /**
   * Enters the topic (again) through these peers. With none, waits to be joined by others. A neighbor that was dismissed a while ago, because it
   * announced payloads and did not send them, is asked only where the user names it now (`byUser`).
   */
  | { readonly type: 'join'; readonly peers: readonly P[]; readonly byUser?: boolean }
  /**
   * Finds out whether these peers are in the same swarm as we, and links the swarms if they are not. For peers that are probably in ours: in a
   * large swarm nobody loses a place while that is in doubt. It does nothing where a peer is a neighbor, or where there are no neighbors; and
   * nothing in the `reference` mode.
   */
  | { readonly type: 'probe'; readonly peers: readonly P[] }
  /** Publishes a payload. The kernel keeps the bytes and does not copy them: they must not change afterwards. */
  | { readonly type: 'broadcast'; readonly content: Uint8Array; readonly scope: Scope }
  /** Tells the neighbors that we leave, and forgets the topic. */
  | { readonly type: 'quit' };

/**
 * Why a link is gone: the peer or the network closed it, it fell silent, the peer (or our admission) refused it, or the peer allowed no
 * streams on it.
 */
export type DisconnectReason = 'closed' | 'timeout' | 'refused' | 'stream-limit';

/** Why messages may be lost on a link that is up. */
export type GapReason = 'sleep' | 'overflow';

/** Why two neighbors should find out what the other lacks. */
export type ReconcileReason = 'neighborUp' | 'linkReplaced' | GapReason | 'periodic';

/**
 * Why a payload is given up: all who had announced it were asked in vain or are gone (`abandoned`), neighbors knew it and had it no more
 * (`unavailable`), or more payloads were missing at once than can be asked for (`overflow`).
 */
export type LossReason = 'abandoned' | 'unavailable' | 'overflow';

/** Everything that can happen to a node. */
export type InEvent<P extends PeerId> =
  | { readonly type: 'recvMessage'; readonly from: P; readonly topic: TopicId; readonly message: Message<P> }
  | { readonly type: 'command'; readonly topic: TopicId; readonly command: Command<P> }
  /** A timer of a `scheduleTimer` output is due. */
  | { readonly type: 'timerExpired'; readonly timer: Timer<P> }
  /** The last link to a peer is gone, or the attempt to make one has failed. Without a reason: `closed`. */
  | { readonly type: 'peerDisconnected'; readonly peer: P; readonly reason?: DisconnectReason }
  /**
   * The last link to a peer was closed in good order, by either side, because it seemed to be of no more use. That says
   * nothing against the peer: it may stay a passive one. Where a topic does want it, the same as `peerDisconnected`.
   */
  | { readonly type: 'linkRetired'; readonly peer: P }
  /** The host has begun to dial a peer. `peerConnected` or `peerDisconnected` must follow. */
  | { readonly type: 'peerDialing'; readonly peer: P }
  /**
   * A link to a peer exists, dialed or accepted. `source` is where it comes from, for the limits that hold for all peers of one source:
   * equal strings are one source, whatever they say (a host, a network). Without it the peer is a source of its own.
   *
   * A *leaf* can dial and not be dialed, as a browser tab: it gets payloads as everybody does, takes none of the places in the views, and is
   * named to nobody. Only in the `hardened` mode.
   */
  | { readonly type: 'peerConnected'; readonly peer: P; readonly source?: string; readonly isLeaf?: boolean }
  /** A newer link to a peer has replaced the one in use: what was under way on the old one may be lost. */
  | { readonly type: 'linkReplaced'; readonly peer: P }
  /** Messages to or from a peer may be lost although its link is up: our time stood still, or a queue of the host overflowed. */
  | { readonly type: 'linkGap'; readonly peer: P; readonly reason: GapReason }
  /**
   * A payload that was fetched from a peer because we lacked it. Its id is computed here; one that we have had already is
   * ignored. The kernel keeps the bytes and does not copy them.
   */
  | {
      readonly type: 'recovered';
      readonly topic: TopicId;
      readonly from: P;
      readonly content: Uint8Array;
      /** The round of the sender's {@link WindowEntry}. */
      readonly round: number;
      /** The age of the sender's {@link WindowEntry}: what remains of the retention is how long we keep the payload. */
      readonly age: number;
    }
  /** A neighbor knows these payloads and does not have them any more. Those that we lack are lost unless somebody else brings them. */
  | { readonly type: 'unavailable'; readonly topic: TopicId; readonly from: P; readonly ids: readonly MessageId[] }
  /** A neighbor has told its subscribers that these payloads are lost (`State.losses`). So do we, unless they arrive soon. */
  | {
      readonly type: 'lossesReported';
      readonly topic: TopicId;
      readonly from: P;
      readonly losses: readonly LossEntry[];
    }
  /**
   * These neighbors take nothing at the moment. Where our payloads go to nobody else, another neighbor gets them from now on. Only in the
   * `hardened` mode.
   */
  | { readonly type: 'stalled'; readonly topic: TopicId; readonly peers: readonly P[] }
  /** A neighbor cannot be reconciled with: announce everything to it that is still cached. */
  | { readonly type: 'announceCache'; readonly topic: TopicId; readonly peer: P }
  /**
   * The application forbids this peer in this topic: it leaves both views and all pending requests (`neighborDown` with the reason
   * `refused`), and what it sends in this topic is ignored until `allow`. What others pass on of it is not. Like all that follows, only in
   * the `hardened` mode and while the topic is joined: a topic that is left forgets whom it has expelled.
   */
  | { readonly type: 'expel'; readonly topic: TopicId; readonly peer: P }
  /** Takes `expel` back. */
  | { readonly type: 'allow'; readonly topic: TopicId; readonly peer: P }
  /**
   * The application rejects a payload that a peer has sent, in place of its `recvMessage`: its id counts as seen. It is not delivered,
   * forwarded, cached, announced or asked for again.
   */
  | { readonly type: 'discard'; readonly topic: TopicId; readonly content: Uint8Array; readonly from: P }
  /** Our own data has changed. */
  | { readonly type: 'updatePeerData'; readonly data: PeerData };

/**
 * Why a peer is no longer an active neighbor: its link went (`closed`, `timeout`, `refused`, `stream-limit`), one of the two ends made
 * room for somebody else and stays in the swarm (`evicted`), or the peer left the topic (`left`).
 */
export type NeighborDownReason = DisconnectReason | 'evicted' | 'left';

/** What happens in a topic, for its users. */
export type TopicEvent<P extends PeerId> =
  | { readonly type: 'neighborUp'; readonly peer: P }
  | { readonly type: 'neighborDown'; readonly peer: P; readonly reason: NeighborDownReason }
  | {
      readonly type: 'received';
      readonly content: Uint8Array;
      /** The neighbor that sent it to us; its publisher may be someone else. */
      readonly deliveredFrom: P;
      /** As it arrived: round 0 means that the neighbor is the publisher. */
      readonly scope: DeliveryScope;
    }
  /**
   * Payloads that this node knew of and has given up for good. Each is told once, and is not delivered afterwards. Only in the
   * `hardened` mode.
   */
  | { readonly type: 'lost'; readonly count: number; readonly reason: LossReason };

/** Everything that a node wants of its host. */
export type OutEvent<P extends PeerId> =
  /** Send, dialing first where there is no link. Messages to one peer must arrive in order. */
  | { readonly type: 'sendMessage'; readonly to: P; readonly topic: TopicId; readonly message: Message<P> }
  | { readonly type: 'emitEvent'; readonly topic: TopicId; readonly event: TopicEvent<P> }
  /** Hand the timer back in `timerExpired` after `delay` of the host's time units. */
  | { readonly type: 'scheduleTimer'; readonly delay: number; readonly timer: Timer<P> }
  /** No topic needs the link to this peer any more: close it once what was sent has arrived. */
  | { readonly type: 'disconnectPeer'; readonly peer: P }
  /** New data of a peer is known (never empty). */
  | { readonly type: 'peerData'; readonly peer: P; readonly data: PeerData }
  /**
   * Find out what this neighbor and we lack of each other's payloads (`State.window`) and losses (`State.losses`), and feed back `recovered`,
   * `unavailable` and `lossesReported`; where the neighbor cannot do that, feed back `announceCache`. Only in the `hardened` mode.
   *
   * After `neighborUp` it comes at the ends that have something to tell, which may be one of the two.
   */
  | { readonly type: 'reconcile'; readonly topic: TopicId; readonly peer: P; readonly reason: ReconcileReason };

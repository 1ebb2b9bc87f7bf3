import type { TopicId } from '@grapevine/proto';
import type { TransportAddr } from '../../address/endpoint-addr.js';
import type { EndpointId } from '../../identity/endpoint-id.js';

/** What is known of a peer that the application decides about. */
export interface PeerInfo {
  /** Who makes contact: the peer has sent us something (`incoming`), or we would dial it, or write to it (`outgoing`). */
  readonly direction: 'incoming' | 'outgoing';
  /** Where a connection to it leads now; undefined where there is none, or its transport does not know. */
  readonly remoteAddr: TransportAddr | undefined;
}

/**
 * Decides whether a peer may take part in a topic with us. Its id is proven by then, or will be before anything is said.
 *
 * Only `true` allows. One that throws, rejects or takes too long is logged, and the peer refused until it makes contact again.
 *
 * @example
 * ```ts
 * const members = new Set<EndpointId>([…]);
 * const gossip = Gossip.spawn(endpoint, { allowPeer: (_topic, peer) => members.has(peer) });
 * members.delete(peer);
 * gossip.reviewPeers(); // peers that are refused now are dropped at once
 * ```
 */
export type AllowPeer = (topic: TopicId, peer: EndpointId, info: PeerInfo) => boolean | Promise<boolean>;

/** The default: nobody is asked about. */
export const allowEverybody: AllowPeer = () => true;

import type { TopicId } from '@grapevine/proto';
import type { EndpointAddr } from '../address/endpoint-addr.js';
import type { EndpointId } from '../identity/endpoint-id.js';

/**
 * Somewhere to find peers of a topic: the local network, a server, a file.
 *
 * Asked while a topic has room for neighbors, with growing pauses. What it says is a hint: a peer that is not in the topic costs a
 * dial.
 */
export interface PeerSource {
  /** Peers that may be in a topic, best first. A rejection counts as none, and is logged. */
  find(topic: TopicId, options: { readonly signal: AbortSignal }): Promise<readonly (EndpointId | EndpointAddr)[]>;
  /** We are in this topic now: for sources that tell others about us. */
  entered?(topic: TopicId): void;
  /** We have left it. */
  left?(topic: TopicId): void;
}

import type { NodeContext } from '../node-context.js';
import type { PeerId } from '../peer-id.js';
import type { PeerInfo, ShuffleMessage } from '../wire/message.js';

/** Nodes that a peer is asked for to find out whether it is in our swarm: as many as it knows, at default settings. */
const PROBED_NODES = 35;

/** Asks for nodes that a peer knows, to find out whether it is in our swarm: a shuffle that ends with it. */
export function probeQuestion<P extends PeerId>({ me, peerData, config }: NodeContext<P>): ShuffleMessage<P> {
  const count = Math.min(PROBED_NODES, config.membership.maxListedNodes);
  // The answer has as many nodes as the question, after these were taken in. So the question names nobody but ourselves.
  const nodes: PeerInfo<P>[] = Array.from({ length: count }, () => ({ id: me, data: undefined }));
  nodes[0] = { id: me, data: peerData };
  return { type: 'shuffle', origin: me, nodes, ttl: 0 };
}

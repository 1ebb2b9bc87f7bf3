import type { NodeContext } from '../node-context.js';
import type { PeerId } from '../peer-id.js';
import type { PeerInfo, ShuffleMessage } from '../wire/message.js';

/** Asks for nodes that a peer knows: a shuffle that ends with it. @param nodes - how many at most */
export function probeQuestion<P extends PeerId>(
  { me, peerData, config }: NodeContext<P>,
  nodes: number,
): ShuffleMessage<P> {
  const count = Math.min(nodes, config.membership.maxListedNodes);
  // The answer has as many nodes as the question, after these were taken in. So the question names nobody but ourselves.
  const named: PeerInfo<P>[] = Array.from({ length: count }, () => ({ id: me, data: undefined }));
  named[0] = { id: me, data: peerData };
  return { type: 'shuffle', origin: me, nodes: named, ttl: 0 };
}

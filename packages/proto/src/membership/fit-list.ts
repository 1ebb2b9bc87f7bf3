import type { Config } from '../config.js';
import type { Stats } from '../stats.js';
import { fitNodes, maxPeerData } from '../wire/fit-nodes.js';
import type { PeerData, PeerInfo } from '../wire/message.js';

// What others say about peers is cut to what could still be passed on: peer data has no limit of its own, frames have.

interface ListContext {
  readonly config: Config;
  readonly stats: Pick<Stats, 'droppedPeerData'>;
}

/** A list that fits into a message beside `reserved` bytes: first data are left out, then nodes. The same list where it fits. */
export function fitList<P>(node: ListContext, nodes: readonly PeerInfo<P>[], reserved: number): readonly PeerInfo<P>[] {
  const fitted = fitNodes(node.config, nodes, reserved);
  if (fitted !== nodes) node.stats.droppedPeerData++;
  return fitted;
}

/** Peer data that fit into a message by themselves; otherwise nothing. */
export function fitData(node: ListContext, data: PeerData | undefined): PeerData | undefined {
  if (data === undefined || data.length <= maxPeerData(node.config)) return data;
  node.stats.droppedPeerData++;
  return undefined;
}

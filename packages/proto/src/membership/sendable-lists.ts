import type { Config } from '../config.js';
import type { PeerId } from '../peer-id.js';
import type { Stats } from '../stats.js';
import { fitNodes, maxPeerData } from '../wire/fit-nodes.js';
import type { PeerData, PeerInfo } from '../wire/message.js';

interface ListContext {
  readonly config: Config;
  readonly stats: Pick<Stats, 'droppedPeerData'>;
}

/** Cuts what others say about peers to what could still be passed on: peer data has no limit of its own, frames have. */
export class SendableLists<P extends PeerId> {
  readonly #node: ListContext;

  constructor(node: ListContext) {
    this.#node = node;
  }

  /** A list that fits into a message beside `reserved` bytes: first data are left out, then nodes. The same list where it fits. */
  fit(nodes: readonly PeerInfo<P>[], reserved: number): readonly PeerInfo<P>[] {
    const fitted = fitNodes(this.#node.config, nodes, reserved);
    if (fitted !== nodes) this.#node.stats.droppedPeerData++;
    return fitted;
  }

  /** Peer data that fit into a message by themselves; otherwise nothing. */
  fitData(data: PeerData | undefined): PeerData | undefined {
    if (data === undefined || data.length <= maxPeerData(this.#node.config)) return data;
    this.#node.stats.droppedPeerData++;
    return undefined;
  }
}

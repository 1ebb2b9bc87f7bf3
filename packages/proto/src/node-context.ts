import type { NodeBudgets } from './broadcast/node-budgets.js';
import type { PayloadMemory } from './broadcast/payload-memory.js';
import type { Config } from './config.js';
import type { Outputs } from './outputs.js';
import type { PeerId } from './peer-id.js';
import type { Stats } from './stats.js';
import type { Hash } from './structures/hash.js';
import type { PeerData } from './wire/message.js';

/** What all topics of a node share. `State` owns it; the layers below only read it, except that they count in `stats`. */
export interface NodeContext<P extends PeerId> {
  readonly me: P;
  /** Our own peer data, as it is now. */
  peerData: PeerData;
  /** The peer data that came last. With thousands of topics the same data comes from the same peer again and again, and is kept once. */
  latestData?: PeerData;
  readonly config: Config;
  readonly hash: Hash;
  readonly stats: Stats;
  readonly budgets: NodeBudgets;
  /** What topics remember that have had no payload yet. It stays empty. */
  emptyMemory?: PayloadMemory;
  /** Where the outputs of the event that is being handled go. */
  outputs: Outputs<P>;
  /** Whether there can be a peer of this name. */
  readonly isPeer: (id: P) => boolean;
  /** Whether a leaf can dial the peer with these data; undefined where the host does not know. */
  readonly isHub: ((data: PeerData) => boolean) | undefined;
  /** Linked peers that cannot be dialed. */
  readonly leaves: Set<P>;
  /** Where the linked peers come from, as far as the host has said. */
  readonly sources: Map<P, string>;
  /** Peers that the host is dialing right now. */
  readonly dialing: Set<P>;
}

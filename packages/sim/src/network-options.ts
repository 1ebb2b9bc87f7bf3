import type { Hash, PartialConfig, PeerData, State, StateOptions } from '@grapevine/proto';
import type { ChaCha12Rng } from './chacha12-rng.js';
import type { NetworkConfig } from './network-config.js';

/** Options of a `Network`. */
export interface NetworkOptions {
  readonly config?: NetworkConfig;
  /** Draws latencies and seeds the nodes. A `Simulator` shares it with its network. */
  readonly rng: ChaCha12Rng;
  /** Hashes payloads. Default: BLAKE3, once for each payload instead of once for each node; see `memoHash`. */
  readonly hash?: Hash;
  /** Which peers leaves can dial; see `StateOptions`. */
  readonly isHub?: StateOptions<number>['isHub'];
  /** Makes the nodes. Default: the kernel as it is. */
  readonly createNode?: (options: StateOptions<number>) => State<number>;
}

/** Options of one node. */
export interface NodeOptions {
  /** Settings that differ from the network's; durations in nanoseconds. */
  readonly config?: PartialConfig;
  /** Whether it can dial and not be dialed, as a browser tab. Default false. */
  readonly isLeaf?: boolean;
  /** What it tells others about itself. Default: nothing. */
  readonly peerData?: PeerData;
  /** Its own generator. Default: one that is seeded from the network's. */
  readonly rng?: ChaCha12Rng;
}

import type { PartialConfig } from './config.js';
import type { PeerId } from './peer-id.js';
import type { Hash } from './structures/hash.js';
import type { Rng } from './structures/rng.js';
import type { PeerData } from './wire/message.js';

/** What a `State` is made of. */
export interface StateOptions<P extends PeerId> {
  /** Our own identity. */
  readonly me: P;
  /** What we tell others about ourselves. Default: empty. */
  readonly peerData?: PeerData | undefined;
  /** What differs from the defaults; durations in milliseconds unless all of them are given. See {@link resolveConfig}. */
  readonly config?: PartialConfig | undefined;
  /** Decides all random choices; see {@link seededRng} for one. */
  readonly rng: Rng;
  /**
   * Whether there can be a peer of this name (on the network: whether it is a curve point). Asked only about peers that others name, before they are
   * taken into a view or passed on, and no more often than the rates of walks and lists allow. It must not throw. Default: any name.
   */
  readonly isPeer?: ((id: P) => boolean) | undefined;
  /**
   * Whether a leaf (see `peerConnected`) can dial the peer that says this about itself: lists that go to leaves hold only such peers. It is asked
   * about data of strangers and must not throw. Default: leaves are told everybody.
   */
  readonly isHub?: ((data: PeerData) => boolean) | undefined;
  /** Hashes payloads. Default: BLAKE3 in plain TypeScript. */
  readonly hash?: Hash | undefined;
}

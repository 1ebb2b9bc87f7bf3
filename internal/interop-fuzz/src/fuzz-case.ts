import type { Message, PartialConfig, PeerData, PeerId, Scope, TimerTask, TopicId } from '@grapevine/proto';

/** The form of peer ids: numbers, or 32 bytes as on the network (64 hex digits). */
export type Ids = 'numbers' | 'bytes';

/** Timers that the crate knows. */
export type ReferenceTask = Extract<
  TimerTask<PeerId>,
  { readonly type: 'shuffle' | 'neighborRequest' | 'sendGraft' | 'dispatchLazyPush' | 'evictCache' }
>;

/** What happens in a topic. `topic` is an index. */
type TopicStep = { readonly topic: number } & (
  | { readonly do: 'receive'; readonly from: PeerId; readonly message: Message<PeerId> }
  | { readonly do: 'join'; readonly peers: readonly PeerId[] }
  | { readonly do: 'broadcast'; readonly content: Uint8Array; readonly scope: Scope }
  | { readonly do: 'quit' }
  /** The last timer that the node scheduled for this task expires. Nothing happens if there was none. */
  | { readonly do: 'timer'; readonly task: ReferenceTask }
);

/** What happens to a node. */
export type Happening =
  | TopicStep
  /** The node is restarted. `seed`: of its generator. */
  | { readonly do: 'start'; readonly seed: number; readonly data: PeerData }
  | { readonly do: 'disconnected'; readonly peer: PeerId }
  | { readonly do: 'data'; readonly data: PeerData };

/** Something that happens to a node. `node` is an index, `at` is in nanoseconds since the beginning. */
export type Step = { readonly node: number; readonly at: number } & Happening;

/** Nodes and all that happens to them, as plain data. Both kernels' outputs follow from it. */
export interface FuzzCase {
  readonly seed: number;
  readonly ids: Ids;
  /** Durations in nanoseconds, all of them given. */
  readonly config: PartialConfig;
  readonly topics: readonly TopicId[];
  /** The ids of the nodes. */
  readonly nodes: readonly PeerId[];
  readonly steps: readonly Step[];
}

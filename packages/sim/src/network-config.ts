import type { PartialConfig } from '@grapevine/proto';

/** Nanoseconds in a millisecond: all times of the simulator are integers of nanoseconds. */
export const MILLISECOND = 1_000_000;
/** Nanoseconds in a second. */
export const SECOND = 1_000 * MILLISECOND;

/** How long messages travel, in nanoseconds. */
export type LatencyConfig =
  /** The same for every pair of peers. */
  | { readonly type: 'static'; readonly latency: number }
  /** Drawn for each pair when it first meets, from `min` up to but not including `max`, and then kept. */
  | { readonly type: 'dynamic'; readonly min: number; readonly max: number };

/** Settings of a {@link Network}. */
export interface NetworkConfig {
  /** Default: dynamic, from 10 to 100 ms, as in the Rust simulator. */
  readonly latency?: LatencyConfig;
  /** The nodes' settings, durations in nanoseconds. Default: `defaultConfig('nanoseconds')`, whose mode is `hardened`. */
  readonly proto?: PartialConfig;
  /**
   * When a message reaches a node that is gone, its sender is told after this time (`peerDisconnected`, `timeout`), in nanoseconds. Default: never,
   * as in the Rust simulator.
   */
  readonly unreachableAfter?: number;
  /** Whether nodes are told that a peer is a leaf (`NodeOptions.isLeaf`). Default true; false shows a swarm that does not know its leaves. */
  readonly tellsLeaves?: boolean;
  /**
   * Whether neighbors reconcile, as real nodes do: when they meet and periodically, over a stream that loses nothing. Default false: they announce
   * all that they have when they meet, with messages of the swarm.
   */
  readonly reconciles?: boolean;
}

/** The latency that the Rust simulator has by default. */
export const DEFAULT_LATENCY: LatencyConfig = { type: 'dynamic', min: 10 * MILLISECOND, max: 100 * MILLISECOND };

/** The largest latency that is possible. */
export function maxLatency(config: LatencyConfig): number {
  switch (config.type) {
    case 'static':
      return config.latency;
    case 'dynamic':
      return config.max;
  }
}

import type { LatencyCounts } from './latencies.js';

/** What the coordinator tells a member process. */
export type Order =
  | { readonly type: 'join'; readonly ticket: string | undefined; readonly lines: number }
  | { readonly type: 'publish'; readonly file: string; readonly rate: number; readonly size: number }
  | { readonly type: 'report' }
  | { readonly type: 'leave' };

/** What a member process tells the coordinator. */
export type Report =
  | { readonly type: 'ready'; readonly ticket: string }
  | { readonly type: 'joined' }
  | { readonly type: 'status'; readonly status: Status }
  | { readonly type: 'result'; readonly status: Status; readonly sha256: string; readonly latencies: LatencyCounts }
  | { readonly type: 'failed'; readonly message: string };

/** How a member is doing. */
export interface Status {
  readonly neighbors: number;
  /** Lines published (the first member) or received (the others). */
  readonly lines: number;
  /** Lines that came more than once. */
  readonly duplicated: number;
  /** Payloads that came over the network more than once and were dropped by the protocol. */
  readonly redundant: number;
  /** Most hops that a line has taken. */
  readonly hops: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

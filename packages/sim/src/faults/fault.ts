import type { PartialConfig } from '@grapevine/proto';

/** When a fault is there. Nanoseconds since the faults were injected, which in a scenario is the end of the bootstrap. */
export interface FaultPeriod {
  /** Default 0. */
  readonly from?: number;
  /** Default: for ever. */
  readonly until?: number;
}

/** Messages that never arrive. Each on its own, whatever kind it is. */
export interface Loss extends FaultPeriod {
  readonly type: 'loss';
  /** From 0 to 1. */
  readonly probability: number;
}

/** Messages that arrive twice, the second time after twice the latency. */
export interface Duplication extends FaultPeriod {
  readonly type: 'duplication';
  /** From 0 to 1. */
  readonly probability: number;
}

/** Messages that others overtake. */
export interface Reordering extends FaultPeriod {
  readonly type: 'reordering';
  /** From 0 to 1. */
  readonly probability: number;
  /** The most that such a message is late, in nanoseconds. */
  readonly delay: number;
}

/** Nodes that take their time: all messages from and to them are late. */
export interface SlowNodes extends FaultPeriod {
  readonly type: 'slowNodes';
  /** Of all nodes, from 0 to 1. */
  readonly share: number;
  /** By how much, in nanoseconds. */
  readonly delay: number;
}

/** Many nodes that crash at the same moment. */
export interface MassFailure {
  readonly type: 'massFailure';
  /** Default 0. */
  readonly at?: number;
  /** Of all nodes, from 0 to 1. */
  readonly share: number;
  /** How long the others take to notice beyond the latency, in nanoseconds. Default 0: the system closes the connections. */
  readonly noticeAfter?: number;
}

/** Two parts of the network that cannot reach each other for a while. */
export interface Partition extends FaultPeriod {
  readonly type: 'partition';
  /** The size of the smaller part: of all nodes, from 0 to 1. */
  readonly share: number;
  /** How long connections across take to be noticed as silent, in nanoseconds. Default 1 s. */
  readonly noticeAfter?: number;
}

/** Nodes that come and go, at random moments with these rates per second. */
export interface Churn extends FaultPeriod {
  readonly type: 'churn';
  /** New nodes, each joining through a random member. Default 0. */
  readonly joins?: number;
  /** Members that say goodbye. Default 0. */
  readonly leaves?: number;
  /** Members that vanish. Default 0. */
  readonly crashes?: number;
  /** How long the others take to notice a crash beyond the latency, in nanoseconds. Default 0. */
  readonly noticeAfter?: number;
}

/** What a malicious node does besides running the protocol. */
export type Malice =
  /** Takes everything and passes nothing on: no payload, no announcement, no other message of the broadcast layer. */
  | 'silent'
  /**
   * Announces payloads, as if straight from their publisher, and never sends them; fills shuffles with nodes that do not
   * exist and with the very node that it talks to.
   */
  | 'liar'
  /** Sends joins, announcements of payloads that do not exist, and payloads with false ids to everybody, all the time. */
  | 'flooder';

/** Nodes that mean harm. They never publish. */
export interface Malicious extends FaultPeriod {
  readonly type: 'malicious';
  readonly behavior: Malice;
  /** Of all nodes, from 0 to 1. */
  readonly share: number;
  /** How often a flooder sends, in nanoseconds. Default 50 ms. */
  readonly interval?: number;
}

/** Nodes with other settings than the rest, from the beginning. Only in scenarios, which make the nodes. */
export interface Heterogeneous {
  readonly type: 'heterogeneous';
  /** Of all nodes, from 0 to 1. */
  readonly share: number;
  /** What they do differently; durations in nanoseconds. */
  readonly config: PartialConfig;
}

/** Something that goes wrong. Plain data; any number of them go together. */
export type Fault =
  | Loss
  | Duplication
  | Reordering
  | SlowNodes
  | MassFailure
  | Partition
  | Churn
  | Malicious
  | Heterogeneous;

/**
 * The moment of the last event that a swarm has to heal from: a mass failure, or the end of a partition; nanoseconds since
 * the faults were injected. `undefined` when there is none.
 */
export function lastDisruption(faults: readonly Fault[]): number | undefined {
  let last: number | undefined;
  for (const fault of faults) {
    let moment: number | undefined;
    if (fault.type === 'massFailure') moment = fault.at ?? 0;
    else if (fault.type === 'partition') moment = fault.until;
    if (moment !== undefined) last = Math.max(last ?? 0, moment);
  }
  return last;
}

import type { PartialConfig } from '@grapevine/proto';

/** When a fault is active, in nanoseconds since the faults were injected. In a scenario that is the end of the bootstrap. */
export interface FaultPeriod {
  /** Default 0. */
  readonly from?: number;
  /** Default: for ever. */
  readonly until?: number;
}

/** Messages of any kind are lost, each independently. */
export interface Loss extends FaultPeriod {
  readonly type: 'loss';
  /** From 0 to 1. */
  readonly probability: number;
}

/** Messages arrive twice, the second time after twice the latency. */
export interface Duplication extends FaultPeriod {
  readonly type: 'duplication';
  /** From 0 to 1. */
  readonly probability: number;
}

/** Messages are late, so that others overtake them. */
export interface Reordering extends FaultPeriod {
  readonly type: 'reordering';
  /** From 0 to 1. */
  readonly probability: number;
  /** How late such a message is at most, in nanoseconds. */
  readonly delay: number;
}

/** Slow nodes: all messages from and to them are late. */
export interface SlowNodes extends FaultPeriod {
  readonly type: 'slowNodes';
  /** Of all nodes, from 0 to 1. */
  readonly share: number;
  /** How late, in nanoseconds. */
  readonly delay: number;
}

/** Many nodes crash at the same moment. */
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

/** Nodes join, quit and crash at random moments, with these rates per second. */
export interface Churn extends FaultPeriod {
  readonly type: 'churn';
  /** New nodes, each joining through random members. Default 0. */
  readonly joins?: number;
  /**
   * How many members a new node joins through. Default 1. A node that knows one, which is gone before it has answered, is alone: no rule of the
   * protocol brings it in, nor those that join through it.
   */
  readonly contacts?: number;
  /** Members that quit. Default 0. */
  readonly leaves?: number;
  /** Members that crash. Default 0. */
  readonly crashes?: number;
  /** How long the others take to notice a crash beyond the latency, in nanoseconds. Default 0. */
  readonly noticeAfter?: number;
}

/** What a malicious node does besides running the protocol. */
export type Malice =
  /** Takes all messages and sends none of the broadcast layer: no payload, no announcement. */
  | 'silent'
  /**
   * Announces payloads as if it had them from their publisher, and never sends them; fills shuffles with nodes that do not exist and with the
   * receiver itself.
   */
  | 'liar'
  /** Sends joins, announcements of payloads that do not exist, and payloads with false ids, to one random member after the other. */
  | 'flooder';

/** Malicious nodes. They never publish. */
export interface Malicious extends FaultPeriod {
  readonly type: 'malicious';
  readonly behavior: Malice;
  /** Of all nodes, from 0 to 1. */
  readonly share: number;
  /** How often a flooder sends, in nanoseconds. Default 50 ms. */
  readonly interval?: number;
}

/** Nodes whose settings differ from the start. Only in scenarios, which make the nodes. */
export interface Heterogeneous {
  readonly type: 'heterogeneous';
  /** Of all nodes, from 0 to 1. */
  readonly share: number;
  /** The settings that differ; durations in nanoseconds. */
  readonly config: PartialConfig;
}

/** A fault, as plain data. Any number of them can be combined. */
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

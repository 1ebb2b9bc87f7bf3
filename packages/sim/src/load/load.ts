import { type LatencyConfig, MILLISECOND, type NetworkConfig, SECOND } from '../network-config.js';

/** When and by whom payloads are published. */
export type Pattern =
  /** At random moments (a Poisson process), each time by a random sender. */
  | { readonly type: 'random'; readonly perSecond: number }
  /** All senders at the same instants. */
  | { readonly type: 'together'; readonly perSecond: number };

/** A swarm in which many publish at once. Plain data: the same load, rule and seed give the same result. */
export interface Load {
  readonly nodes: number;
  readonly pattern: Pattern;
  /** How many of the nodes publish. Default: all. */
  readonly senders?: number;
  /** How long they publish, in nanoseconds. Default 20 s. */
  readonly duration?: number;
  /** The length of each payload. At least {@link MIN_PAYLOAD}, default 100. */
  readonly payloadBytes?: number;
  /** Default: 20 to 40 ms a link, and the kernel's default settings. Its `mode` does not matter. */
  readonly network?: NetworkConfig;
  /** A share of the nodes crashes at once when three fifths of the duration are over. Default: nobody does. */
  readonly crash?: Crash;
}

/** Nodes that crash: they send nothing before they go. */
export interface Crash {
  /** Of all nodes, from 0 to 1. */
  readonly share: number;
  /** After how long their neighbors notice, beyond the latency, in nanoseconds. Default 1 s. */
  readonly noticeAfter?: number;
}

/** The shortest payload, in bytes: the first four are its number, so that no two payloads are equal. */
export const MIN_PAYLOAD = 4;
/** When a {@link Crash} happens, as a share of the duration. */
export const CRASH_AT = 0.6;
/** When timing of deliveries begins, as a share of the duration. Before it, trees still change. */
export const TIMED_FROM = 0.5;

const LINK_LATENCY: LatencyConfig = { type: 'dynamic', min: 20 * MILLISECOND, max: 40 * MILLISECOND };
const DEFAULT_DURATION = 20 * SECOND;
const DEFAULT_PAYLOAD = 100;
const DEFAULT_NOTICE = SECOND;

/** A {@link Load} with its defaults filled in. */
export type CompleteLoad = Required<Omit<Load, 'crash' | 'network'>> & {
  readonly network: NetworkConfig;
  readonly crash: Required<Crash> | undefined;
};

/** Fills the defaults in. @throws RangeError that names the field when a load makes no sense */
export function completeLoad(load: Load): CompleteLoad {
  const { nodes, pattern, crash } = load;
  const { senders = nodes, duration = DEFAULT_DURATION, payloadBytes = DEFAULT_PAYLOAD } = load;
  checkInteger('nodes', nodes, 2);
  checkInteger('senders', senders, 1);
  if (senders > nodes) throw new RangeError(`senders must be at most the ${nodes} nodes, got ${senders}`);
  checkInteger('payloadBytes', payloadBytes, MIN_PAYLOAD);
  if (!(duration > 0 && Number.isFinite(duration))) throw new RangeError(`duration must be above 0, got ${duration}`);
  const { perSecond } = pattern;
  if (!(perSecond > 0 && Number.isFinite(perSecond))) {
    throw new RangeError(`pattern.perSecond must be above 0, got ${perSecond}`);
  }
  return {
    nodes,
    pattern,
    senders,
    duration,
    payloadBytes,
    network: { latency: LINK_LATENCY, ...load.network },
    crash: crash && { share: checkShare(crash.share), noticeAfter: crash.noticeAfter ?? DEFAULT_NOTICE },
  };
}

function checkInteger(field: string, value: number, min: number): void {
  if (!Number.isInteger(value) || value < min) {
    throw new RangeError(`${field} must be an integer from ${min} on, got ${value}`);
  }
}

function checkShare(share: number): number {
  if (!(share >= 0 && share < 1)) throw new RangeError(`crash.share must be from 0 to below 1, got ${share}`);
  return share;
}

/** The ways in which things go wrong. Each can be switched on by itself. */
export const FAULTS = [
  'churn', // nodes come and go while others publish
  'crash', // processes die and come back with the same key
  'sleep', // machines stand still
  'cut', // nothing passes between some machines
  'oneWay', // nothing passes in one direction
  'loss', // packets have to be sent again
  'narrow', // little bandwidth
  'mtu', // large datagrams vanish
  'mute', // an application reads nothing from its connections
  'slowReader', // a subscriber does not read its events
  'streams', // endpoints allow few streams
  'limits', // limits of the message size differ
  'caches', // payload caches are small
  'twins', // two nodes have one identity
  'socket', // an endpoint's socket dies
] as const;

export type Fault = (typeof FAULTS)[number];

/** One thing that happens, at a time in milliseconds. Machines and topics are numbered from 0. */
export type Step = { readonly at: number } & (
  | {
      readonly do: 'start';
      readonly machine: number;
      readonly topics: readonly number[];
      readonly via: readonly number[];
    }
  | { readonly do: 'subscribe'; readonly machine: number; readonly topic: number; readonly via: readonly number[] }
  | { readonly do: 'unsubscribe'; readonly machine: number; readonly topic: number }
  | { readonly do: 'stop'; readonly machine: number }
  | {
      readonly do: 'publish';
      readonly machine: number;
      readonly topic: number;
      readonly count: number;
      readonly everyMs: number;
      /** The length of each content; at most the limit is sent. */
      readonly bytes: number;
    }
  /** The process dies, and a new one starts later, at the old address or at a new one. */
  | {
      readonly do: 'crash';
      readonly machine: number;
      readonly forMs: number;
      readonly moves: boolean;
      readonly via: readonly number[];
    }
  | { readonly do: 'sleep'; readonly machine: number; readonly forMs: number }
  | {
      readonly do: 'cut';
      readonly machines: readonly number[];
      readonly from: readonly number[];
      readonly way: 'both' | 'out';
      readonly forMs: number;
    }
  | {
      readonly do: 'shape';
      readonly machine: number;
      readonly conditions: {
        readonly loss?: number;
        readonly jitterMs?: number;
        readonly bytesPerSecond?: number;
        readonly largestDatagram?: number;
      };
      readonly forMs: number;
    }
  | { readonly do: 'mute'; readonly machine: number; readonly forMs: number }
  | { readonly do: 'stopReading'; readonly machine: number; readonly topic: number; readonly forMs: number }
  | { readonly do: 'killSocket'; readonly machine: number }
);

/** The settings of one machine. */
export interface MachineSpec {
  /** The machine whose key it has: itself, unless it is a twin. */
  readonly identity: number;
  readonly maxMessageSize?: number;
  readonly maxUniStreams?: number;
  readonly cacheCount?: number;
  readonly cacheBytes?: number;
  readonly queueCapacity?: number;
}

/** A run as plain data: the same schedule gives the same run. */
export interface Schedule {
  readonly seed: number;
  readonly faults: readonly Fault[];
  readonly topics: number;
  readonly latencyMs: number;
  readonly idleTimeoutMs: number;
  readonly shuffleMs: number;
  /** How long payloads stay in the cache. */
  readonly retentionMs: number;
  readonly machines: readonly MachineSpec[];
  /** In order of time. */
  readonly steps: readonly Step[];
  readonly endMs: number;
}

/** How long a swarm may take to heal after a fault: the idle time-out, the longest pauses between dials, and some shuffles. */
export function settleMs({ idleTimeoutMs, shuffleMs }: Pick<Schedule, 'idleTimeoutMs' | 'shuffleMs'>): number {
  return idleTimeoutMs + 15_000 + 4 * shuffleMs;
}

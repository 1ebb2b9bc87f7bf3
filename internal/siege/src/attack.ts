import type { TopicId } from '@grapevine/api';
import type { EndpointAddr, TransportAddr } from '@grapevine/net';
import type { RawPeer } from './raw-peer.js';

/** What an attack may bring about. What is left out is as in `verdict.ts`. */
export interface Limits {
  /** Bytes to third parties for each byte that the attacker sent. */
  readonly thirdPartyFactor: number;
  /** CPU of the target for each megabyte that the attacker sent, in milliseconds, transport included. */
  readonly cpuMsPerMegabyte: number;
  /** Memory that the target gains, in bytes. */
  readonly memoryBytes: number;
  /** How long an honest join may take, by a newcomer or of the target's own user, in milliseconds. */
  readonly joinMs: number;
  /** The 99th percentile of the honest latency meanwhile, in milliseconds. */
  readonly p99Ms: number;
}

/** Something that somebody may do to a node. One file each in `attacks/`. */
export interface Attack {
  /** As `--only` names it. */
  readonly name: string;
  /** What it tries, in a few words. */
  readonly what: string;
  readonly limits?: Partial<Limits>;
  /** Goes on until the signal is aborted. A rejection ends it early and is no failure: the target may have closed the connection. */
  run(field: Field): Promise<void>;
}

/** What an attack has to work with. */
export interface Field {
  readonly target: EndpointAddr;
  /** A topic that the target is in, with honest peers. */
  readonly topic: TopicId;
  readonly signal: AbortSignal;
  /** Add what is sent and received by other means than {@link RawPeer}. */
  readonly traffic: { sent: number; received: number; thirdParty: number };
  /** A peer with a fresh key and a handshake that is done. */
  connect(): Promise<RawPeer>;
  /** Addresses of third parties that answer nothing; what arrives there is counted. */
  silentHosts(count: number): Promise<TransportAddr[]>;
  pause(ms: number): Promise<void>;
}

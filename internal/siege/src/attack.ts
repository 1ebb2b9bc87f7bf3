import type { TopicId } from '@grapevine/api';
import type { TransportAddr } from '@grapevine/net';
import type { HostileKit } from './hostile-kit.js';
import type { TargetAddr } from './messages.js';
import type { RawPeer, RawPeerOptions } from './raw-peer.js';

/** What an attack may bring about. What is left out is as in `verdict.ts`. */
export interface Limits {
  /** Bytes to third parties for each byte that the attacker sent. */
  readonly thirdPartyFactor: number;
  /** CPU for each megabyte that the attacker sent, besides what receiving it costs (the floor), in milliseconds. */
  readonly cpuMsPerMegabyte: number;
  /** Memory that each stranger pins, in bytes. */
  readonly memoryPerStranger: number;
  /** How long an honest join may take, in milliseconds. */
  readonly joinMs: number;
  /** The 99th percentile of the honest latency meanwhile, in milliseconds. */
  readonly p99Ms: number;
  /** The longest turn of the event loop, in milliseconds of CPU. */
  readonly turnMs: number;
}

/** Something that somebody may do to a node. One file each in `attacks/`. */
export interface Attack {
  /** As `--only` names it. */
  readonly name: string;
  /** What it tries, in a few words. */
  readonly what: string;
  /**
   * What the same attack is tried on to learn what nobody can do without: `transport` takes what comes and does nothing with it (the default),
   * `socket` only reads datagrams.
   */
  readonly floor?: 'transport' | 'socket';
  /** Who attacks: neighbors, and peers that the target dialed, have more of its time. Default: strangers. */
  readonly standing?: 'stranger' | 'neighbor';
  readonly limits?: Partial<Limits>;
  /**
   * Whether each connection comes from an address that nobody had before. Until its handshake is done, such a client cannot be told from an honest
   * newcomer: so what a handshake costs the transport belongs to the floor.
   */
  readonly isFromEverywhere?: boolean;
  /** Whether it sends nothing on purpose. Any other attack that has sent nothing never began, and shows nothing. */
  readonly isQuiet?: boolean;
  /** Goes on until the signal is aborted. A rejection ends it early and is no failure: the target may have closed the connection. */
  run(field: Field): Promise<void>;
}

/** What an attacker counts. */
export interface Traffic {
  sent: number;
  received: number;
  thirdParty: number;
  /** Strangers that the target had to hold at once, at most. */
  strangers: number;
  /** Handshakes that were completed. */
  handshakes: number;
}

/** What an attack has to work with. */
export interface Field {
  readonly target: TargetAddr;
  /** A topic that the target is in, with honest peers. */
  readonly topic: TopicId;
  readonly signal: AbortSignal;
  /** Add what is sent and received by other means than {@link RawPeer}. */
  readonly traffic: Traffic;
  /** A peer with a fresh key and a handshake that is done. */
  connect(options?: RawPeerOptions): Promise<RawPeer>;
  /** A client whose QUIC packets are of its own making, once the handshake is done. */
  readonly kit: HostileKit;
  /** Addresses of third parties that answer nothing; what arrives there is counted. */
  silentHosts(count: number): Promise<TransportAddr[]>;
  pause(ms: number): Promise<void>;
}

import { type PartialConfig, type Rng, resolveConfig, seededRng } from '@grapevine/proto';
import {
  aBoolean,
  aFunction,
  anArrayOf,
  anInteger,
  anObjectWith,
  type Checks,
  type Complete,
  checkOptions,
  given,
} from '@grapevine/proto/check';
import { anAlpn } from '../util/check-alpns.js';
import { aClock, aLogger } from '../util/checks.js';
import { type Clock, systemClock } from '../util/clock.js';
import { type Logger, silentLogger } from '../util/logger.js';
import { WakingClock } from '../util/waking-clock.js';
import { type AllowPeer, allowEverybody } from './admission/allow-peer.js';
import { type GossipMetrics, noMetrics } from './metrics.js';
import type { PeerSource } from './peer-source.js';
import { acceptEverything, type Validate } from './validation/validate.js';
import { GOSSIP_ALPN } from './wire.js';

/** Settings of a gossip node. Everything may be left out. */
export interface GossipOptions {
  /** The protocol's name; must be equal on all nodes of a swarm. Default `/iroh-gossip/1`. */
  readonly alpn?: string | undefined;
  /** Settings of the protocol; durations in milliseconds. */
  readonly config?: PartialConfig | undefined;
  /** Whether peers tell each other how to reach us. Default true. */
  readonly shareAddresses?: boolean | undefined;
  /** How long a dial may take, in milliseconds. Default 10,000. */
  readonly dialTimeoutMs?: number | undefined;
  /** The pause after a failed dial; it doubles with each failure in a row, up to the maximum, give or take half. Default 250. */
  readonly dialBackoffMinMs?: number | undefined;
  /** Default 10,000. */
  readonly dialBackoffMaxMs?: number | undefined;
  /** Dials under way at once; others wait. Default 32. */
  readonly maxConcurrentDials?: number | undefined;
  /** Peers with a connection at once. Further incoming ones are closed. Default 1,024. */
  readonly maxPeers?: number | undefined;
  /** Bytes queued to one peer above which payloads become announcements. Default 1 MiB. Four times this is the end: more is dropped. */
  readonly queueHighWaterMark?: number | undefined;
  /** How long a peer may take next to nothing, while much is queued to it, before it is dropped, in milliseconds. Default 10,000. */
  readonly tooSlowAfterMs?: number | undefined;
  /**
   * Bytes of broadcasts that a topic keeps for its first neighbor, in at most 4,096 messages; all topics of the node share twice as much in equal
   * parts. More are rejected. Default 1 MiB.
   */
  readonly keptBytes?: number | undefined;
  /**
   * Bytes that wait for a reader; all readers of the node share twice as much in equal parts. A reader that lags further behind loses the
   * oldest messages and is told. Default 32 MiB.
   */
  readonly unreadBytes?: number | undefined;
  /** How long a peer may take to acknowledge our last messages before its connection is closed, in milliseconds. Default 5,000. */
  readonly closeTimeoutMs?: number | undefined;
  /** After how long without a message a connection that no topic uses is closed, in milliseconds. Default 30,000. */
  readonly idleLinkMs?: number | undefined;
  /** Where to find peers while a topic has room for neighbors. Default: nowhere. */
  readonly peerSources?: readonly PeerSource[] | undefined;
  /** Decides who may take part in a topic with us. Default: everybody. */
  readonly allowPeer?: AllowPeer | undefined;
  /** How long an answer of `allowPeer` may take, in milliseconds; then the peer is refused for now. Default 10,000. */
  readonly allowTimeoutMs?: number | undefined;
  /** Decides what becomes of a message, before it is delivered and before it is passed on. Default: everything is accepted. */
  readonly validate?: Validate | undefined;
  /** How long an answer of `validate` may take, in milliseconds; then the message is ignored. Default 5,000. */
  readonly validateTimeoutMs?: number | undefined;
  /** Answers of `validate` that are waited for at once; other messages wait for their turn. Default 256. */
  readonly maxValidations?: number | undefined;
  /**
   * Bytes of messages of one peer in one topic that wait for `allowPeer` or `validate`; all of the node share twice as much in equal parts.
   * More are dropped, and fetched again later. Default 4 MiB.
   */
  readonly heldBytes?: number | undefined;
  /** Messages of a peer that `validate` may reject within a minute; after one more the peer is shut out for a while. Default 8. */
  readonly maxRejected?: number | undefined;
  /**
   * Rejected messages of one source (a host, or a /48 of IPv6) count together, whatever its keys: when they are enough for so many peers (`maxRejected`
   * each), nobody new is let in from there. What one peer may send is forgiven every ten seconds. Default 8; raise it behind a proxy that hides
   * addresses.
   */
  readonly maxRejectedPerSource?: number | undefined;
  /** For how long a peer is shut out, in milliseconds. Default 600,000 (ten minutes). */
  readonly rejectedPauseMs?: number | undefined;
  /** Where to report. Default: nowhere. */
  readonly logger?: Logger | undefined;
  /** What counts; `gossipMetrics` of `@grapevine/metrics` makes one for Prometheus. Default: nothing is counted. */
  readonly metrics?: GossipMetrics | undefined;
  /** Tells the time and keeps timers. Default: the system's; tests may bring a virtual one. */
  readonly clock?: Clock | undefined;
  /** Protocol choices. Default: seeded from the operating system. */
  readonly rng?: Rng | undefined;
  /** Jitter, 0 to 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Bytes that nobody can predict: the salts of reconciliation. Default: the operating system's. */
  readonly randomBytes?: ((length: number) => Uint8Array) | undefined;
}

/** All settings, with defaults filled in. */
export type ResolvedGossipOptions = Complete<Omit<GossipOptions, 'clock'>> & { readonly clock: WakingClock };

/** See {@link GossipOptions.unreadBytes}. */
export const DEFAULT_UNREAD_BYTES = 32 * 1024 * 1024;

/** At most what a timer takes. */
const someMilliseconds = anInteger(1, 2 ** 31 - 1);
const atLeastOne = anInteger(1);

/** What each setting must be. */
export const GOSSIP_CHECKS: Checks<GossipOptions> = {
  alpn: anAlpn,
  config: (_name, value) => resolveConfig(value as PartialConfig),
  shareAddresses: aBoolean,
  dialTimeoutMs: someMilliseconds,
  dialBackoffMinMs: someMilliseconds,
  dialBackoffMaxMs: someMilliseconds,
  maxConcurrentDials: atLeastOne,
  maxPeers: atLeastOne,
  queueHighWaterMark: atLeastOne,
  tooSlowAfterMs: someMilliseconds,
  keptBytes: atLeastOne,
  unreadBytes: atLeastOne,
  closeTimeoutMs: someMilliseconds,
  idleLinkMs: someMilliseconds,
  allowPeer: aFunction,
  allowTimeoutMs: someMilliseconds,
  validate: aFunction,
  validateTimeoutMs: someMilliseconds,
  maxValidations: atLeastOne,
  heldBytes: atLeastOne,
  maxRejected: atLeastOne,
  maxRejectedPerSource: atLeastOne,
  rejectedPauseMs: someMilliseconds,
  peerSources: anArrayOf('peer sources', anObjectWith('a PeerSource', 'find')),
  logger: aLogger,
  metrics: anObjectWith('a GossipMetrics', ...Object.keys(noMetrics)),
  clock: aClock,
  rng: anObjectWith('an Rng', 'fork'),
  random: aFunction,
  randomBytes: aFunction,
};

/** Fills in the defaults. @throws TypeError, RangeError that name the setting and say what it should be */
export function resolveGossipOptions(options: GossipOptions = {}): ResolvedGossipOptions {
  checkOptions('Gossip', options, GOSSIP_CHECKS);
  const resolved = {
    alpn: GOSSIP_ALPN,
    config: {},
    shareAddresses: true,
    dialTimeoutMs: 10_000,
    dialBackoffMinMs: 250,
    dialBackoffMaxMs: 10_000,
    maxConcurrentDials: 32,
    maxPeers: 1024,
    queueHighWaterMark: 1024 * 1024,
    tooSlowAfterMs: 10_000,
    keptBytes: 1024 * 1024,
    unreadBytes: DEFAULT_UNREAD_BYTES,
    closeTimeoutMs: 5_000,
    idleLinkMs: 30_000,
    allowPeer: allowEverybody,
    allowTimeoutMs: 10_000,
    validate: acceptEverything,
    validateTimeoutMs: 5_000,
    maxValidations: 256,
    heldBytes: 4 * 1024 * 1024,
    maxRejected: 8,
    maxRejectedPerSource: 8,
    rejectedPauseMs: 600_000,
    peerSources: [],
    logger: silentLogger,
    metrics: noMetrics,
    clock: systemClock,
    rng: options.rng ?? seededRng(crypto.getRandomValues(new Uint8Array(32))),
    random: Math.random,
    randomBytes: (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length)),
    ...given(options),
  };
  if (resolved.dialBackoffMaxMs < resolved.dialBackoffMinMs) {
    throw new RangeError(
      `dialBackoffMaxMs (${resolved.dialBackoffMaxMs}) is below dialBackoffMinMs (${resolved.dialBackoffMinMs})`,
    );
  }
  return { ...resolved, clock: new WakingClock(resolved.clock) };
}

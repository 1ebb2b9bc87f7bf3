import type { ResolvedGossipOptions } from '../options.js';

/**
 * What sources may cost a node, with the reason for each number. A *source* is a host, or a /64 of IPv6; a *stranger* is a peer that we
 * did not dial and that is no neighbor.
 */
export interface SourceLimits {
  /** Peers with a connection at once: `maxPeers`. */
  readonly slots: number;
  /** Dials under way at once: `maxConcurrentDials`. */
  readonly dials: number;
  /** Of these, dials that are not for peers the user named: a quarter is the user's, so that a join waits for nobody else's. */
  readonly dialsOfOthers: number;
  /**
   * Of these, dials of peers that only others have named. Eight find the neighbors of a topic in two rounds; to silent hosts they bring 80 kB/s at
   * most, whatever strangers do.
   */
  readonly hearsayDials: number;
}

export function sourceLimits(options: Pick<ResolvedGossipOptions, 'maxPeers' | 'maxConcurrentDials'>): SourceLimits {
  const { maxPeers, maxConcurrentDials } = options;
  return {
    slots: maxPeers,
    dials: maxConcurrentDials,
    dialsOfOthers: Math.max(1, Math.floor((maxConcurrentDials * 3) / 4)),
    hearsayDials: Math.max(1, Math.min(8, Math.floor(maxConcurrentDials / 4))),
  };
}

/** How long a dial by hearsay may take, in milliseconds: a handshake over a satellite, or one repetition of its first packet. */
export const HEARSAY_TIMEOUT_MS = 2_000;

/** What a dial costs the address it goes to within that time when nobody answers: four packets of 1,200 bytes (quiche's repetitions, measured). */
export const HEARSAY_DIAL_BYTES = 4_800;

/** Addresses that others name and that are dialed at once: a host at home has one behind each of its networks, and rarely more than four. */
export const HEARSAY_ADDRS = 4;

/**
 * Bytes that may go to third parties for each byte that a source has sent: fewer than what any QUIC server sends for a byte of a spoofed packet (3).
 */
export const CREDIT_PER_BYTE = 2;

/** What a handshake has brought at least, in bytes: a full first packet, and the flight with certificate and Finished. */
export const HANDSHAKE_BYTES = 2_000;

/**
 * What a source's word may cost third parties in addition, in bytes a second: one dial in two seconds, so that a quiet swarm heals with the peers
 * that neighbors named before they were lost. (Peers that strangers name are ignored.)
 */
export const CREDIT_PER_S = 2_400;

/**
 * Credit in bytes of a peer that the user has named, for the peers that it names: five neighbors at four addresses each. It lets us in and names
 * peers that have a place free, and its handshake alone would not pay for one of them: we would stay out of the swarm until enough time has passed. A
 * source gets it once: it is no more than what it gets anyway in 40 s.
 */
export const NAMED_CREDIT = 5 * HEARSAY_ADDRS * HEARSAY_DIAL_BYTES;

/** The most credit of a source, about fifty dials: an hour of traffic gives no right to a volley. */
export const MAX_CREDIT = 50 * HEARSAY_DIAL_BYTES;

/** Dials by hearsay of one source that wait: the passive views of a few topics. All sources share twice as many: see {@link SharedBudget}. */
export const WAITING_PER_SOURCE = 64;

/**
 * Sources that are remembered after their last connection, so that a new key is no new beginning. Twice the peers of a node with default settings.
 */
export const MAX_SOURCES = 2_048;

/** For how many peers we remember who told us their addresses: as many as the address book holds by hearsay. */
export const MAX_TELLERS = 4_096;

/** How long a stranger may say nothing of use before others may take its slot, in milliseconds. Its Join comes right after the handshake. */
export const GRACE_MS = 5_000;

/** What each byte that a source sends buys of our time, in microseconds: 50 ms for a megabyte, 5 % of a core at 1 MB/s. */
export const WORK_PER_BYTE_US = 0.05;

/** Our time that a source has besides, in microseconds a second: 2 % of a core for strangers, 5 % for neighbors and peers we dialed. */
export const WORK_PER_S_US = { stranger: 20_000, known: 50_000 } as const;

/**
 * How much of it can be saved up, in microseconds: a list or two of a stranger; all shuffles of a known peer in 20,000 topics at once. (Becoming
 * neighbors in them is free, see `MEETING_US`.)
 */
export const MAX_WORK_US = { stranger: 100_000, known: 1_000_000 } as const;

/** A source that has no time left for this long is dropped, in milliseconds: waiting has not slowed it down. */
export const OVERDRAWN_MS = 10_000;

/**
 * For how long messages are handled before everybody else gets a turn, by estimate and in microseconds. A quarter of what a slice may take (20 ms).
 */
export const SLICE_US = 5_000;

/** After how much estimated work the clock is asked whether the slice is over, in microseconds: at most fifty times in a slice. */
export const SLICE_LOOK_US = 100;

/**
 * How many requests of a stranger to be neighbors in topics that we are not in are answered: at first, and per second. Each answer takes a stream and
 * 25 kB until it is acknowledged. A peer that is not answered waits half a second and asks somebody else.
 */
export const ELSEWHERE = { burst: 32, perSecond: 4 } as const;

/** Memory for frames of a stranger that are not whole, in bytes. Half of what a stranger may pin; the rest is the transport's. */
export const UNFINISHED_BYTES = 512 * 1_024;

/**
 * What a stranger may have us keep that nobody has read. Bytes: in the worst case quiche takes 25 bytes for each (CRYPTO and STREAM frames of a
 * single byte with holes between them), so that they stay under the megabyte that a stranger may pin, also while a turn of the event loop brings as
 * much again. A handshake brings some 3 kB, and a stranger has nothing to say that is longer. Streams: half as many as are read at once; each takes 2
 * kB.
 */
export const STRANGER_PENDING = { bytes: 16 * 1_024, streams: 64 } as const;

/** The same for everybody else: the windows of flow control. */
export const PENDING = { bytes: Number.POSITIVE_INFINITY, streams: Number.POSITIVE_INFINITY } as const;

/**
 * Streams of a stranger that are read at once; further ones wait. Each takes 3.5 kB. A peer that we share thousands of topics with is a neighbor
 * after the first of them.
 */
export const STRANGER_STREAMS = 128;

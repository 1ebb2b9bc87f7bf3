import type { CertificateEndpointOptions } from '@grapevine/net/quic';

/**
 * What dialers may cost a listener, with the reason for each number. Any web page can make its visitors dial it, so nobody is trusted before the
 * identity is proven, and not much afterwards. Bounds of HTTP/3 itself (header fields, settings, frames, capsules) stand where they are read, and
 * have no option: nothing that a browser sends comes near them.
 */
export const LISTENER_BUDGETS = {
  /** Sessions at once. As many peers as a gossip node has by default. */
  maxSessions: 1_024,
  /** Of these, from one source (a host, or a /64 of IPv6). Enough for a school behind one address, and a quarter of all sessions. */
  maxSessionsPerSource: 256,
  /** Sessions whose dialer has not proven who it is. When a hub dies its tabs come at once, and each takes two round trips. */
  maxUnproven: 256,
  /** Bytes of a session that nobody has read yet: 10 MB/s over 100 ms. All unproven ones together pin 256 MiB at most. */
  connectionWindow: 1_024 * 1_024,
  /** The same for one stream: four of them at full speed, and a frame of reconciliation (32 KiB) eight times. */
  streamWindow: 256 * 1_024,
  /** One-way streams at once: gossip has one for each topic that is shared. */
  maxUniStreams: 1_024,
  /** Two-way streams at once: reconciliation has 64 sessions at most, the handshake one stream. */
  maxBiStreams: 128,
} as const;

/** The budgets that the QUIC endpoint keeps. */
export function quicBudgets(): Pick<
  CertificateEndpointOptions,
  'connectionWindow' | 'streamWindow' | 'maxUniStreams' | 'maxBiStreams'
> {
  const { connectionWindow, streamWindow, maxUniStreams, maxBiStreams } = LISTENER_BUDGETS;
  return { connectionWindow, streamWindow, maxUniStreams, maxBiStreams };
}
